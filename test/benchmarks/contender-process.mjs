/**
 * One contender in a process of its own: loads it, then runs it whenever it is asked to. So no contender
 * pays for another's garbage, or for what another taught the compiler about shared code.
 */
let run;

process.on("message", async ({ id, open, params }) => {
  try {
    if (open !== undefined) {
      const module = await import(new URL(open.module, import.meta.url).href);
      run = await module.open(open.name, open.params);
      process.send({ id });
    } else {
      process.send({ id, result: await run(params) });
    }
  } catch (error) {
    process.send({ id, error: error?.stack ?? String(error) });
  }
});
process.on("disconnect", () => process.exit());
