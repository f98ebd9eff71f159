// @ts-check
/**
 * Tests mirror the sources: each file of src/ with code that runs has a test/unit/<same path>.test.ts that imports
 * it, through helpers perhaps, and there is no test beside those. Files of types alone, and doors that only pass on, need none.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** The modules that a file takes values from, as it names them. @param {string} path @returns {string[]} */
function specifiersOf(path) {
  const names = [];
  for (const statement of parse(path).statements) {
    const isImport = ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly;
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    if (!isImport && !isExport) continue;
    const { moduleSpecifier } = statement;
    if (moduleSpecifier && ts.isStringLiteral(moduleSpecifier)) names.push(moduleSpecifier.text);
  }
  return names;
}

/**
 * The files that a file takes values from. A thread's program is taken as text, from a module that is built of it.
 * @param {string} path @returns {string[]}
 */
function valuesOf(path) {
  return specifiersOf(path).flatMap((name) => {
    if (name.startsWith(".")) return [join(dirname(path), name).replace(/(-source)?\.js$/, ".ts")];
    const [whole, door = ""] = /^http-streaming-llm(?:\/(.*))?$/.exec(name) ?? [];
    return whole === undefined ? [] : [join("src", door, "index.ts")];
  });
}

/** Whether a test takes values from a source itself, or through helpers and doors. @param {string} test @param {string} source */
function reaches(test, source) {
  const files = [test];
  for (const file of files) {
    for (const next of valuesOf(file)) {
      if (next === source) return true;
      const passesOn = next.startsWith("test/helpers/") || next.endsWith("/index.ts");
      if (passesOn && !files.includes(next) && existsSync(join(ROOT, next))) files.push(next);
    }
  }
  return false;
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
  if (!existsSync(join(ROOT, test))) problems.push(`${source} has no ${test}`);
  else if (!reaches(test, source)) problems.push(`${test} does not import ${source}`);
}
for (const test of files("test/unit", ".test.ts")) {
  const source = test.replace(/^test\/unit/, "src").replace(/\.test\.ts$/, ".ts");
  if (!existsSync(join(ROOT, source)))
    problems.push(`${test} tests no file of its name: there is no ${source}`);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
