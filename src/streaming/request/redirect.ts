import { HttpStatusError } from "../../errors.js";
import { chooseFields } from "../../formats/fields.js";
import type { Deadline, HttpRequest, ResponseHead } from "../../transport/transport.js";
import { open, release, type Effects } from "../effects.js";
import type { ResolvedSettings } from "../settings/settings.js";

const MOST_REDIRECTS = 5;
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The only headers that may reach another origin: they say nothing about who asks. */
const IMPERSONAL_HEADERS = ["accept", "user-agent"];

/** Tells whether a response sends its client elsewhere. */
function isRedirect({ status, headers }: ResponseHead): boolean {
  return REDIRECT_STATUSES.has(status) && headers.location !== undefined;
}

/**
 * Sends a request, and those that redirects ask for, until there is another response.
 *
 * @param moved is told of each address that it is sent on to.
 */
export function* openFollowing(
  request: HttpRequest,
  policy: ResolvedSettings["redirect"],
  deadline: () => Deadline,
  moved?: (url: string) => void,
): Effects<ResponseHead> {
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const head = yield* open(current, deadline());
    if (!isRedirect(head)) return head;
    yield* release();
    current = followRedirect(current, head, policy, redirects);
    moved?.(current.url);
  }
}

/**
 * The request that a redirect asks for. Within the origin method and body stay (a 303 makes it a GET): a model
 * endpoint that moved still wants its prompt.
 *
 * @throws HttpStatusError when the policy forbids to follow.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-redirection-3xx
 */
function followRedirect(
  request: HttpRequest,
  head: ResponseHead,
  policy: ResolvedSettings["redirect"],
  redirects: number,
): HttpRequest {
  const location = head.headers.location ?? "";
  const from = new URL(request.url);
  if (!URL.canParse(location, from.href)) throw refuse(head, "to a place that is not a URL");
  const to = new URL(location, from);
  if (policy === "error")
    throw refuse(head, `to ${to.origin}${to.pathname}, and redirect is "error"`);
  if (redirects >= MOST_REDIRECTS) throw refuse(head, `more than ${MOST_REDIRECTS} times`);
  if (to.protocol !== "http:" && to.protocol !== "https:") throw refuse(head, `to ${to.protocol}`);
  to.username = "";
  to.password = "";
  to.hash = "";
  const isElsewhere = to.origin !== from.origin;
  if (isElsewhere && policy !== "follow") {
    throw refuse(
      head,
      `to another origin, ${to.origin}, where credentials and prompts are not sent`,
    );
  }
  const url = to.href;
  if (!isElsewhere && head.status !== 303) return { ...request, url };
  const headers = isElsewhere ? impersonal(request.headers) : withoutContent(request.headers);
  return { method: "GET", url, headers, body: undefined };
}

function refuse(head: ResponseHead, what: string): HttpStatusError {
  return new HttpStatusError(
    `the server answered ${head.status} and redirects ${what}. Set the endpoint to where the model is now.`,
    { status: head.status },
  );
}

function impersonal(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  return chooseFields(headers, (name) => IMPERSONAL_HEADERS.includes(name)) as typeof headers;
}

function withoutContent(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  return chooseFields(headers, (name) => !name.startsWith("content-")) as typeof headers;
}
