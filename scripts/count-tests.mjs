// @ts-check
// Prints "N passed, N failed" from the report of vitest's JSON reporter, whose path is the argument.
import { readFileSync } from "node:fs";

/**
 * @typedef {{ status: string, assertionResults: unknown[] }} TestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, testResults: TestFile[] }} Report
 */

const text = readFileSync(process.argv[2] ?? "", "utf8");
if (text === "") {
  // The tests did not come to an end, or never ran.
  console.log("0 passed, 1 failed");
} else {
  const report = /** @type {Report} */ (JSON.parse(text));
  // A file that could not be loaded has no tests of its own to fail.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  console.log(`${report.numPassedTests} passed, ${failed} failed`);
}
