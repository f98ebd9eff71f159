import { describe, expect, it } from "vitest";
import { Secrets } from "../../../../src/streaming/redaction/secrets.js";

const KEY = "sk-live-1234567890";
const ofHeaders = (headers: Record<string, string>) => new Secrets().add({ headers });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const secrets = new Secrets().add({
  headers: { authorization: `Bearer ${KEY}` },
  body: JSON.stringify({ passwords: ["pass word&more", "100000", "short"] }),
  prompts: ['Say "no"\nto it'],
});

describe("Secrets", () => {
  it.each([
    ["as it is", `key ${KEY}.`],
    ["in JSON", JSON.stringify({ said: 'Say "no"\nto it' })],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ said: 'Say "no"\nto it' }))],
    ["as a form has it", "password=pass+word%26more"],
  ])("finds what was sent %s", (_, text) => {
    expect(secrets.redact(text)).toMatch(/\[redacted\]/);
    expect(secrets.redact(text)).not.toMatch(/sk-live|Say|pass.word/);
  });

  it("finds a prompt in JSON of ASCII alone, as Python and Java write it", () => {
    const prompt = 'Où est "le café" 🐇 ?';
    const all = new Secrets().add({ headers: {}, prompts: [prompt] });
    const inAscii = (text: string, toCase: (hex: string) => string) =>
      JSON.stringify(text).replace(/[^\0-\x7f]/g, (unit) => {
        return `\\u${toCase(unit.charCodeAt(0).toString(16).padStart(4, "0"))}`;
      });
    for (const toCase of [(hex: string) => hex, (hex: string) => hex.toUpperCase()]) {
      const once = inAscii(prompt, toCase);
      expect(all.redact(once)).toBe('"[redacted]"');
      expect(all.redact(JSON.stringify(once))).toMatch(/^"\\"\[redacted\]/);
    }
  });

  it("finds the value of a header, a cookie and a query, however a server writes it", () => {
    const key = 'k3y"\\/+ü=tail';
    const url = new URL("http://model.test/");
    url.searchParams.set("sig", key);
    const inPhp = JSON.stringify(key).replaceAll("/", "\\/");
    const inPercent = encodeURIComponent(key);
    for (const all of [
      ofHeaders({ "x-api-key": key }),
      ofHeaders({ authorization: `Bearer ${key}` }),
      ofHeaders({ cookie: `theme=dark; session=${key}` }),
      new Secrets().add({ headers: {}, url }),
    ]) {
      for (const text of [key, JSON.stringify(key), inPhp, inPercent]) {
        expect(all.redact(`bad ${text}!`)).toMatch(/^bad "?\[redacted\]"?!$/);
      }
    }
  });

  it("finds Basic credentials as they were before they were encoded", () => {
    const pair = ofHeaders({ authorization: `Basic ${base64("user-1:pass-word")}` });
    expect(pair.redact("no user-1:pass-word")).toBe("no [redacted]");
    expect(pair.redact("no pass-word of user-1")).toBe("no [redacted] of user-1");
    const alone = ofHeaders({ authorization: `Basic ${base64(`${KEY}:`)}` });
    expect(alone.redact(`no ${KEY}.`)).toBe("no [redacted].");
  });

  it("leaves numbers and what is too short alone", () => {
    expect(secrets.redact("100000 is too short")).toBe("100000 is too short");
  });

  it("takes out the longest, in whatever order they came", () => {
    const short = { headers: { "x-short": "abcdefghij" } };
    const long = { headers: { "x-long": "abcdefghij-TAIL" } };
    for (const parts of [
      [short, long],
      [long, short],
    ]) {
      const both = parts.reduce((all, sent) => all.add(sent), new Secrets());
      expect(both.redact("sent abcdefghij-TAIL here")).toBe("sent [redacted] here");
      const later = new Secrets(new Secrets().add(parts[0]!)).add(parts[1]!);
      expect(later.redact("sent abcdefghij-TAIL here")).toBe("sent [redacted] here");
    }
  });

  it("leaves no part of one that overlaps another, or itself", () => {
    const all = ofHeaders({ "x-a": "abcdef-12", "x-b": "12-ghijkl", "x-c": "ababab" });
    expect(all.redact("<abcdef-12-ghijkl>")).toBe("<[redacted]>");
    expect(all.redact("<abababab>")).toBe("<[redacted]>");
    expect(all.redact("<abcdef-12abcdef-12>")).toBe("<[redacted][redacted]>");
    expect(all.redactStart("<abcdef-12-ghi")).toBe("<[redacted]");
    expect(all.redactMessage('"abcdef-12-ghi…" <abcdef…>')).toBe('"[redacted]…" <[redacted]…>');
  });

  it("takes out the longest beginning of one that was cut", () => {
    const all = ofHeaders({ "x-a": "abcdef-and-much-more", "x-b": "secret-abcdef-b" });
    expect(all.redactStart("you sent secret-abcdef")).toBe("you sent [redacted]");
    for (let length = 6; length <= KEY.length; length++) {
      const start = `you sent ${KEY.slice(0, length)}`;
      expect(secrets.redactStart(start)).toBe("you sent [redacted]");
    }
    expect(secrets.redactStart("you sent sk-l")).toBe("you sent sk-l");
  });

  it("takes out the beginning of one that was cut in the middle of a character", () => {
    const all = new Secrets().add({ headers: {}, prompts: ["请告诉我一个关于秘密的长篇故事"] });
    const bytes = new TextEncoder().encode("bad: 请告诉我一个关于秘密");
    for (const missing of [0, 1, 2, 3]) {
      const text = new TextDecoder().decode(bytes.subarray(0, bytes.length - missing));
      expect(all.redactStart(text)).toBe("bad: [redacted]");
    }
  });

  it("looks for beginnings at the last marks of cuts alone, however many a server wrote", () => {
    const secrets = new Secrets().add({ headers: {}, prompts: ["Tell me a tale. ".repeat(4_000)] });
    const text = "\u2026".repeat(250_000);
    expect(secrets.redactMessage(`${text} Tell me a ta\u2026`)).toBe(`${text} [redacted]\u2026`);
  });

  it("finds a prompt in each form, wherever in its first characters there is one to be escaped", () => {
    const special = ['"', "\n", "/", "é", "请", "😀", "\ud83d", "\\"];
    for (const character of special) {
      for (let place = 0; place < 9; place++) {
        const prompt = `${"abcdefghi".slice(0, place)}${character} tell me all of it`;
        const all = new Secrets().add({ headers: {}, prompts: [prompt] });
        const json = JSON.stringify(prompt).slice(1, -1);
        const ascii = json.replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
        );
        const php = json.replaceAll("/", "\\/");
        for (const form of [prompt, json, ascii.replaceAll("\\ue9", "\\u00e9"), php]) {
          expect(all.redact(`<${form}>`)).toBe("<[redacted]>");
          expect(all.redactStart(`<${form.slice(0, -4)}`)).toBe("<[redacted]");
        }
      }
    }
  });

  it("knows each once, however often it was sent", () => {
    const polls = new Secrets();
    for (let poll = 0; poll < 3; poll++) polls.add({ headers: { "x-api-key": KEY } });
    expect(polls.size).toBe(1);
    expect(new Secrets(polls).add({ headers: { "x-api-key": KEY } }).size).toBe(1);
  });

  it.each([
    ["authorization", `Bearer ${KEY}`, "Bearer"],
    ["authorization", `CustomScheme ${KEY}`, "CustomScheme"],
    ["proxy-authorization", `Digest  ${KEY}`, "Digest"],
    ["x-forwarded-auth", `bearer ${KEY}`, "bearer"],
    ["x-token", `Api-Key ${KEY}`, "Api-Key"],
    ["authorization", `Negotiate ${base64("user:password")}`, "Negotiate"],
  ])("takes the scheme in %s: %s for no secret", (name, value, scheme) => {
    const all = ofHeaders({ [name]: value });
    const hint = `Provide your key in a header using ${scheme}`;
    expect(all.redact(`${hint} auth.`)).toBe(`${hint} auth.`);
    expect(all.redactStart(hint)).toBe(hint);
    expect(all.redact(`you sent ${value}`)).toMatch(/\[redacted\]$/);
    expect(all.redact(value)).not.toContain(value.split(" ").at(-1));
  });

  it.each([
    ["authorization", KEY],
    ["x-credentials", `bearer-of-news ${KEY}`],
    ["x-credentials", `${KEY} second-part`],
    ["authorization", `Basic ${base64(`user:${KEY}`)}`],
  ])("takes all words of any other value for secrets, as in %s: %s", (name, value) => {
    const all = ofHeaders({ [name]: value });
    for (const word of value.split(" ").filter((part) => part !== "Basic")) {
      expect(all.redact(`you sent ${word}.`)).toBe("you sent [redacted].");
    }
    expect(all.redact(`no ${KEY}`)).not.toContain(value.includes("Basic") ? KEY : "sk-live");
  });
});
