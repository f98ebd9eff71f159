import { describe, expect, it } from "vitest";
import { isSecretName } from "../../../../src/streaming/redaction/secret-name.js";

describe("isSecretName", () => {
  it("knows the names that credentials go by", () => {
    const names = [
      "apiKey",
      "api_key",
      "OPENAI-API-KEY",
      "key",
      "access_token",
      "token",
      "tokens",
      "accessTokens",
      "refresh_tokens",
      "bearer",
      "auth",
      "pat",
      "privateKey",
      "secret_key",
      "passphrase",
      "credentials",
      "passwords",
      "passwd",
      "clientSecret",
      "Authorization",
      "proxy-authorization",
      "jwt",
      "connectionString",
      "x-amz-signature",
      "cookie",
      "x-functions-key",
    ];
    expect(names.filter(isSecretName)).toEqual(names);
  });

  it("knows those that only look like them", () => {
    const names = [
      "maxTokens",
      "tokenizer",
      "keyboard",
      "monkey",
      "author",
      "oauth",
      "path",
      "prompt",
      "",
    ];
    expect(names.filter(isSecretName)).toEqual([]);
  });
});
