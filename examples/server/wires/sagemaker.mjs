// @ts-check
/**
 * `/endpoints/{name}/invocations-response-stream` of SageMaker: Amazon's event stream, in whose messages stand the
 * bytes of the container, cut anywhere. The container is Hugging Face's text-generation-inference here, whose
 * events hold a token each, the last one the whole text and the counts.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
 */
import { eventFrame, isSigned } from "./aws-frames.mjs";

/** The container's events. */
export function textGenerationInference() {
  let said = "";
  return {
    token: (/** @type {string} */ text, /** @type {number} */ number) => {
      said += text;
      return event(number, { text, special: false }, null, null);
    },
    end: (/** @type {import("./wire.js").Summary} */ summary) =>
      event(summary.outputTokens + 1, { text: "</s>", special: true }, said, {
        finish_reason: summary.finishReason === "length" ? "length" : "eos_token",
        input_length: summary.promptTokens,
        generated_tokens: summary.outputTokens,
      }),
  };
}

/** @type {import("./wire.js").Wire} */
export const sagemaker = {
  path: "/endpoints/alice/invocations-response-stream",
  allows: isSigned,
  read: ({ inputs, parameters = {} }) => ({
    prompt: inputs,
    maxTokens: parameters.max_new_tokens,
    stop: parameters.stop,
    seed: parameters.seed,
  }),
  write: () => {
    const container = textGenerationInference();
    let held = Buffer.alloc(0);
    const part = (/** @type {string} */ text, /** @type {number | undefined} */ keep) => {
      const bytes = Buffer.concat([held, Buffer.from(text)]);
      held = bytes.subarray(keep ?? bytes.length);
      return eventFrame("PayloadPart", bytes.subarray(0, keep), "application/octet-stream");
    };
    return {
      contentType: "application/vnd.amazon.eventstream",
      token: (text, number) => part(container.token(text, number), -1),
      end: (summary) => part(container.end(summary), undefined),
    };
  },
  error: (message) => ({ message }),
};

/** @param {number} index @param {object} token @param {string | null} generated_text @param {object | null} details */
const event = (index, token, generated_text, details) =>
  `data:${JSON.stringify({ index, token, generated_text, details })}\n\n`;
