void require("./plain.cjs")(require("http-streaming-llm"));
