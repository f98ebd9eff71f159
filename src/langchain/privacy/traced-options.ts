import { chooseFields } from "../../formats/fields.js";
import { reveal } from "./concealed-options.js";
import { withoutSecrets } from "./without-secrets.js";

/**
 * The parameters of a call as traces show them: what identifies the model, and some of the call options. An option
 * counts before the field of its name, as in the request.
 *
 * @param names the options that are shown where they say something.
 */
export function tracedOptions(
  model: { _identifyingParams(): Record<string, unknown>; _llmType(): string },
  options: object = {},
  names: readonly string[],
): Record<string, unknown> {
  const fields = model._identifyingParams();
  const shown = names.flatMap((name) => {
    const value: unknown = Reflect.get(options, name);
    return value ? [[name, value] as const] : [];
  });
  const changed = chooseFields(
    reveal(options),
    (name, value) => Object.hasOwn(fields, name) && value !== undefined && value !== null,
  );
  return {
    ...fields,
    ...withoutSecrets(changed as Record<string, unknown>),
    _type: model._llmType(),
    ...Object.fromEntries(shown),
  };
}
