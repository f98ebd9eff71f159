export { scriptedTransport } from "./scripted-transport.js";
export type { ScriptedResponse, ScriptedTransport } from "./scripted-transport.js";
