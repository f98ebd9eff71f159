import { isSpace } from "./characters.js";
import type { FoundValue } from "./clone-sites.js";

/** Reads what stands in a place in which records differ. */
export abstract class Hole {
  /** Where in the text it ended when it was last read. */
  end = 0;

  /** The value of what stands here, `undefined` if it is not of this hole's kind; where it ends is in `end`. */
  abstract read(text: string, start: number): FoundValue | undefined;
}

/** A place between two tokens in which records have more or less white space. Its length is what differs. */
export class SpaceHole extends Hole {
  read(text: string, start: number): number {
    let end = start;
    while (isSpace(text.charCodeAt(end))) end++;
    this.end = end;
    return end - start;
  }
}
