// @ts-check
/**
 * The floors of `src/` as lint rules: imports only go down. docs/design.md says why each floor is
 * where it is; test/floors.test.ts shows that these rules bite.
 *
 * Each floor is a folder and names all that it may import from outside, so whatever is not listed is
 * an error, a new package included.
 */

/** So deep may the folders of a floor be nested. */
const DEEPEST = 2;
const GROUND = ["errors\\.js$", "version\\.js$"];
const NODE = "node:";
const CORE = "@langchain/core(/|$)";
/** The twins for Node and for the web, among which the package's `imports` choose. */
const RUNTIME = "#runtime$";
const PLATFORM = "#platform$";

/** Only here runs nothing but Node, or what is like it. */
const NODE_ONLY = [
  "src/transport/{undici,worker}/**",
  "src/runtime/node.ts",
  "src/platform/{node,bun}.ts",
];
const NODE_GLOBALS = ["Buffer", "process", "global", "require", "__dirname", "__filename"];

/** The layers of floor 2, from the lowest on. */
const STREAMING = [
  "text",
  "delta",
  "redaction",
  "effects.ts",
  "hooks",
  "drivers",
  "settings",
  "retry",
  "provider",
  "diagnostics",
  "answer",
  "model-call.ts",
  "request",
  "call",
  "response",
  "side",
  "run",
];

/** An inline `import()` would be invisible to `no-restricted-imports`. */
const NO_INLINE_IMPORT = {
  selector: "ImportExpression, TSImportType",
  message: "Import at the top of the file, where the floors are checked.",
};

/** The types of Node's globals, where `node:` may not be imported: a user may not have them. */
const NO_NODE_TYPE = {
  selector: "TSTypeReference[typeName.name='Buffer'], TSQualifiedName[left.name='NodeJS']",
  message: "The web does not have it. Use Uint8Array, or ReturnType<typeof setTimeout>.",
};

/**
 * @param {string} files
 * @param {string[]} allowed What an import may begin with, as regular expressions.
 * @param {string} message
 * @param {{ selector: string, message: string }[]} syntax Further syntax that is forbidden.
 * @returns {import("eslint").Linter.Config}
 */
function only(files, allowed, message, syntax = []) {
  // With nothing allowed, the empty lookahead must still refuse everything: "(?!$)" would not.
  const regex = allowed.length === 0 ? "^" : `^(?!${allowed.join("|")})`;
  const types = allowed.includes(NODE) ? [] : [NO_NODE_TYPE];
  return {
    files: [files],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex, message }] }],
      "no-restricted-syntax": ["error", NO_INLINE_IMPORT, ...types, ...syntax],
    },
  };
}

/**
 * One rule for each depth: `../` stays on the floor below its first level, and leaves it there.
 *
 * @param {string} folder
 * @param {{ below: string[], packages?: string[], message: string }} rules `below`: what of `src/` it may import.
 * @returns {import("eslint").Linter.Config[]}
 */
function floor(folder, { below, packages = [], message }) {
  return Array.from({ length: DEEPEST + 1 }, (_, depth) => {
    const outside = below.map((path) => `(\\.\\./){${depth + 1}}${path}`);
    const inside = depth === 0 ? [] : [`(\\.\\./){1,${depth}}(?!\\.\\./)`];
    const files = `src/${folder}/${"*/".repeat(depth)}*.ts`;
    return only(files, ["\\./", ...inside, ...outside, ...packages], message);
  });
}

/**
 * The imports of a layer of `streaming/`, as regular expressions.
 *
 * @param {string} layer A folder, or a file that stands alone.
 * @param {string[]} below The layers that it may import.
 */
function streamingBelow(layer, below) {
  const isFile = layer.endsWith(".ts");
  const up = isFile ? "\\./" : "\\.\\./";
  const layers = below.map((name) => `${up}${name.replace(/\.ts$/, "\\.js$")}`);
  const outside = [...GROUND, "formats/", "transport/(?!undici|worker|fetch)"];
  const floors = outside.map((path) => `(\\.\\./){${isFile ? 1 : 2}}${path}`);
  return [...(isFile ? [] : ["\\./"]), ...layers, ...floors, RUNTIME];
}

/** @type {import("eslint").Linter.Config[]} */
export default [
  only("src/**", [], "A new folder has to be given its floor in eslint.floors.js."),
  only("src/{errors,version}.ts", [], "This is the ground: it imports nothing."),
  ...floor("runtime", {
    below: [],
    message:
      "Floor 0 is what differs between platforms: it imports itself, on Node node: and what is fast.",
  }),
  only(
    "src/runtime/node.ts",
    ["\\./(runtime|socket-codes)\\.js$", "\\.\\./formats/(json/)?fast/[a-z-]+\\.js$", NODE],
    "Node's twin imports node: and what of the formats is fast.",
  ),
  ...floor("formats", {
    below: ["errors\\.js$"],
    packages: [RUNTIME],
    message: "Floor 0 turns bytes into records: it imports itself, errors.js and #runtime only.",
  }),
  only(
    "src/runtime/runtime.ts",
    ["\\.\\./formats/"],
    "The types that the twins share are of their own, and of what they read.",
  ),
  only(
    "src/formats/fast/*.ts",
    ["\\./", "\\.\\./[a-z-]+\\.js$", "\\.\\./json/fast/", "\\.\\./\\.\\./runtime/node\\.js$"],
    "What is fast is Node's: it imports siblings, a file of the folder above, json/fast, and Node's twin.",
  ),
  only(
    "src/formats/json/fast/*.ts",
    ["\\./", "\\.\\./\\.\\./\\.\\./runtime/node\\.js$"],
    "How JSON is parsed fast depends on nothing but itself: siblings, and Node's twin.",
  ),
  ...floor("transport", {
    below: ["errors\\.js$"],
    packages: [RUNTIME],
    message: "Floor 1 moves bytes: it imports itself, errors.js and #runtime only.",
  }),
  ...floor("transport/fetch", {
    below: ["(\\.\\./)?errors\\.js$", "[a-z-]+\\.js$"],
    packages: [RUNTIME],
    message:
      "The transport over fetch runs everywhere: it imports its floor, errors.js and #runtime only.",
  }),
  ...["undici", "worker"].flatMap((folder) =>
    floor(`transport/${folder}`, {
      below: ["(\\.\\./)?errors\\.js$", "[a-z-]+\\.js$", "(undici|worker)/"],
      packages: [NODE, "undici(/|$)"],
      message: "Node's transports import their floor, errors.js, node: and undici only.",
    }),
  ),
  ...floor("platform", {
    below: [
      "errors\\.js$",
      "transport/",
      "streaming/(effects|drivers/sync-driver|diagnostics/call-observer|delta/delta)\\.js$",
    ],
    message:
      "The platform chooses its default transport, how a call blocks and who observes it, and imports nothing else.",
  }),
  ...STREAMING.map((layer, index) =>
    only(
      `src/streaming/${layer}${layer.endsWith(".ts") ? "" : "/*.ts"}`,
      streamingBelow(layer, STREAMING.slice(0, index)),
      "Floor 2 has layers, from text/ to run/: each imports the ones before it, what is below the floor (transport, formats, runtime, errors), and no package.",
    ),
  ),
  ...floor("langchain", {
    below: [...GROUND, "formats/", "transport/(?!undici|worker|fetch)", "streaming/"],
    packages: [RUNTIME, PLATFORM, CORE],
    message:
      "Floor 3 imports what is below it and @langchain/core only; I/O belongs to the transport.",
  }),
  ...floor("openai", {
    below: ["errors\\.js$", "formats/"],
    packages: [RUNTIME, CORE],
    message:
      "The door ./openai is beside the models: formats, errors.js, #runtime and @langchain/core only.",
  }),
  ...floor("testing", {
    below: ["errors\\.js$", "transport/(?!undici|worker|fetch)"],
    packages: [RUNTIME],
    message: "The door ./testing stands on the port alone.",
  }),
  only(
    "src/{openai,testing}/index.ts",
    ["\\./"],
    "A door lists names of its folder, nothing else.",
  ),
  only("src/index.ts", ["\\./", PLATFORM], "index.ts exports what src/ holds, nothing else.", [
    {
      selector: "Program > :not(ExportNamedDeclaration[source])",
      message: 'index.ts is the list of public names: export { name } from "./file.js" only.',
    },
  ]),
  {
    files: ["src/**"],
    ignores: NODE_ONLY,
    rules: {
      "no-restricted-globals": [
        "error",
        ...NODE_GLOBALS.map((name) => ({
          name,
          message: "The web does not have it. What differs between platforms is in #runtime.",
        })),
      ],
    },
  },
];
