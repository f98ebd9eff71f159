// @ts-check
/**
 * Tests mirror the sources: each file of src/ with code that runs has a test/unit/<same path>.test.ts that imports
 * it, and there is no test beside those. Files of types alone, and doors that only pass on, need none.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} path */
function parse(path) {
  return ts.createSourceFile(path, readFileSync(join(ROOT, path), "utf8"), ts.ScriptTarget.Latest);
}

/** @param {ts.Statement} statement */
function isCode(statement) {
  const isDeclared =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
  return !(
    isDeclared ||
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  );
}

/** @param {ts.SourceFile} file */
function imports(file) {
  return file.statements
    .filter(ts.isImportDeclaration)
    .filter(({ importClause }) => !importClause?.isTypeOnly)
    .map(({ moduleSpecifier }) => /** @type {ts.StringLiteral} */ (moduleSpecifier).text);
}

/** @param {string} folder @param {string} ending */
function files(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}

const problems = [];
for (const source of files("src", ".ts")) {
  if (source.endsWith(".d.ts") || !parse(source).statements.some(isCode)) continue;
  const test = source.replace(/^src/, "test/unit").replace(/\.ts$/, ".test.ts");
  const specifier = relative(dirname(test), source).replace(/\.ts$/, ".js");
  if (!existsSync(join(ROOT, test))) problems.push(`${source} has no ${test}`);
  else if (!imports(parse(test)).includes(specifier))
    problems.push(`${test} does not import ${specifier}`);
}
for (const test of files("test/unit", ".test.ts")) {
  const source = test.replace(/^test\/unit/, "src").replace(/\.test\.ts$/, ".ts");
  if (!existsSync(join(ROOT, source)))
    problems.push(`${test} tests no file of its name: there is no ${source}`);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
