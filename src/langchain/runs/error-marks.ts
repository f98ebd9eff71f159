import { ContextOverflowError } from "@langchain/core/errors";
import type { HttpStreamingError } from "../../errors.js";
import { isContextOverflow } from "../../streaming/retry/failure-kind.js";

/**
 * Makes LangChain see an error for what it is. `ContextOverflowError.isInstance` and `instanceof` hold
 * for an overflow, as summarising middleware asks, while the error stays of its own class.
 */
export function markError(error: HttpStreamingError): void {
  const isProviders = error.code === "HTTP_STATUS" || error.code === "MODEL_STREAM";
  if (!isProviders || !isContextOverflow(error)) return;
  // LangChain knows its errors by symbols, so that copies of it agree: an error is given those of a specimen.
  const specimen = new ContextOverflowError();
  for (const mark of Object.getOwnPropertySymbols(specimen)) {
    const value: unknown = Reflect.get(specimen, mark);
    Object.defineProperty(error, mark, { value, configurable: true });
  }
}
