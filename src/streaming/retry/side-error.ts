import { HttpStatusError } from "../../errors.js";

/** The errors of requests beside a call: what they say is not of the model's server. */
const ofSideRequests = new WeakSet<Error>();

/** Notes that an error is of another server than the model's. */
export function markSideError(error: Error): void {
  ofSideRequests.add(error);
}

/** Says that an error is of a request that a hook sent. */
export function isOfSideRequest(error: unknown): boolean {
  return ofSideRequests.has(error as Error);
}

/**
 * Says that the model's own server did not take the credentials of a request. That is worth one more attempt, at
 * once, whose request differs from the refused one: the hooks may know fresh credentials by then.
 */
export function isUnauthorised(error: unknown): error is HttpStatusError {
  return HttpStatusError.isInstance(error) && error.status === 401 && !isOfSideRequest(error);
}
