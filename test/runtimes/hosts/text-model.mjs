/** What is measured: all that a text model needs. */
export { HttpStreamingLLM, jsonLines } from "http-streaming-llm";
