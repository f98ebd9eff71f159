import { HookError } from "../../errors.js";
import type { ModelCall } from "../model-call.js";
import type { HookResponse, NextRequest, StepContext } from "../hooks/hook-types.js";
import type { Effects } from "../effects.js";
import type { Deadline } from "../../transport/transport.js";
import { checkFields, isBoolean, requestFields, type FieldChecks } from "../hooks/check-fields.js";
import { askHook } from "../hooks/hook-call.js";
import { checkHookRequest } from "./hook-request.js";
import { encodeOptional } from "./payload.js";

const FIELDS: FieldChecks<keyof NextRequest> = /* @__PURE__ */ requestFields({
  afterMs: [
    "a number of milliseconds, at least 0",
    (ms) => typeof ms === "number" && ms >= 0 && ms < Infinity,
  ],
  stream: ["true or false, whether its response is the answer", isBoolean],
  cancel: [
    "a request, { url, method?, headers?, payload? }",
    (cancel) => typeof (cancel as { url?: unknown }).url !== "undefined",
  ],
});

/**
 * Asks the model what its job asks next; `undefined`: nothing, the response is the answer.
 *
 * @throws HookError for what `nextRequest` may not return.
 */
export function* askNext<R>(
  { nextRequest }: ModelCall<R>,
  response: HookResponse,
  context: StepContext,
  deadline: Deadline,
): Effects<NextRequest | undefined> {
  const next = yield* askHook("nextRequest", () => nextRequest?.(response, context), deadline);
  if (next === undefined || next === null) return undefined;
  checkFields(next, FIELDS, refuse);
  if (next.url === undefined || next.url === null) throw refuse("no url");
  // It is sent when nobody hears of its errors any more, and the job would go on.
  if (next.cancel) {
    checkHookRequest(next.cancel, "nextRequest", refuseCancel);
    encodeOptional(next.cancel.payload ?? null, "nextRequest");
  }
  return next;
}

function refuseCancel(what: string): HookError {
  return refuse(`a cancel with ${what}`);
}

function refuse(what: string): HookError {
  return new HookError(
    "nextRequest",
    `nextRequest returned ${what}. Return { url, ... } for what to ask next, with stream: true where the answer is, or null where this response is the answer.`,
  );
}
