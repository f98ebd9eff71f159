/** The part of a number that has come last; `failed` where it is none after all. */
export type NumberPart = "sign" | "zero" | "integer" | "fraction" | "exponent" | "power" | "failed";

type Kind = "zero" | "digit" | "sign" | "point" | "e";

/** The next part by the kind of the next character; none where that is behind the number. */
const PARTS: Readonly<Record<NumberPart, Readonly<Partial<Record<Kind, NumberPart>>>>> = {
  sign: { zero: "zero", digit: "integer", point: "fraction", e: "exponent" },
  zero: { zero: "failed", digit: "failed", point: "fraction", e: "exponent" },
  integer: { zero: "integer", digit: "integer", point: "fraction", e: "exponent" },
  fraction: { zero: "fraction", digit: "fraction", e: "exponent" },
  exponent: { zero: "power", digit: "power", sign: "power" },
  power: { zero: "power", digit: "power" },
  failed: {},
};

/** The part that a number begins with; `failed` where a character begins none. */
export function firstPart(character: string): NumberPart {
  if (character === "-") return "sign";
  if (character === "0") return "zero";
  return kindOf(character) === "digit" ? "integer" : "failed";
}

/** The part that a character belongs to, behind another part; `undefined` where the number ends before it. */
export function nextPart(part: NumberPart, character: string): NumberPart | undefined {
  const kind = kindOf(character);
  return kind && PARTS[part][kind];
}

/** The number as far as it has come. LangChain takes a lone minus for `-0`, and some others for none: `NaN`. */
export function numberOf(token: string): number {
  return token === "-" ? -0 : Number.parseFloat(token);
}

function kindOf(character: string): Kind | undefined {
  if (character === "0") return "zero";
  if (character >= "1" && character <= "9") return "digit";
  if (character === "-" || character === "+") return "sign";
  if (character === ".") return "point";
  return character === "e" || character === "E" ? "e" : undefined;
}
