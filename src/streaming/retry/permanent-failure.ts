import { isMarkedPermanent, type HttpStreamingError } from "../../errors.js";
import { isOverflowCode } from "./failure-kind.js";

/**
 * Providers' codes for what waiting cannot cure, in snake case. Codes of rate limits that only sound like it
 * (`RESOURCE_EXHAUSTED`, `token_quota_exceeded`) are not among them.
 */
const PERMANENT_CODES: readonly RegExp[] = [
  // The account: nothing left to spend, or nobody who pays.
  /^insufficient_(quota|balance|credit|funds)/,
  /^exceeded_current_quota/,
  /^billing_|_billing$/,
  /^(payment_required|arrearage|account_(deactivated|suspended)|access_terminated)/,
  // The content: the same prompt will be refused again.
  /content_(filter|policy|moderation)/,
  /policy_violation|^moderation_blocked|^data_inspection_failed|^invalid_prompt$/,
  // The size: the same prompt will be too long again.
  /^(string_above_max_length|request_too_large)$/,
];

/** Tells whether the provider said, or LangChain's mark says, that the same request will fail again. */
export function isPermanent(error: HttpStreamingError): boolean {
  if (isMarkedPermanent(error)) return true;
  const { providerCode, providerType } = error as {
    providerCode?: unknown;
    providerType?: unknown;
  };
  return [providerCode, providerType].some(isPermanentCode);
}

function isPermanentCode(code: unknown): boolean {
  if (typeof code !== "string") return false;
  if (isOverflowCode(code)) return true;
  const name = snakeCase(code);
  return PERMANENT_CODES.some((pattern) => pattern.test(name));
}

/** `DataInspectionFailed`, `ResponsibleAIPolicyViolation` and `context-length-exceeded` in one spelling. */
function snakeCase(code: string): string {
  return code
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3_$2")
    .replace(/[^a-zA-Z\d]+/g, "_")
    .toLowerCase();
}
