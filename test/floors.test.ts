import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

import floors from "../eslint.floors.js";

const linter = new Linter();

/** The messages of the floor rules for `code`, were it the file `path`. */
function lint(path: string, code: string): string[] {
  const config = [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser as Linter.Parser } },
    ...floors,
  ];
  return linter.verify(code, config, path).map(({ message }) => message);
}

describe("floors", () => {
  it.each([
    ["src/formats/sse.ts", "./lines.js"],
    ["src/formats/sse.ts", "../errors.js"],
    ["src/formats/json/json-parser.ts", "./fast/predicting-parser.js"],
    ["src/formats/json/fast/predicting-parser.ts", "../../../runtime/node.js"],
    ["src/formats/sse.ts", "#runtime"],
    ["src/streaming/answer/answer-rules.ts", "#runtime"],
    ["src/langchain/llm.ts", "#runtime"],
    ["src/langchain/llm.ts", "#platform"],
    ["src/openai/messages.ts", "#runtime"],
    ["src/runtime/node.ts", "node:buffer"],
    ["src/runtime/node.ts", "../formats/json/fast/predicting-parser.js"],
    ["src/runtime/web.ts", "./deep-equal.js"],
    ["src/transport/timers.ts", "#runtime"],
    ["src/transport/undici/agents.ts", "undici"],
    ["src/transport/undici/agents.ts", "undici/lib/dispatcher/agent.js"],
    ["src/transport/undici/agents.ts", "../connection.js"],
    ["src/transport/undici/index.ts", "../worker/exchange.js"],
    ["src/transport/fetch/index.ts", "../connection.js"],
    ["src/transport/fetch/index.ts", "../../errors.js"],
    ["src/platform/web.ts", "../transport/fetch/index.js"],
    ["src/platform/node.ts", "../streaming/drivers/sync-driver.js"],
    ["src/transport/undici/agents.ts", "../../errors.js"],
    ["src/transport/worker/exchange.ts", "node:worker_threads"],
    ["src/streaming/model-call.ts", "../formats/format.js"],
    ["src/streaming/model-call.ts", "./answer/answer-rules.js"],
    ["src/streaming/answer/answer-rules.ts", "../../formats/format.js"],
    ["src/streaming/answer/answer-rules.ts", "./stop-filter.js"],
    ["src/streaming/answer/answer-rules.ts", "../delta/delta.js"],
    ["src/streaming/request/build-request.ts", "../model-call.js"],
    ["src/streaming/run/run-call.ts", "../call/call-state.js"],
    ["src/streaming/drivers/async-driver.ts", "../../transport/transport.js"],
    ["src/langchain/llm.ts", "../streaming/settings/settings.js"],
    ["src/langchain/chat/fast/x.ts", "../../../streaming/settings/settings.js"],
    ["src/langchain/chat/fast/x.ts", "../../hooks.js"],
    ["src/langchain/llm.ts", "@langchain/core/messages"],
  ])("let %s import %s", (path, specifier) => {
    expect(lint(path, `import { x } from "${specifier}"; x();`)).toEqual([]);
  });

  it.each([
    ["src/errors.ts", "./formats/format.js"],
    ["src/formats/sse.ts", "../transport/exchange.js"],
    ["src/formats/json/fast/predicting-parser.ts", "../../sse.js"],
    ["src/formats/json/json-parser.ts", "node:buffer"],
    ["src/formats/sse.ts", "node:buffer"],
    ["src/formats/sse.ts", "eventsource-parser"],
    ["src/formats/sse.ts", "#platform"],
    ["src/runtime/web.ts", "node:buffer"],
    ["src/runtime/node.ts", "../errors.js"],
    ["src/runtime/web.ts", "../formats/json/fast/predicting-parser.js"],
    ["src/transport/connection.ts", "node:worker_threads"],
    ["src/transport/connection.ts", "undici"],
    ["src/transport/fetch/index.ts", "undici"],
    ["src/transport/fetch/index.ts", "../undici/index.js"],
    ["src/transport/fetch/index.ts", "node:stream"],
    ["src/transport/undici/exchange.ts", "../fetch/index.js"],
    ["src/transport/undici/exchange.ts", "../../streaming/settings/settings.js"],
    ["src/platform/node.ts", "undici"],
    ["src/platform/node.ts", "../streaming/run/run-call.js"],
    ["src/transport/connection.ts", "../formats/format.js"],
    ["src/transport/connection.ts", "../streaming/pipeline.js"],
    ["src/transport/connection.ts", "@langchain/core/messages"],
    ["src/streaming/model-call.ts", "../langchain/llm.js"],
    ["src/streaming/model-call.ts", "./request/build-request.js"],
    ["src/streaming/answer/answer-rules.ts", "../../langchain/llm.js"],
    ["src/streaming/answer/answer-rules.ts", "../../../errors.js"],
    ["src/streaming/answer/answer-rules.ts", "../call/call-state.js"],
    ["src/streaming/answer/answer-rules.ts", "../model-call.js"],
    ["src/streaming/delta/delta.ts", "../answer/answer-rules.js"],
    ["src/streaming/response/whole-body.ts", "../run/attempt.js"],
    ["src/streaming/elsewhere/x.ts", "../../errors.js"],
    ["src/streaming/answer/record-stage.ts", "@langchain/core/messages"],
    ["src/streaming/answer/record-stage.ts", "undici"],
    ["src/streaming/answer/record-stage.ts", "node:worker_threads"],
    ["src/streaming/answer/record-stage.ts", "node:fs"],
    ["src/streaming/answer/record-stage.ts", "node:util"],
    ["src/streaming/answer/record-stage.ts", "#platform"],
    ["src/langchain/llm.ts", "undici"],
    ["src/langchain/llm.ts", "node:util"],
    ["src/langchain/llm.ts", "../index.js"],
    ["src/langchain/chat/llm.ts", "../../index.js"],
    ["src/openai/messages.ts", "../langchain/llm.js"],
    ["src/langchain/llm.ts", "@langchain/core-of-another"],
    ["src/elsewhere/file.ts", "undici"],
  ])("keep %s from importing %s", (path, specifier) => {
    expect(lint(path, `import { x } from "${specifier}"; x();`)).toHaveLength(1);
    expect(lint(path, `import type { X } from "${specifier}"; let x: X;`)).toHaveLength(1);
    expect(lint(path, `export * from "${specifier}";`)).toHaveLength(1);
  });

  it.each(["Buffer.from(x);", "process.env;", "let x: Buffer;", "let x: NodeJS.Timeout;"])(
    "leave %s to what runs on Node alone",
    (code) => {
      for (const path of ["formats/sse", "runtime/web", "transport/fetch/index", "langchain/llm"]) {
        expect(lint(`src/${path}.ts`, code)).toHaveLength(1);
      }
      for (const path of ["runtime/node", "transport/undici/send", "transport/worker/worker"]) {
        expect(lint(`src/${path}.ts`, code)).toEqual([]);
      }
    },
  );

  it("see through inline imports", () => {
    expect(lint("src/formats/sse.ts", 'await import("undici");')).toHaveLength(1);
    expect(lint("src/formats/sse.ts", 'let x: import("undici").Agent;')).toHaveLength(1);
  });

  it("keep index.ts a list of names", () => {
    expect(lint("src/index.ts", 'export { sse } from "./formats/sse.js";')).toEqual([]);
    expect(lint("src/index.ts", 'export type { A } from "./formats/sse.js";')).toEqual([]);
    expect(lint("src/index.ts", 'export * from "./formats/sse.js";')).toHaveLength(1);
    expect(lint("src/index.ts", "export const x = 1;")).toHaveLength(1);
    expect(lint("src/index.ts", 'export { Agent } from "undici";')).toHaveLength(1);
  });
});
