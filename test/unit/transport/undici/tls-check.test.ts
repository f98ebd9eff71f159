import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import type { TlsOptions } from "../../../../src/transport/connection.js";
import { checkTls } from "../../../../src/transport/undici/tls-check.js";
import { cert, key } from "../../../helpers/certificate.js";

describe("checkTls", () => {
  it.each<TlsOptions | undefined>([
    undefined,
    {},
    { ca: undefined, cert: undefined, key: undefined },
    { ca: "" },
    { ca: cert, cert, key },
    { ca: Buffer.from(cert) },
    { ca: [cert, Buffer.from(cert), ""] },
    { ca: cert.replaceAll("\n", "\r\n") },
    { ca: `# a comment\n${cert}` },
    { servername: "models.test", passphrase: "secret", rejectUnauthorized: true },
  ])("takes what Node reads: %#", (tls) => {
    expect(() => {
      checkTls(tls);
    }).not.toThrow();
  });

  it("leaves Node's own objects to Node", () => {
    expect(() => {
      checkTls({ key: [{ pem: key }] } as unknown as TlsOptions);
    }).not.toThrow();
  });

  it.each<[string, TlsOptions, RegExp]>([
    ["the path of a file", { ca: "/secret/ca.pem" }, /tls\.ca is no PEM.*readFileSync/],
    ["one path among others", { ca: [cert, "/secret/ca.pem"] }, /tls\.ca is no PEM/],
    ["a certificate in base64", { ca: btoa(cert) }, /tls\.ca is no PEM/],
    ["bytes that are none", { ca: Buffer.from("secret") }, /tls\.ca is no PEM/],
    ["the path of a certificate", { cert: "/secret/cert.pem" }, /tls\.cert is no PEM/],
    ["the path of a key", { key: "/secret/key.pem" }, /tls\.key is no PEM/],
    ["line ends written out", { key: key.replaceAll("\n", "\\n") }, /tls\.key has .*replaceAll/],
  ])("refuses %s, and does not show it", (_, tls, message) => {
    const check = (): void => {
      checkTls(tls);
    };
    expect(check).toThrow(HookError);
    expect(check).toThrow(message);
    expect(check).not.toThrow(/secret|MII/);
  });
});
