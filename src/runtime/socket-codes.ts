/** The codes of sockets and of what reads from them, in words. The web's `fetch` tells none. */

/** Why a body did not arrive whole. */
export function explainBreak(code: string): string {
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return "its length is not what content-length said";
  }
  if (code.startsWith("HPE_")) return "its chunked encoding ended early or is damaged";
  if (code.startsWith("Z_") || code === "ZlibError") {
    return "its compressed data is incomplete or damaged";
  }
  return code === "ERR_HTTP2_STREAM_ERROR"
    ? "the server reset the stream"
    : "the connection was lost";
}

/** Why there is no connection, or no response over it; `undefined` for codes that are not of sockets. */
export function explainConnection(code: string, target: string, role: string): string | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return `nobody listens at ${target} (${code}). Is the ${role} running?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name of ${target} could not be resolved (${code}). Check the host's spelling, the network, and whether a proxy is needed.`;
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return `${target} closed the connection before it answered (${code}). The server, or a proxy on the way, may have restarted or refused the request.`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return `${target} cannot be reached (${code}). Check the address, the network and the firewall.`;
    default:
      return code.startsWith("HPE_")
        ? `${target} did not answer with HTTP/1.1 (${code}). Check the port, and http:// against https://.`
        : undefined;
  }
}
