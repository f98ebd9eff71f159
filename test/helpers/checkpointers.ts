import { MemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph";

interface SqliteModule {
  readonly SqliteSaver: { fromConnString(path: string): BaseCheckpointSaver };
}

/**
 * LangGraph's stores of checkpoints: the one in memory, which serialises as the others do, and SQLite's where
 * `npm run test:cores` has installed it, for it brings a native module.
 */
export async function checkpointers(): Promise<Record<string, () => BaseCheckpointSaver>> {
  const memory = { memory: () => new MemorySaver() };
  const path = process.env.SQLITE_CHECKPOINTER;
  if (path === undefined) return memory;
  const { SqliteSaver } = (await import(path)) as SqliteModule;
  return { ...memory, SQLite: () => SqliteSaver.fromConnString(":memory:") };
}
