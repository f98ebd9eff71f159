const stream = require("./plain.cjs");

void stream(require("http-streaming-llm")).then((streamed) => {
  console.log(JSON.stringify(streamed));
});
