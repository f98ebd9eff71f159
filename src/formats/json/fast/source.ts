const LF = 0x0a;

/**
 * Bytes to read records from, and a view of them that gives eight at a time.
 *
 * No record goes beyond its line, so none is looked for behind the last line end: V8 makes a loop over bytes that
 * has ever gone beyond them several times slower, for good.
 */
export class Source {
  readonly view: DataView;

  /** @param lastLineEnd Its index, or that of another byte that no record has; -1 for none. */
  constructor(
    readonly bytes: Uint8Array,
    readonly lastLineEnd = bytes.lastIndexOf(LF),
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
