/** The built package, as users get it; or, to compare two states of it, another build. */
const BUILDS = {
  ours: new URL("../../dist/index.js", import.meta.url).href,
};

/** `"other"` is the build that `--compare` names. */
export function loadPackage(variant = "ours") {
  return import(variant === "other" ? process.env.BENCH_OTHER_BUILD : BUILDS[variant]);
}
