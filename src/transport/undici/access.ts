import { HookError } from "../../errors.js";

/** The accesses of Node's permission model, and the flags that allow them. */
const FLAGS: Readonly<Record<string, string>> = {
  FileSystemRead: "--allow-fs-read",
  WorkerThreads: "--allow-worker",
  Net: "--allow-net",
};

/**
 * The error for what Node's permission model (`--permission`) refuses: no other attempt can help, the program
 * has to be started otherwise.
 *
 * @param instead what to do where it cannot be.
 * @returns `undefined` for any other error.
 * @see https://nodejs.org/api/permissions.html
 */
export function accessError(error: unknown, what: string, instead = ""): HookError | undefined {
  const { code, permission, resource } = (error ?? {}) as Partial<Record<string, string>>;
  if (code !== "ERR_ACCESS_DENIED") return undefined;
  const flag = FLAGS[permission ?? ""];
  const place = permission === "FileSystemRead" && resource ? `=${resource}` : "";
  const start = flag === undefined ? "Allow it" : `Start Node with ${flag}${place}`;
  return new HookError(
    "transport",
    `Node's permission model does not let this process ${what} (${code}). ${start}${instead}.`,
  );
}
