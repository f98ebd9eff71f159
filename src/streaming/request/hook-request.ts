import type { HookError } from "../../errors.js";
import type { HookRequest } from "../hooks/hook-types.js";
import { checkFields, requestFields, type FieldChecks } from "../hooks/check-fields.js";
import { parseEndpoint } from "./endpoint.js";

const METHODS: readonly unknown[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const FIELDS: FieldChecks<keyof HookRequest> = /* @__PURE__ */ requestFields({
  method: ['"GET", "POST", "PUT", "PATCH" or "DELETE"', (method) => METHODS.includes(method)],
  step: ["a text, the name of the request in errors", (step) => typeof step === "string"],
});

/**
 * Checks a request that a hook gives, and gives where it goes.
 *
 * @throws what `refuse` makes of a mistake, and HookError for what is no URL.
 */
export function checkHookRequest(
  request: HookRequest | null | undefined,
  hook: string,
  refuse: (what: string) => HookError,
): URL {
  checkFields(request, FIELDS, refuse);
  return parseEndpoint(request?.url, hook);
}
