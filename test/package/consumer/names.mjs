// What the package exports to `import` and to `require`, each with the name that it has itself.
import { createRequire } from "node:module";
import * as imported from "http-streaming-llm";

const required = createRequire(import.meta.url)("http-streaming-llm");

function names(exported) {
  return Object.fromEntries(Object.entries(exported).map(([name, value]) => [name, value.name]));
}

const result = { imported: names(imported), required: names(required) };

// As spies of test runners do.
Object.defineProperty(required, "sse", { get: () => "a spy" });

console.log(JSON.stringify({ ...result, replaced: required.sse }));
