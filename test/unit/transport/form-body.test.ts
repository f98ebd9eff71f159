import { FormData as OtherFormData } from "undici";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { withEncodedForm } from "../../../src/transport/form-body.js";

describe("withEncodedForm", () => {
  it("gives the bytes and the boundary", async () => {
    const form = new FormData();
    form.append("name", "value");
    form.append("file", new Blob(["text"]), "a.txt");
    const given: Record<string, string> = { a: "b" };
    const { headers, body } = await withEncodedForm({ headers: given, body: form });
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers["content-type"]!)?.[1];
    const text = new TextDecoder().decode(body as Uint8Array);
    expect(headers.a).toBe("b");
    expect(text.split(boundary!)).toHaveLength(4);
    expect(text).toMatch(/name="name"\r\n\r\nvalue\r\n/);
    expect(text).toContain('filename="a.txt"');
  });

  it("leaves text, bytes and nothing as they are", async () => {
    for (const body of ["text", Uint8Array.of(1), undefined]) {
      const request = { headers: {}, body };
      expect(await withEncodedForm(request)).toBe(request);
    }
  });

  it("takes the form of another copy of undici, under a content-type that was given", async () => {
    const form = new OtherFormData();
    form.append("name", "value");
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const encoded = await withEncodedForm({ headers, body: form });
    expect(new TextDecoder().decode(encoded.body as Uint8Array)).toContain("value");
    expect(encoded.headers).toEqual(headers);
  });

  it("says that a part cannot be read", async () => {
    const form = new FormData();
    const gone = new Blob(["x"]);
    form.append("file", gone);
    const broken = new Proxy(form, { get: () => undefined });
    const encoding = withEncodedForm({ headers: {}, body: broken });
    await expect(encoding).rejects.toBeInstanceOf(HookError);
  });
});
