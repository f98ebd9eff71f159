import { FormData as OtherFormData } from "undici";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { encodeForm } from "../../../src/transport/form-body.js";

const textOf = ({ bytes }: { bytes: Uint8Array }) => new TextDecoder().decode(bytes);

describe("encodeForm", () => {
  it("writes a form with its boundary, also one of another copy of FormData", async () => {
    for (const FormDataClass of [FormData, OtherFormData]) {
      const form = new FormDataClass();
      form.append("model", "whisper");
      form.append("file", new File(["sound"], "speech.wav", { type: "audio/wav" }));
      const encoded = await encodeForm(form);
      const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(encoded.contentType)![1]!;
      expect(textOf(encoded)).toContain(`${boundary}\r\n`);
      expect(textOf(encoded)).toContain('name="model"\r\n\r\nwhisper\r\n');
      expect(textOf(encoded)).toContain('filename="speech.wav"');
    }
  });

  it("names the hook whose form cannot be read", async () => {
    const broken = new (class extends File {
      override stream(): never {
        throw new Error("gone");
      }
    })(["x"], "x.txt");
    const form = { [Symbol.iterator]: () => [["file", broken]].values() } as unknown as FormData;
    const reading = encodeForm(form).then((encoded) => textOf(encoded));
    await expect(reading).rejects.toBeInstanceOf(HookError);
  });
});
