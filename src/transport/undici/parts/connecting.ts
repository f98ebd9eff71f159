/* eslint-disable no-restricted-syntax -- To be loaded late; undici, which this floor may import. */

/**
 * Loads the parts of undici that every connection is made with. The package has this file twice: where it is
 * CommonJS it requires them, which takes half as long as importing each (Node reads what a CommonJS file exports
 * before it runs it); a bundler takes the other, whose imports it understands.
 */
export async function load(): Promise<
  Record<"Agent" | "buildConnector" | "Client" | "Pool", unknown>
> {
  const [connect, agent, client, pool] = await Promise.all([
    import("undici/lib/core/connect.js"),
    import("undici/lib/dispatcher/agent.js"),
    import("undici/lib/dispatcher/client.js"),
    import("undici/lib/dispatcher/pool.js"),
  ]);
  return {
    Agent: agent.default,
    buildConnector: connect.default,
    Client: client.default,
    Pool: pool.default,
  };
}
