import { mergeConfig } from "vitest/config";

import base from "../../../vitest.config.js";

/** The tests that need LangServe in Python: `npm run test:langserve`. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  { test: { include: ["test/examples/langserve-python/*.test.ts"] } },
);
