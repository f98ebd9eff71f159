/** Finds the beginning of a character of UTF-8 of which bytes are still missing, else `length`. */
export function endOfWholeCharacters(bytes: Uint8Array, length: number): number {
  for (let i = length - 1; i >= 0 && i >= length - 3; i--) {
    const byte = bytes[i] as number;
    const continuesCharacter = (byte & 0xc0) === 0x80;
    if (!continuesCharacter) return length - i < characterLength(byte) ? i : length;
  }
  return length;
}

/** The number of a character's bytes, by its first byte. */
function characterLength(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  if (firstByte >= 0xe0) return 3;
  return firstByte >= 0xc0 ? 2 : 1;
}

/** Tells whether bytes end inside of a character. A model may well write U+FFFD: the text does not tell. */
export function endsInCharacter({ bytes, length }: HeldBytes): boolean {
  return endOfWholeCharacters(bytes, length) < length;
}

/** Tells whether a text ends in the first half of a character that takes two UTF-16 units. */
export function endsInHalf(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Joins the halves of characters of two UTF-16 units, between which the pieces of a text are cut. */
export class WholeCharacters {
  /** The first half that waits for the second; `""` for none. */
  held = "";

  /** Takes the next piece, and gives the whole characters that have come. */
  push(piece: string): string {
    const all = this.held + piece;
    const end = all.length - Number(endsInHalf(all));
    this.held = all.slice(end);
    return all.slice(0, end);
  }

  /** Gives the half that waits: its second one does not follow. */
  flush(): string {
    const { held } = this;
    this.held = "";
    return held;
  }
}

/** The first `length` bytes of some memory. */
interface HeldBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}
