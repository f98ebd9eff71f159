import { compileFunction } from "node:vm";
import { transform } from "esbuild";
import ts from "typescript";
import * as library from "http-streaming-llm";
import * as openai from "http-streaming-llm/openai";
import * as testing from "http-streaming-llm/testing";
import type { Page } from "./page.js";

/**
 * The classes and functions of a page, as a program has them that copies them, and what is made by `new X()`
 * alone. What the page does with them is left out.
 */
export async function declaredIn(page: Page): Promise<Readonly<Record<string, unknown>>> {
  const source = ts.createSourceFile("page.ts", page.program, ts.ScriptTarget.ES2022);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const declarations = source.statements.filter(
    (statement) => ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement),
  );
  const instances = source.statements.filter(isInstance);
  const names = [
    ...declarations,
    ...instances.flatMap(({ declarationList }) => declarationList.declarations),
  ].flatMap(({ name }) => name?.getText(source) ?? []);
  const kept = [...imports, ...declarations, ...instances].map((statement) =>
    statement.getFullText(source).replace(/^(\s*)export /m, "$1"),
  );
  const program = `${kept.join("\n")}\nexport { ${names.join(", ")} };`;
  const { code } = await transform(program, { loader: "ts", format: "cjs", target: "es2022" });

  const modules = new Map<string, unknown>([
    ["http-streaming-llm", library],
    ["http-streaming-llm/openai", openai],
    ["http-streaming-llm/testing", testing],
  ]);
  for (const { moduleSpecifier } of imports) {
    const { text } = moduleSpecifier as ts.StringLiteral;
    if (!modules.has(text)) modules.set(text, await import(text));
  }
  const module: { exports: Record<string, unknown> } = { exports: {} };
  const run = compileFunction(code, ["module", "require"]) as (...globals: unknown[]) => void;
  run(module, (name: string) => modules.get(name));
  return module.exports;
}

/** `const x = new X();` */
function isInstance(statement: ts.Statement): statement is ts.VariableStatement {
  if (!ts.isVariableStatement(statement)) return false;
  return statement.declarationList.declarations.every(
    ({ initializer }) =>
      initializer !== undefined &&
      ts.isNewExpression(initializer) &&
      initializer.arguments?.length === 0,
  );
}
