/** A runnable, as LangChain's log uses it. */
interface Streaming<Input, Options, Output> {
  stream(input: Input, options?: Options): Promise<AsyncIterable<Output>>;
}

/**
 * LangChain's log of a call, which fails where its reader has come to the failure. LangChain's own reads the call
 * beside its reader: while that is busy with an entry, nobody handles a failure of the call, and Node ends the process.
 *
 * @param runnable which streams the call.
 * @param open makes LangChain's log of a runnable, by its `stream`.
 */
export async function* callLog<
  Runnable extends Streaming<Input, Options, Output>,
  Input,
  Options,
  Output,
  Entry,
>(
  runnable: Runnable & Streaming<Input, Options, Output>,
  open: (runnable: Runnable) => AsyncGenerator<Entry>,
): AsyncGenerator<Entry> {
  const failures: unknown[] = [];
  async function* untilFailure(input: Input, options?: Options): AsyncGenerator<Output> {
    try {
      yield* await runnable.stream(input, options);
    } catch (error) {
      failures.push(error);
    }
  }
  const stream = (input: Input, options?: Options) => Promise.resolve(untilFailure(input, options));
  yield* open(Object.create(runnable, { stream: { value: stream } }) as Runnable);
  if (failures.length > 0) throw failures[0];
}
