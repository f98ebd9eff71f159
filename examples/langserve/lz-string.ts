/**
 * Reads the config that LangServe's playground puts into the path of a request: JSON, compressed by lz-string's
 * `compressToEncodedURIComponent`. The text is a sequence of codes, each one bit wider whenever the dictionary has
 * doubled. The codes 0 and 1 bring a new character of 8 or 16 bits, 2 is the end, and any other is an entry of the
 * dictionary, which gains an entry with every code, as in LZ78.
 * @see https://github.com/pieroxy/lz-string
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$";
const BITS_PER_LETTER = 6;
const END = 2;
/** The codes that are no entries. */
const RESERVED = 3;

/** The text that was compressed. @throws Error when it was not, or is longer than `maxLength`. */
export function decompress(compressed: string, maxLength = 64 * 1024): string {
  const read = bitReader(compressed.replaceAll(" ", "+"));
  /** Entries by their codes; the first ones are the reserved codes. */
  const entries: string[] = Array<string>(RESERVED).fill("");
  const newCharacter = (code: number) => String.fromCharCode(read(code === 0 ? 8 : 16));

  const first = read(2);
  if (first === END) return "";
  let last = newCharacter(first);
  entries.push(last);
  let text = last;
  let width = 3;
  // How many entries may be added before the codes become wider.
  let room = 4;
  const grow = () => {
    if (--room > 0) return;
    room = 2 ** width++;
  };
  // The first character is not counted by the writer.
  for (;;) {
    let code = read(width);
    if (code === END) return text;
    if (code < END) {
      entries.push(newCharacter(code));
      code = entries.length - 1;
      grow();
    }
    // The entry that this code is about to add may be the one it names.
    const entry = code === entries.length ? last + last.charAt(0) : entries[code];
    if (!entry) throw new Error("The text is not compressed by lz-string.");
    text += entry;
    if (text.length > maxLength) throw new Error("The text is too long.");
    entries.push(last + entry.charAt(0));
    grow();
    last = entry;
  }
}

/** Reads numbers whose lowest bits come first, out of letters whose highest bits come first. */
function bitReader(letters: string): (count: number) => number {
  let at = 0;
  let letter = 0;
  let bitsLeft = 0;
  const readBit = () => {
    if (bitsLeft === 0) {
      letter = ALPHABET.indexOf(letters.charAt(at++) || "?");
      if (letter < 0) throw new Error("The text is not compressed by lz-string.");
      bitsLeft = BITS_PER_LETTER;
    }
    return (letter >> --bitsLeft) & 1;
  };
  return (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit++) value |= readBit() << bit;
    return value;
  };
}
