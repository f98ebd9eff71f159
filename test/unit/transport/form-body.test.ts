import { FormData as OtherFormData } from "undici";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { encodeForm } from "../../../src/transport/form-body.js";

describe("encodeForm", () => {
  it("gives the bytes and the boundary", async () => {
    const form = new FormData();
    form.append("name", "value");
    form.append("file", new Blob(["text"]), "a.txt");
    const { bytes, contentType } = await encodeForm(form);
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(contentType)?.[1];
    const text = new TextDecoder().decode(bytes);
    expect(text.split(boundary!)).toHaveLength(4);
    expect(text).toMatch(/name="name"\r\n\r\nvalue\r\n/);
    expect(text).toContain('filename="a.txt"');
  });

  it("takes the form of another copy of undici", async () => {
    const form = new OtherFormData();
    form.append("name", "value");
    const { bytes } = await encodeForm(form);
    expect(new TextDecoder().decode(bytes)).toContain("value");
  });

  it("says that a part cannot be read", async () => {
    const form = new FormData();
    const gone = new Blob(["x"]);
    form.append("file", gone);
    const broken = new Proxy(form, { get: () => undefined });
    await expect(encodeForm(broken)).rejects.toBeInstanceOf(HookError);
  });
});
