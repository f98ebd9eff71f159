/**
 * The parts of undici that every connection is made with, loaded in one go: the build makes a file of this that
 * requires them, which takes half as long as importing each (Node reads what a CommonJS file exports before it runs it).
 */
export { default as buildConnector } from "undici/lib/core/connect.js";
export { default as Agent } from "undici/lib/dispatcher/agent.js";
export { default as Client } from "undici/lib/dispatcher/client.js";
export { default as Pool } from "undici/lib/dispatcher/pool.js";
