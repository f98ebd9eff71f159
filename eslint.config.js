// @ts-check
import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

import floors from "./eslint.floors.js";

const NODE_GLOBALS = Object.fromEntries(
  Object.getOwnPropertyNames(globalThis).map((name) => [name, "readonly"]),
);
const TEST_CALL = "[object.name=/^(describe|it|test|suite|bench)$/]";
const LEFT_BEHIND = "[property.name=/^(only|skip|todo)$/]";

export default defineConfig(
  globalIgnores(["dist/", "docs/api/", "coverage/", "test/package/consumer/"]),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      // Plain JavaScript subclasses are users too: what the types rule out still has to be checked.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // `LLM<Record, CallOptions>`: a parameter used once may still be what an author writes.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // A hook may be async by contract and have nothing to await.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // What was caught, or a signal's reason, is thrown on as it came.
      "@typescript-eslint/only-throw-error": [
        "error",
        { allowThrowingUnknown: true, allowThrowingAny: true },
      ],
      // Interfaces here are implemented by closures, and may be taken apart.
      "@typescript-eslint/unbound-method": "off",
      // `const { secret, ...rest }` leaves something out on purpose.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_$", ignoreRestSiblings: true },
      ],
      // LangChain takes handlers as plain objects where its types name a class.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Wire formats are made of control characters.
      "no-control-regex": "off",
    },
  },
  {
    // Plain JavaScript that has types says so itself, with `@ts-check`.
    files: ["**/*.{js,mjs,cjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: NODE_GLOBALS },
  },
  floors,
  {
    files: ["test/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: `MemberExpression${LEFT_BEHIND}${TEST_CALL}, MemberExpression${LEFT_BEHIND} > MemberExpression${TEST_CALL}`,
          message: "A test that is switched off, or the only one on, does not belong in a commit.",
        },
      ],
      // A test names what it knows: `records[0]!` fails loudly by itself.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `[...text]`: code points are what these tests cut between.
      "@typescript-eslint/no-misused-spread": "off",
      // Asymmetric matchers (`expect.any`, `expect.objectContaining`) are typed `any`.
      "@typescript-eslint/no-unsafe-assignment": "off",
      // LangChain's handlers are classes by name and plain objects by use.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
);
