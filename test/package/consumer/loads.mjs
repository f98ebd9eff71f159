// Which files of undici are there once the package is: by importing it, and by calling a model.
import { createRequire } from "node:module";

import stream from "./plain.cjs";

const require = createRequire(import.meta.url);

function loaded() {
  return Object.keys(require.cache).flatMap(
    (path) => /[/\\]undici[/\\](.*)$/.exec(path)?.[1].replaceAll("\\", "/") ?? [],
  );
}

const name = "http-streaming-llm";
const httpStreamingLLM = process.argv[3] === "require" ? require(name) : await import(name);
const byImport = loaded();
await stream(httpStreamingLLM);
console.log(JSON.stringify({ byImport, byCall: loaded() }));
