/** The version of this package, sent in the user-agent. A test holds it to `package.json`. */
export const VERSION = "0.2.0";
