// @ts-check
/**
 * How large the package may become, in KiB: a bound on what slips in unnoticed, some 10 % above what
 * it is now. `npm run test:package` fails above it.
 */
export const SIZE_BUDGET = {
  /** dist/index.js, which is read whenever the package is imported. About 90 of it are the worker. */
  module: 560,
  /** The packed package, which is downloaded. About 65 of it are the guides. */
  tarball: 530,
};
