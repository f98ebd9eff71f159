import { defineConfig } from "vitest/config";

/** The packed package, as a user gets it: `npm run test:package`, after `npm run build`. */
export default defineConfig({
  test: {
    include: ["test/package/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
