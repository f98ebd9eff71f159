/**
 * The reason for which an answer ends whose reader left. As the reason of a signal it says that nobody reads any
 * more: nothing is lost then by waiting for the handlers.
 */
export class ReaderLeft extends Error {
  /** The name by which the platform knows aborts. */
  override readonly name = "AbortError";

  constructor() {
    super("The reader stopped reading.");
  }
}
