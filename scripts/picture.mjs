// @ts-check
/**
 * Draws the README's pictures from what happens: the embedded model is asked through a class that has only
 * `_call`, and through one of this package, and each piece is drawn where it came. Needs a build.
 *
 *     node scripts/picture.mjs            writes docs/pictures/
 *     node scripts/picture.mjs --check    fails where they are not what would be written
 *
 * The server counts its tokens, and a piece belongs to the token that was sent last. So the pictures do not
 * depend on the speed of the machine.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LLM } from "@langchain/core/language_models/llms";
import { HttpStreamingLLM } from "http-streaming-llm";
import { answer } from "../examples/server/answer.mjs";
import { NGramModel } from "../examples/server/n-gram-model.mjs";
import { langserve590 } from "../examples/server/wires/langserve-590.mjs";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL("docs/pictures/", ROOT);
const QUESTION = "What did the White Rabbit do?";

/** @typedef {{ text: string, at: number }} Piece `at`: the number of tokens that had been sent. */

const model = new NGramModel(await readFile(new URL("examples/server/alice.txt", ROOT), "utf8"));
const { tokens, summary } = answer(model, { prompt: QUESTION });
/** How many tokens of the present answer the server has sent. */
let sent = 0;

const server = createServer((_request, response) => {
  void (async () => {
    const writer = langserve590.write({});
    response.writeHead(200, { "content-type": writer.contentType }).flushHeaders();
    for (const [at, token] of tokens.entries()) {
      sent = at + 1;
      await new Promise((written) => response.write(writer.token(token, sent), written));
      // Long enough for the reader in this process to have read it.
      await pause(20);
    }
    response.end(writer.end(summary));
  })();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
const endpoint = `http://127.0.0.1:${port}/ask`;

class ByHand extends LLM {
  _llmType() {
    return "by-hand";
  }

  /** @param {string} question */
  async _call(question) {
    const body = JSON.stringify({ question, stream: true });
    const response = await fetch(endpoint, { method: "POST", body });
    let text = "";
    for (const [, data = ""] of (await response.text()).matchAll(/^data: (\{.*)$/gm)) {
      text += /** @type {{ answer: string }} */ (JSON.parse(data)).answer;
    }
    return text;
  }
}

class Streaming extends HttpStreamingLLM {
  endpoint = endpoint;
  _llmType() {
    return "streaming";
  }
  /** @param {string} question */
  buildPayload(question) {
    return { question, stream: true };
  }
  /** @param {unknown} record */
  parseChunk(record) {
    return /** @type {{ answer: string }} */ (record).answer;
  }
}

/** @param {LLM} llm */
async function ask(llm) {
  sent = 0;
  /** @type {Piece[]} */
  const pieces = [];
  for await (const text of await llm.stream(QUESTION)) {
    if (text !== "") pieces.push({ text, at: sent });
  }
  return pieces;
}

const byHand = await ask(new ByHand({}));
const streaming = await ask(new Streaming({}));
server.close();
server.closeAllConnections();
if (streaming.some(({ text, at }, index) => at !== index + 1 || text !== tokens[index])) {
  throw new Error("A token came late: the machine is too busy to draw by. Run this once more.");
}

const LIGHT = {
  ...{ ground: "#ffffff", frame: "#d0d7de", text: "#1f2328", faint: "#59636e" },
  ...{
    wait: "#f0f2f5",
    lump: "#ffd8b5",
    lumpText: "#5c2a00",
    token: "#c8ecd0",
    tokenText: "#0b3d1a",
  },
};
const DARK = {
  ...{ ground: "#0d1117", frame: "#3d444d", text: "#f0f6fc", faint: "#9198a1" },
  ...{
    wait: "#1b222c",
    lump: "#6b3a12",
    lumpText: "#ffdfc2",
    token: "#1c4a2a",
    tokenText: "#c9f5d4",
  },
};

const MARGIN = 20;
/**
 * How the picture is laid out. Tokens stand in `lines`, so that their texts have room; `tail`: the columns after
 * the last token; `wrap`: the characters in a line of the lump; `size`: of
 * the tokens' font.
 */
const WIDE = {
  width: 860,
  lines: 3,
  lineHeight: 33,
  tail: 4.5,
  wrap: 21,
  size: 12.5,
  isNarrow: false,
};
/** For phones. */
const NARROW = {
  width: 400,
  lines: 7,
  lineHeight: 26,
  tail: 7,
  wrap: 12,
  size: 11.5,
  isNarrow: true,
};
const SANS = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** @param {string} text */
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** @param {string} text @param {number} width */
function wrapText(text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * Time goes from left to right, one column a token.
 * @param {typeof LIGHT} colours
 * @param {typeof WIDE} layout
 */
function drawStreaming(colours, { width, lines, lineHeight, tail, wrap, size, isNarrow }) {
  const column = (width - 2 * MARGIN) / (tokens.length + tail);
  const x = (/** @type {number} */ at) => MARGIN + (at - 1) * column;
  const end = x(tokens.length + 1);
  const row = lines * lineHeight - 5;
  const labelHeight = isNarrow ? 62 : 40;
  const label = (
    /** @type {number} */ top,
    /** @type {string} */ title,
    /** @type {string} */ rest,
  ) => {
    const place = isNarrow ? `x="${MARGIN}" dy="21"` : 'dx="10"';
    return (
      `<text x="${MARGIN}" y="${top + 20}" fill="${colours.text}" font-size="15" font-weight="600">${escape(title)}` +
      `<tspan fill="${colours.faint}" font-weight="400" ${place}>${escape(rest)}</tspan></text>`
    );
  };

  const above = 20 + labelHeight;
  const lump = byHand.map(({ text, at }) => {
    // It came after the token that was sent last.
    const start = x(at + 1);
    const words = wrapText(text.trim(), wrap).map(
      (line, n) =>
        `<text x="${start + 8}" y="${above + 17 + n * 14.5}" font-family="${MONO}" font-size="10.5" fill="${colours.lumpText}">${escape(line)}</text>`,
    );
    return (
      `<rect x="${MARGIN}" y="${above}" width="${start - MARGIN - 6}" height="${row}" rx="6" fill="${colours.wait}"/>` +
      `<text x="${(MARGIN + start) / 2}" y="${above + row / 2 + 5}" text-anchor="middle" fill="${colours.faint}" font-size="14">nothing, while the model talks</text>` +
      `<rect x="${start}" y="${above}" width="${width - MARGIN - start}" height="${row}" rx="6" fill="${colours.lump}"/>` +
      words.join("")
    );
  });

  const second = above + row + 16;
  const below = second + labelHeight;
  const pieces = streaming.map(({ text, at }, index) => {
    const word = text.trim();
    const y = below + (index % lines) * lineHeight;
    const wide = Math.max(18, word.length * 0.62 * size + 10);
    return (
      `<rect x="${x(at).toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${lineHeight - 5}" rx="5" fill="${colours.token}"/>` +
      `<text x="${(x(at) + 5).toFixed(1)}" y="${y + lineHeight / 2 + 1.5}" font-family="${MONO}" font-size="${size}" fill="${colours.tokenText}">${escape(word)}</text>`
    );
  });

  const axis = below + row + 20;
  const height = axis + 34;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${SANS}">
<title>The same model and the same call, stream(), through two classes</title>
<desc>A class with only _call gives one piece after ${tokens.length} tokens. A class of http-streaming-llm gives ${streaming.length} pieces, each when it is sent.</desc>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${colours.ground}" stroke="${colours.frame}"/>
${label(20, "class … extends LLM, with only _call", `stream() gives ${byHand.length} piece`)}
${lump.join("\n")}
${label(second, "class … extends HttpStreamingLLM", `stream() gives ${streaming.length} pieces, each when it is sent`)}
${pieces.join("\n")}
<path d="M${MARGIN} ${axis}H${width - MARGIN}m-7 -4l7 4l-7 4" fill="none" stroke="${colours.faint}"/>
<path d="M${end.toFixed(1)} ${axis - 4}v8" stroke="${colours.faint}"/>
<text x="${MARGIN}" y="${axis + 19}" fill="${colours.faint}" font-size="13">time: token after token is sent</text>
<text x="${end.toFixed(1)}" y="${axis + 19}" text-anchor="middle" fill="${colours.faint}" font-size="13">end of the answer</text>
</svg>
`;
}

/** One badge a fact, each read from package.json. */
/** @param {number} most The picture's width, at most. */
async function drawFacts(most) {
  const { engines, peerDependencies, dependencies, license, exports } =
    /** @type {{ engines: { node: string }, peerDependencies: Record<string, string>, dependencies: object, license: string, exports: Record<string, Record<string, { types: string }>> }} */ (
      JSON.parse(await readFile(new URL("package.json", ROOT), "utf8"))
    );
  const door = exports["."] ?? {};
  const runtime = Object.keys(dependencies);
  /** @type {[string, string][]} */
  const facts = [
    ["Node", engines.node],
    ["@langchain/core", peerDependencies["@langchain/core"] ?? ""],
    ["modules", [door.import && "ESM", door.require && "CommonJS"].filter(Boolean).join(", ")],
    ["types", door.import?.types ? "included" : "none"],
    [runtime.length === 1 ? "dependency" : "dependencies", runtime.join(", ")],
    ["license", license],
  ];
  const wide = (/** @type {string} */ text) => text.length * 6.7 + 14;
  let [x, y, width] = [0, 0, 0];
  const badges = facts.map(([name, value]) => {
    const [left, right] = [wide(name), wide(value)];
    if (x + left + right > most) [x, y] = [0, y + 26];
    const badge =
      `<g transform="translate(${x.toFixed(1)} ${y})"><rect width="${(left + right).toFixed(1)}" height="20" rx="4" fill="#1a7f37"/>` +
      `<path d="M4 0H${left.toFixed(1)}V20H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4Z" fill="#3d444d"/>` +
      `<text x="${(left / 2).toFixed(1)}" y="14">${escape(name)}</text><text x="${(left + right / 2).toFixed(1)}" y="14">${escape(value)}</text></g>`;
    width = Math.max(width, Math.ceil(x + left + right));
    x += left + right + 6;
    return badge;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 20}" viewBox="0 0 ${width} ${y + 20}" role="img" font-family="${SANS}" font-size="11.5" fill="#ffffff" text-anchor="middle">
<title>${facts.map(([name, value]) => escape(`${name} ${value}`)).join("; ")}</title>
${badges.join("\n")}
</svg>
`;
}

const pictures = {
  "streaming-light.svg": drawStreaming(LIGHT, WIDE),
  "streaming-dark.svg": drawStreaming(DARK, WIDE),
  "streaming-light-narrow.svg": drawStreaming(LIGHT, NARROW),
  "streaming-dark-narrow.svg": drawStreaming(DARK, NARROW),
  "facts.svg": await drawFacts(Infinity),
  "facts-narrow.svg": await drawFacts(400),
};

const isCheck = process.argv.includes("--check");
await mkdir(FOLDER, { recursive: true });
for (const [name, picture] of Object.entries(pictures)) {
  const file = new URL(name, FOLDER);
  if (!isCheck) {
    await writeFile(file, picture);
    console.log(fileURLToPath(file));
  } else if ((await readFile(file, "utf8").catch(() => "")) !== picture) {
    console.error(`docs/pictures/${name} is not what happens now: node scripts/picture.mjs`);
    process.exitCode = 1;
  }
}
