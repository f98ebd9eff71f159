/** The built package, as users get it; or, to compare two states of it, another build. */
const BUILDS = {
  ours: new URL("../../dist/index.js", import.meta.url).href,
};

export const buildOf = (variant) =>
  variant === "other" ? process.env.BENCH_OTHER_BUILD : BUILDS[variant];

/** `"other"` is the build that `--compare` names. */
export function loadPackage(variant = "ours") {
  return import(buildOf(variant));
}

/** Its door for OpenAI's wire. */
export function loadOpenAIDoor(variant = "ours") {
  return import(new URL("openai.js", buildOf(variant)).href);
}

/** What the first call of a process loads. Another build may have no such file: it loads them with that call. */
export async function loadUndiciParts(variant = "ours") {
  const parts = await import(new URL("undici/connecting.cjs", buildOf(variant)).href).catch(
    () => undefined,
  );
  await parts?.load();
}
