/** Bytes to read records from, and a view of them that gives eight at a time. */
export class Source {
  readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
