import * as httpStreamingLLM from "http-streaming-llm";

import stream from "./plain.cjs";

console.log(JSON.stringify(await stream(httpStreamingLLM)));
