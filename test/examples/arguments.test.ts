import { describe, expect, it } from "vitest";
import { ArgumentError, readArguments } from "../../examples/demo/arguments.js";

const read = (...args: string[]) => readArguments(args);

describe("The demo's arguments", () => {
  it("ask the embedded server by default", () => {
    expect(read()).toMatchObject({ help: false, api: "ollama", endpoint: undefined });
  });

  it.each([
    ["http://h:1", "ollama", "http://h:1/api/generate"],
    ["http://h:1/", "ollama", "http://h:1/api/generate"],
    ["https://h/proxy", "ollama", "https://h/proxy/api/generate"],
    ["http://h:1", "openai", "http://h:1/v1/completions"],
    ["http://h:1/v1", "openai", "http://h:1/v1/completions"],
    ["http://h:1/v1/", "openai", "http://h:1/v1/completions"],
  ])("know the endpoint at %s of %s", (url, api, endpoint) => {
    expect(read("--url", url, "--api", api, "--model", "m")).toMatchObject({
      endpoint,
      model: "m",
    });
  });

  it.each([
    [["--nope"], "Unknown option '--nope'."],
    [["what"], "Unexpected argument 'what'."],
    [["--url"], "Option '--url <value>' argument missing."],
    [["--api", "gemini"], '--api is ollama or openai, not "gemini".'],
    [["--api", "openai"], "--api openai needs --url: where is the server?"],
    [["--url", "http://h"], "--url needs --model: which of the server's models?"],
    [
      ["--url", "localhost:1", "--model", "m"],
      '--url is a whole address, like http://127.0.0.1:11434, not "localhost:1".',
    ],
  ])("that are wrong are explained: %j", (args, message) => {
    expect(() => read(...args)).toThrow(new ArgumentError(message));
  });
});
