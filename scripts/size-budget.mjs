// @ts-check
/**
 * How large the package may become, in KiB: a bound on what slips in unnoticed, a little above what
 * it is now. `npm run test:package` fails above it.
 */
export const SIZE_BUDGET = {
  /** dist/index.js, which is read whenever the package is imported. */
  module: 440,
  /** The packed package, which is downloaded. About 65 of it are the guides, and as much the worker, twice. */
  tarball: 680,
  /** Of what a bundler for the web takes, without LangChain's core, minified and compressed by gzip: one error class. */
  errorInBundle: 1.5,
  /** The same of a text model with a format. */
  modelInBundle: 59,
  /** The same of all there is. */
  allInBundle: 85.5,
};
