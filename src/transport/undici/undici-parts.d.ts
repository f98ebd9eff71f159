/** undici's own files, each of which exports one of its names. They have no types of their own. */
declare module "undici/lib/*" {
  const part: unknown;
  export default part;
}
