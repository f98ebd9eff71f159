/**
 * LangServe's own JavaScript client asks two models that are served alike: one of this package, and one that has
 * nothing but `_call`. Prints when each chunk came.
 */
import { RemoteRunnable } from "langchain-core-0.3/runnables/remote";
import { PROMPT } from "../support/show.js";
import { startLangServe } from "./start.js";

const origin = await startLangServe();
for (const name of ["llm", "by-hand"]) {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the client that LangServe's users have
  const remote = new RemoteRunnable<string, string, object>({ url: `${origin}/${name}` });
  const start = performance.now();
  console.log(`\n${name}: remote.stream("${PROMPT}")\n`);
  const chunks: string[] = [];
  for await (const chunk of await remote.stream(PROMPT)) {
    const seconds = ((performance.now() - start) / 1000).toFixed(3);
    console.log(`  +${seconds}s  ${JSON.stringify(chunk)}`);
    chunks.push(chunk);
  }
  const isSame = chunks.join("") === (await remote.invoke(PROMPT));
  console.log(`\n  ${chunks.length} chunks, ${isSame ? "the text of" : "unlike"} invoke`);
}
