import { describe, expect, it } from "vitest";
import { CallReport } from "../../../../src/streaming/call/call-report.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const URL_OF_MODEL = new URL("http://models.test/");
const report = () => new CallReport(modelCall({}));
const facts = (of: CallReport<unknown>) => of.closing([{ text: "x" }]).at(-1)?.call;

describe("CallReport", () => {
  it("says with the last delta how the call went", () => {
    const one = report();
    one.attemptStarted();
    one.headersReceived({ status: 503, headers: {} }, URL_OF_MODEL, {});
    one.attemptStarted();
    one.headersReceived({ status: 200, headers: { "x-request-id": "r-1" } }, URL_OF_MODEL, {});
    one.continued(new Error("broke off"));
    const [first, last] = one.closing([{ text: "a" }, { text: "b" }]);
    expect(first).toEqual({ text: "a" });
    expect(last).toMatchObject({
      text: "b",
      call: { request_id: "r-1", attempts: 2, continued: 1 },
    });
  });

  it("says it also where there is no delta left", () => {
    expect(report().closing([])).toEqual([{ text: "", call: { attempts: 0 } }]);
  });

  it("measures the first token only where one came", () => {
    const one = report();
    one.received([{ text: "", id: "1" }]);
    expect(one.closing([]).at(-1)?.call).not.toHaveProperty("time_to_first_token");
    expect(facts(one)?.time_to_first_token).toBeGreaterThanOrEqual(0);
  });

  it("begins anew with another attempt", () => {
    const one = report();
    one.continued(new Error("x"));
    one.received([{ text: "a" }]);
    one.retried(new Error("x"), 0);
    expect(one.closing([]).at(-1)?.call).toEqual({ attempts: 0 });
  });

  it("shows no credential that the server echoes as the request's id", () => {
    const one = report();
    const head = { status: 200, headers: { "x-request-id": "k-12345678" } };
    one.headersReceived(head, URL_OF_MODEL, { authorization: "Bearer k-12345678" });
    expect(facts(one)?.request_id).not.toContain("k-12345678");
  });
});
