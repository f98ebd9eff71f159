import { chooseFields } from "../../formats/fields.js";
import { reveal } from "./concealed-options.js";
import { modelName } from "./lang-smith-params.js";
import { withoutSecrets } from "./without-secrets.js";

/**
 * The parameters of a call as traces show them: what identifies the model, and some of the call options. An option
 * counts before the field of its name, as in the request. The model's name, by which tracers know what a token costs, is
 * always `model`.
 *
 * @param names the options that are shown where they say something.
 */
export function tracedOptions(
  model: { _identifyingParams(): Record<string, unknown>; _llmType(): string },
  options: object = {},
  names: readonly string[],
): Record<string, unknown> {
  const fields = model._identifyingParams();
  const shown = chooseFields(options, (name, value) => names.includes(name) && Boolean(value));
  const given = reveal(options);
  const changed = chooseFields(
    given,
    (name, value) => Object.hasOwn(fields, name) && value !== undefined && value !== null,
  );
  return {
    ...fields,
    ...withoutSecrets({ model: modelName([given, model, fields]), ...changed }),
    _type: model._llmType(),
    ...shown,
  };
}
