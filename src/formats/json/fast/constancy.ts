import type { Found, FoundValue } from "./clone-sites.js";

/** So many records in a row have to agree in a value before it counts as constant. */
const RECORDS_OF_TRIAL = 3;

/** The number of records to let pass after a trial that found nothing constant, or nothing that stayed so for long. */
const RECORDS_OF_REST = 128;

/**
 * Finds out which of the values of records stay the same: in a trial of a few records, from time to time.
 *
 * | state   | `#seen`           | the next record                                                        |
 * | ------- | ----------------- | ---------------------------------------------------------------------- |
 * | resting | below 0           | counts up                                                              |
 * | ready   | 0                 | begins a trial                                                         |
 * | trial   | 1 and more        | is compared: all differ → resting; the last one of the trial → ready |
 */
export class Constancy {
  /** The values that were the same in all records of the trial. */
  readonly isConstant: boolean[];
  readonly #values: FoundValue[];
  #seen = 0;

  constructor(count: number) {
    this.isConstant = Array.from({ length: count }, () => false);
    this.#values = this.isConstant.map(() => "");
  }

  /** Takes in the values of the next record. Gives true when a trial is over that found constant ones. */
  observe(values: Found): boolean {
    if (this.#seen++ < 0) return false;
    const { isConstant } = this;
    if (this.#seen === 1) {
      for (let index = 0; index < values.length; index++) {
        this.#values[index] = values[index] as FoundValue;
        isConstant[index] = true;
      }
      return false;
    }
    let some = false;
    for (let index = 0; index < values.length; index++) {
      isConstant[index] &&= values[index] === this.#values[index];
      some ||= isConstant[index] === true;
    }
    if (!some) this.rest();
    else if (this.#seen === RECORDS_OF_TRIAL) this.#seen = 0;
    return some && this.#seen === 0;
  }

  /** Lets some records pass before the next trial. */
  rest(): void {
    this.#seen = -RECORDS_OF_REST;
  }
}
