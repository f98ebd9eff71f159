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
/** Node's modules, except those by which a floor could do I/O beside the transport. */
const NODE_WITHOUT_IO = "node:(?!worker_threads|https?|http2|net|tls|dns|dgram|fs|child_process)";
const CORE = "@langchain/core(/|$)";

/** An inline `import()` would be invisible to `no-restricted-imports`. */
const NO_INLINE_IMPORT = {
  selector: "ImportExpression, TSImportType",
  message: "Import at the top of the file, where the floors are checked.",
};

/** The build takes every top-level `let` with a value for a constant: see `keepConst` in tsup.config.ts. */
const NO_TOP_LEVEL_LET = {
  selector: "Program > VariableDeclaration[kind='let'] > VariableDeclarator[init]",
  message: "The build makes this a constant. Give it no value at first, or keep it in an object.",
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
  return {
    files: [files],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex, message }] }],
      "no-restricted-syntax": ["error", NO_INLINE_IMPORT, NO_TOP_LEVEL_LET, ...syntax],
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

export default [
  only("src/**", [], "A new folder has to be given its floor in eslint.floors.js."),
  only("src/{errors,version}.ts", [], "This is the ground: it imports nothing."),
  ...floor("formats", {
    below: ["errors\\.js$"],
    message: "Floor 0 turns bytes into records: it imports itself and errors.js only.",
  }),
  only(
    "src/formats/json/fast/*.ts",
    ["\\./", "\\.\\./[a-z-]+\\.js$"],
    "How JSON is parsed fast depends on nothing but itself: siblings, and a file of the folder above.",
  ),
  ...floor("transport", {
    below: ["errors\\.js$"],
    packages: [NODE, "undici$"],
    message: "Floor 1 moves bytes: it imports itself, errors.js, node: and undici only.",
  }),
  ...floor("platform", {
    below: ["transport/"],
    message: "The platform chooses its default transport, and imports transports only.",
  }),
  ...floor("streaming", {
    below: [...GROUND, "formats/", "transport/(?!undici|worker|fetch)"],
    packages: [NODE_WITHOUT_IO],
    message:
      "Floor 2 imports what is below it (transport, formats, errors) and no package; I/O belongs to the transport.",
  }),
  ...floor("langchain", {
    below: [...GROUND, "formats/", "platform/", "transport/(?!undici|worker|fetch)", "streaming/"],
    packages: [NODE_WITHOUT_IO, CORE],
    message:
      "Floor 3 imports what is below it and @langchain/core only; I/O belongs to the transport.",
  }),
  ...floor("openai", {
    below: ["errors\\.js$", "formats/"],
    packages: [NODE_WITHOUT_IO, CORE],
    message: "The door ./openai is beside the models: formats, errors.js and @langchain/core only.",
  }),
  ...floor("testing", {
    below: ["errors\\.js$", "transport/(?!undici|worker|fetch)"],
    message: "The door ./testing stands on the port alone.",
  }),
  only(
    "src/{openai,testing}/index.ts",
    ["\\./"],
    "A door lists names of its folder, nothing else.",
  ),
  only("src/index.ts", ["\\./"], "index.ts exports what src/ holds, nothing else.", [
    {
      selector: "Program > :not(ExportNamedDeclaration[source])",
      message: 'index.ts is the list of public names: export { name } from "./file.js" only.',
    },
  ]),
];
