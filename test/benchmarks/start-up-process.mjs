/**
 * One start of a program, step by step: Node itself, what the program imports, its first calls. Prints the CPU time
 * of each step. Nothing is imported first that a package might bring: that would be a present to it.
 *
 *   node start-up-process.mjs <imports> [<model> <variant> <url>]
 *
 * `imports`: a file that imports what such a program does, all at once; `model`: one of `contenders/models.mjs`.
 * Without a model nothing is called, and it prints what importing has left open besides.
 */
const CALLS = 5;

const [, , imports, model, variant, url] = process.argv;

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const steps = { node: { cpuMs: cpuMs() } };

async function step(name, work) {
  const cpu = cpuMs();
  const start = performance.now();
  await work();
  steps[name] = { ms: performance.now() - start, cpuMs: cpuMs() - cpu };
}

await step("imports", () => import(imports));
if (model === undefined) await printOpen();

const { models } = await import("./contenders/models.mjs");
const { loadUndiciParts } = await import("./package-under-test.mjs");
const isOurs = model.startsWith("http-streaming-llm");
// Of its own accord, the first call would do it.
if (isOurs) await step("undici", () => loadUndiciParts(variant));

const read = await models[model]("openai", variant);
const { promise: firstToken, resolve: onToken } = withResolvers();
let whole;
await step("firstToken", () => {
  whole = read(url, onToken);
  return firstToken;
});
await whole;
for (let i = 1; i < CALLS; i++) await step("laterCall", () => read(url, () => {}));
console.log(JSON.stringify(steps));
process.exit();

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers() {
  let resolve;
  const promise = new Promise((given) => (resolve = given));
  return { promise, resolve };
}

async function printOpen() {
  // Files that were read are closed by then.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const open = process
    .getActiveResourcesInfo()
    .filter((name) => !/^(TTY|Pipe)Wrap$|^Timeout$/.test(name));
  console.log(JSON.stringify({ ...steps, open }));
  process.exit();
}
