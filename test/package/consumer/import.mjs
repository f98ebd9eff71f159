import * as httpStreamingLLM from "http-streaming-llm";

import main from "./plain.cjs";

await main(httpStreamingLLM);
