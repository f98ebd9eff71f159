// A user's model in plain JavaScript, given the package as `import` or `require` found it.
module.exports = async function stream({ HttpStreamingLLM, jsonLines }) {
  class PlainLLM extends HttpStreamingLLM {
    _llmType() {
      return "plain";
    }
    get endpoint() {
      return process.argv[2];
    }
    format = jsonLines();
    buildPayload(prompt) {
      return { prompt };
    }
    parseChunk(line) {
      return line.response;
    }
  }

  const llm = new PlainLLM({});
  const asynchronous = [];
  for await (const token of await llm.stream("hello")) asynchronous.push(token);
  const synchronous = [...llm.streamSync("hello")];
  return { asynchronous, synchronous };
};
