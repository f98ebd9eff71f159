import { join } from "node:path";
import ts from "typescript";

/** The type errors in programs that are nowhere on disk, each as `file:line: message`. */
export function typeErrors(root: string, programs: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    ...readOptions(root),
    // Of the repository's own strictness; the guides are for readers who have `strict`.
    noImplicitOverride: false,
  };
  const texts = new Map(
    [...programs].map(([name, text]) => [join(root, `${name}.ts`), text] as const),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, languageOptions, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile(file, languageOptions, ...rest)
      : ts.createSourceFile(file, text, languageOptions);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map((diagnostic) => describe(root, diagnostic));
  });
}

function readOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (file) =>
    ts.sys.readFile(file),
  ) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root)
    .options;
}

function describe(root: string, { file, start, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (file === undefined) return message;
  const name = file.fileName.slice(root.length).replace(/\.ts$/, "");
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${name}:${line + 1}: ${message}`;
}
