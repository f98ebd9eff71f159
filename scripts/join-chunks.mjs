/**
 * Joins the chunks of the package's ES modules. esbuild makes a chunk for each set of files that share something, and
 * looking for a file takes Node longer than reading what is in it: six small ones made an import a tenth dearer.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const CHUNK = /chunk-\w+\.js$/;
const CHUNK_IMPORT = /"(\.\.?\/)(chunk-\w+\.js)"/g;
/** Chunks share all they do without effects, so nobody imports one for nothing but that. */
const BARE_IMPORT = /^import "\.\.?\/chunk-\w+\.js";\n/gm;

/** The chunks that run everywhere become `shared.js`; what needs Node stays apart, for the web must not see it. */
export const joinedChunks = {
  name: "joined-chunks",

  /**
   * @param {{ writtenFiles: { name: string }[] }} written
   * @this {{ format: string }}
   */
  async buildEnd({ writtenFiles }) {
    if (this.format !== "esm") return;
    /** @type {Map<string, string>} */
    const modules = new Map();
    for (const { name } of writtenFiles) modules.set(name, await readFile(name, "utf8"));
    const joined = [...modules.keys()].filter((name) => runsEverywhere(name, modules.get(name)));
    await join(joined.map((name) => `./${basename(name)}`));
    for (const [name, text] of modules) {
      if (joined.includes(name)) await rm(name);
      else await writeFile(name, withJoined(text, new Set(joined.map((path) => basename(path)))));
    }
  },
};

/** @type {(name: string, text?: string) => boolean} */
function runsEverywhere(name, text) {
  return CHUNK.test(name) && !text?.includes(' from "node:');
}

/** @type {(chunks: string[]) => Promise<unknown>} */
function join(chunks) {
  const contents = chunks.map((chunk) => `export * from "${chunk}";`).join("\n");
  return build({
    stdin: { contents, resolveDir: "dist" },
    bundle: true,
    format: "esm",
    target: "node20",
    external: ["#*"],
    outfile: "dist/shared.js",
  });
}

/** @type {(text: string, joined: ReadonlySet<string>) => string} */
function withJoined(text, joined) {
  return text
    .replace(BARE_IMPORT, "")
    .replace(CHUNK_IMPORT, (whole, folder, chunk) =>
      joined.has(chunk) ? `"${folder}shared.js"` : whole,
    );
}
