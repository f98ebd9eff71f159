import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { accessError } from "../../../../src/transport/undici/access.js";

const denied = (permission: string, resource?: string) =>
  Object.assign(new Error("denied"), { code: "ERR_ACCESS_DENIED", permission, resource });

describe("accessError", () => {
  it.each([
    ["FileSystemRead", "/x", "--allow-fs-read=/x"],
    ["WorkerThreads", undefined, "--allow-worker"],
    ["Net", "host", "--allow-net"],
    ["Other", undefined, "Allow it"],
  ])("says how to allow %s", (permission, resource, advice) => {
    const error = accessError(denied(permission, resource), "do it", ", or do without");
    expect(error).toBeInstanceOf(HookError);
    expect(error?.message).toContain("does not let this process do it");
    expect(error?.message).toContain(`${advice}, or do without.`);
  });

  it("is none for any other error", () => {
    expect(accessError(new Error("x"), "do it")).toBeUndefined();
    // A dispatcher may throw anything.
    for (const thrown of [undefined, null, "x"]) {
      expect(accessError(thrown, "do it")).toBeUndefined();
    }
    expect(accessError(Object.assign(new Error("x"), { code: "EACCES" }), "x")).toBeUndefined();
  });
});
