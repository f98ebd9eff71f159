import { describe, expect, it } from "vitest";

import { releaseUnreleased, sectionOf } from "../../scripts/release/changelog.mjs";
import { faultsOf } from "../../scripts/release/tarball.mjs";

const CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- New $& thing\n\n## [0.1.0]\n\n- First\n";

describe("The changelog of a release", () => {
  it("has what was unreleased under the version's heading", () => {
    const released = releaseUnreleased(CHANGELOG, "0.2.0", "2026-01-31");
    expect(released).toContain("## [Unreleased]\n\n## [0.2.0] - 2026-01-31\n\n- New $& thing\n");
    expect(sectionOf(released, "0.2.0")).toBe("- New $& thing");
    expect(sectionOf(released, "Unreleased")).toBe("");
    expect(sectionOf(released, "0.1.0")).toBe("- First");
    expect(sectionOf(released, "0.1")).toBeUndefined();
  });

  it("is refused when there is nothing new, or the version is there", () => {
    const released = releaseUnreleased(CHANGELOG, "0.2.0", "2026-01-31");
    expect(() => releaseUnreleased(released, "0.3.0", "2026-01-31")).toThrow("nothing under");
    expect(() => releaseUnreleased(CHANGELOG, "0.1.0", "2026-01-31")).toThrow("already");
  });
});

describe("The tarball of a release", () => {
  const manifest = {
    version: "0.2.0",
    exports: { ".": { import: { types: "./dist/index.d.ts", default: "./dist/index.js" } } },
  };
  const good = (changes: Record<string, string | undefined> = {}) =>
    Object.entries({
      ...{ LICENSE: "", "README.md": "", "CHANGELOG.md": "", "THIRD-PARTY-NOTICES.md": "" },
      ...{ "package.json": JSON.stringify(manifest), "docs/hooks.md": "" },
      ...{ "dist/index.js": 'import { a } from "./a.js";\n', "dist/index.d.ts": "" },
      "dist/a.js": "",
      ...changes,
    }).flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]));

  it("is right with licence, readme, types and code", () => {
    expect(faultsOf(good(), "0.2.0")).toEqual([]);
  });

  it.each([
    ["LICENSE is missing.", { LICENSE: undefined }],
    ["README.md is missing.", { "README.md": undefined }],
    ["dist/index.d.ts is missing.", { "dist/index.d.ts": undefined }],
    ["dist/index.js imports dist/a.js, which is not there.", { "dist/a.js": undefined }],
    ["test/a.test.ts is a test.", { "test/a.test.ts": "" }],
    ["dist/index.js.map does not belong into it.", { "dist/index.js.map": "" }],
    ["docs/api/index.html does not belong into it.", { "docs/api/index.html": "" }],
    [".env does not belong into it.", { ".env": "" }],
    [
      "dist/a.js names the source map dist/a.js.map, which is not there.",
      { "dist/a.js": "//# sourceMappingURL=a.js.map\n" },
    ],
    [
      'a is "file:../a", which users have not got.',
      { "package.json": JSON.stringify({ ...manifest, dependencies: { a: "file:../a" } }) },
    ],
  ])("is not: %s", (fault, changes) => {
    expect(faultsOf(good(changes), "0.2.0")).toEqual([fault]);
  });

  it("has the version that is released", () => {
    expect(faultsOf(good(), "0.3.0")).toEqual(["package.json says version 0.2.0."]);
  });
});
