/** What is measured: all that there is to import, but for tests. */
export * from "http-streaming-llm";
export * from "http-streaming-llm/openai";
