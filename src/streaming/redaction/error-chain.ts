/** A cause below so many others is no news, and a chain may be a ring. */
const LONGEST_CHAIN = 5;

/** An error and its causes, as far as they are errors. */
export function* chainOf(error: unknown): Generator<Error> {
  let link = error;
  for (let depth = 0; link instanceof Error && depth < LONGEST_CHAIN; depth++) {
    yield link;
    link = link.cause;
  }
}
