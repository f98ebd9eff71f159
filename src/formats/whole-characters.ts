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

/** The first `length` bytes of some memory. */
interface HeldBytes {
  readonly bytes: Uint8Array;
  readonly length: number;
}
