import { hasFields, isObject } from "../../formats/fields.js";

/** Keywords that hold values, and no schemas, as extensions do, such as `x-origin`. */
const VALUES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "const",
  "enum",
  "default",
  "examples",
  "example",
]);

/**
 * The first `$ref` of a JSON schema to a place in it that is not there, as in a part cut out of an OpenAPI document: no
 * validator could go on there. A part with an `$id` of its own is left out: references in it start from that part.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6901
 */
export function danglingRef(root: object): string | undefined {
  const seen = new Set<object>();
  // A list, and no recursion: the schema may be of any depth.
  const parts: unknown[] = [root];
  while (parts.length > 0) {
    const part = parts.pop();
    if (!isObject(part) || seen.has(part)) continue;
    seen.add(part);
    const { $ref: ref, $id: id } = part as { $ref?: unknown; $id?: unknown };
    if (typeof id === "string" && part !== root) continue;
    if (typeof ref === "string" && ref.startsWith("#/") && !resolves(root, ref)) return ref;
    const schemas = Object.entries(part).filter(([name]) => !isValue(name));
    for (const [, value] of schemas.reverse()) parts.push(value);
  }
  return undefined;
}

function isValue(name: string): boolean {
  return VALUES.has(name) || name.startsWith("x-");
}

/** Says that a JSON Pointer, as the fragment of a URL, leads somewhere. */
function resolves(root: object, pointer: string): boolean {
  let part: unknown = root;
  for (const token of pointer.split("/").slice(1)) {
    const name = decoded(token).replaceAll("~1", "/").replaceAll("~0", "~");
    if (!(hasFields(part) || Array.isArray(part)) || !Object.hasOwn(part, name)) return false;
    part = (part as Record<string, unknown>)[name];
  }
  return true;
}

/** A fragment's percent-encoding undone, where it is one. */
function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}
