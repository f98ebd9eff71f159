// @ts-check
/**
 * The floors of `src/` as lint rules: imports only go down. docs/design.md says why each floor is
 * where it is; test/floors.test.ts shows that these rules bite.
 *
 * Each floor is a flat folder and names all that it may import, so whatever is not listed is an
 * error, a new package included.
 */

const SIBLINGS = "\\./";
const ERRORS = "\\.\\./errors\\.js$";
const VERSION = "\\.\\./version\\.js$";
const FORMATS = "\\.\\./formats/";
const TRANSPORT = "\\.\\./transport/";
const STREAMING = "\\.\\./streaming/";
const NODE = "node:";
/** Node's modules, except those by which a floor could do I/O beside the transport. */
const NODE_WITHOUT_IO = "node:(?!worker_threads|https?|http2|net|tls|dns|dgram|fs|child_process)";

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
 * @param {{ selector: string, message: string }[]} syntax Further syntax that the floor forbids.
 * @returns {import("eslint").Linter.Config}
 */
function floor(files, allowed, message, syntax = []) {
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

export default [
  floor("src/**", [], "A new folder has to be given its floor in eslint.floors.js."),
  floor("src/{errors,version}.ts", [], "This is the ground: it imports nothing."),
  floor(
    "src/formats/**",
    [SIBLINGS, ERRORS],
    "Floor 0 turns bytes into records: it imports its siblings and ../errors.js only.",
  ),
  floor(
    "src/formats/json/**",
    [SIBLINGS, "\\.\\./[a-z-]+\\.js$"],
    "How JSON is parsed depends on nothing but itself: siblings, and a file of the folder above.",
  ),
  floor(
    "src/transport/**",
    [SIBLINGS, ERRORS, NODE, "undici$"],
    "Floor 1 moves bytes: it imports its siblings, ../errors.js, node: and undici only.",
  ),
  floor(
    "src/streaming/**",
    [SIBLINGS, ERRORS, VERSION, FORMATS, TRANSPORT, NODE_WITHOUT_IO],
    "Floor 2 imports what is below it (transport, formats, errors) and no package; I/O belongs to the transport.",
  ),
  floor(
    "src/models/**",
    [
      SIBLINGS,
      ERRORS,
      VERSION,
      FORMATS,
      TRANSPORT,
      STREAMING,
      NODE_WITHOUT_IO,
      "@langchain/core(/|$)",
    ],
    "Floor 3 imports what is below it and @langchain/core only; I/O belongs to the transport.",
  ),
  floor("src/index.ts", [SIBLINGS], "index.ts exports what src/ holds, nothing else.", [
    {
      selector: "Program > :not(ExportNamedDeclaration[source])",
      message: 'index.ts is the list of public names: export { name } from "./file.js" only.',
    },
  ]),
];
