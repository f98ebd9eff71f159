import { afterEach, describe, expect, it, vi } from "vitest";
import {
  namedProxy,
  proxyFor,
  readProxyEnvironment,
} from "../../../../src/transport/undici/proxy.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("namedProxy", () => {
  const named = (options: object) =>
    namedProxy({ connectTimeoutMs: 0, headersTimeoutMs: 0, ...options });

  it("gives what was named, and none for a socket of this machine", () => {
    vi.stubEnv("http_proxy", "http://a:1");
    expect(named({ proxy: "http://b:2" })).toBe("http://b:2");
    expect(named({ proxy: "env" })).toMatchObject({ http: "http://a:1" });
    expect(named({ proxy: false })).toBeUndefined();
    for (const proxy of ["http://b:2", "env"]) {
      expect(named({ proxy, socketPath: "/run/model.sock" })).toBeUndefined();
    }
  });
});

describe("readProxyEnvironment", () => {
  it("reads the variables, of which the lower-case ones win", () => {
    for (const name of ["http_proxy", "https_proxy", "no_proxy"]) vi.stubEnv(name, undefined);
    vi.stubEnv("HTTP_PROXY", "http://upper");
    vi.stubEnv("HTTPS_PROXY", undefined);
    vi.stubEnv("NO_PROXY", "localhost");
    expect(readProxyEnvironment()).toEqual({ http: "http://upper", https: "", none: "localhost" });
    vi.stubEnv("http_proxy", "http://lower");
    expect(readProxyEnvironment().http).toBe("http://lower");
  });

  it("writes IPv6 addresses without a proxy as URLs do", () => {
    vi.stubEnv("no_proxy", "localhost, ::1,[::1]:8080 0:0:0:0:0:0:0:1,.a.test:80,[2001:DB8::0:1]");
    expect(readProxyEnvironment().none).toBe(
      "localhost,[::1],[::1]:8080,[::1],.a.test:80,[2001:db8::1]",
    );
    for (const other of ["*", "", "[", "fe80::1%eth0", "fe80::/10", "127.0.0.1:80"]) {
      vi.stubEnv("no_proxy", other);
      expect(readProxyEnvironment().none).toBe(other);
    }
  });
});

describe("proxyFor", () => {
  const environment = { http: "http://a:1", https: "http://b:2", none: "" };

  it("takes the one for the protocol, else that for http", () => {
    const host = (...args: Parameters<typeof proxyFor>) => proxyFor(...args)?.host;
    expect(host("http:", environment)).toBe("a:1");
    expect(host("https:", environment)).toBe("b:2");
    expect(host("https:", { ...environment, https: "" })).toBe("a:1");
    expect(host("http:", { ...environment, http: "" })).toBeUndefined();
  });

  it("takes an address as it is, where it is a URL", () => {
    expect(proxyFor("http:", "socks5://c:3")?.protocol).toBe("socks5:");
    expect(proxyFor("http:", new URL("http://c:3"))?.host).toBe("c:3");
    expect(proxyFor("http:", "env")).toBeUndefined();
    expect(proxyFor("http:", undefined)).toBeUndefined();
  });
});
