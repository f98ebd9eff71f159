import base from "../../../vitest.config.js";

/** The tests that need LangServe in Python: `npm run test:langserve`. */
const python = {
  extends: true as const,
  test: { name: "python", include: ["test/examples/langserve-python/*.test.ts"] },
};
export default { ...base, test: { ...base.test, projects: [python] } };
