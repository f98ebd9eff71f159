import { parseArgs } from "node:util";

export const USAGE = `
npm run demo
    asks the small model that comes with this repository

npm run demo -- --url http://127.0.0.1:11434 --model llama3
    asks an Ollama

npm run demo -- --api openai --url http://127.0.0.1:8000/v1 --model my-model
    asks an OpenAI-compatible server; its key comes from OPENAI_API_KEY

--prompt "…" asks something else.`;

/** The APIs that the demo speaks, and the path of each under a server's URL. */
const PATHS = { ollama: "api/generate", openai: "completions" } as const;

export interface DemoArguments {
  readonly help: boolean;
  readonly api: keyof typeof PATHS;
  /** Where a real server answers; `undefined`: the embedded one. */
  readonly endpoint: string | undefined;
  readonly model: string;
  readonly prompt: string;
}

/** What is wrong with the command line, for a person to read. */
export class ArgumentError extends Error {}

/** @throws ArgumentError */
export function readArguments(args: readonly string[]): DemoArguments {
  const { help, api, url, model, prompt } = parse(args);
  if (api !== "ollama" && api !== "openai") {
    throw new ArgumentError(`--api is ollama or openai, not ${JSON.stringify(api)}.`);
  }
  if (url === undefined && api === "openai") {
    throw new ArgumentError("--api openai needs --url: where is the server?");
  }
  if (url !== undefined && model === undefined) {
    throw new ArgumentError("--url needs --model: which of the server's models?");
  }
  const endpoint = url === undefined ? undefined : endpointAt(url, api);
  return { help, api, endpoint, model: model ?? "alice", prompt };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        api: { type: "string", default: "ollama" },
        url: { type: "string" },
        model: { type: "string" },
        prompt: { type: "string", default: "Once upon a time the Mad Hatter" },
      },
    });
    return values;
  } catch (error) {
    // Node's message has hints after its first sentence that fit no user of a demo.
    const [message] = (error as Error).message.split(". ");
    throw new ArgumentError(`${message ?? ""}.`);
  }
}

function endpointAt(url: string, api: DemoArguments["api"]): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new ArgumentError(`--url is a whole address, like http://127.0.0.1:11434, not "${url}".`);
  }
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  if (api === "openai" && base.pathname === "/") base.pathname = "/v1/";
  return new URL(PATHS[api], base).href;
}
