import { HookError } from "../../errors.js";
import type { TlsOptions } from "../connection.js";

/** The settings that hold certificates or keys, which Node reads as PEM. */
const IN_PEM = ["ca", "cert", "key"] as const;

/**
 * Checks that certificates and keys are PEM. Node takes no notice of a `ca` that is not, the path of a file for
 * example, and the certificate is then not trusted though its authority was given.
 *
 * @throws HookError for what is something else.
 */
export function checkTls(tls: TlsOptions | undefined): void {
  for (const name of IN_PEM) {
    const given: unknown = tls?.[name];
    for (const part of Array.isArray(given) ? (given as unknown[]) : [given]) {
      const text = part instanceof Uint8Array ? Buffer.from(part).toString("latin1") : part;
      if (typeof text !== "string" || text === "") continue;
      const fault = faultOf(text);
      if (fault !== undefined) throw new HookError("tls", `tls.${name} ${fault}`);
    }
  }
}

// Nothing of it is shown: it may be a key.
function faultOf(text: string): string | undefined {
  if (!text.includes("-----BEGIN ")) {
    return 'is no PEM, which has a line "-----BEGIN …". Give what the file holds, readFileSync(path), not its path.';
  }
  if (text.includes("\\n") && !text.includes("\n")) {
    return 'has its line ends written out, as variables of the environment have. Give it with .replaceAll("\\\\n", "\\n").';
  }
  return undefined;
}
