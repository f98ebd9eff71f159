import { isBlank } from "./characters.js";
import type { FoundValue } from "./clone-sites.js";
import type { Source } from "./source.js";

/** Reads what stands in a place in which records differ. */
export abstract class Hole {
  /** Its end in the bytes when it was last read. */
  end = 0;

  /** The value of what stands here, `undefined` if it is not of this hole's kind; where it ends is in `end`. */
  abstract read(source: Source, start: number): FoundValue | undefined;
}

/** A place between two tokens in which records have more or less white space. Its length is what differs. */
export class SpaceHole extends Hole {
  read({ bytes }: Source, start: number): number {
    this.end = spaceEnd(bytes, start);
    return this.end - start;
  }
}

/** Finds the end of the white space that begins here, or is none. */
export function spaceEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (isBlank(bytes[end] as number)) end++;
  return end;
}
