// @ts-check
/** What the scripts have to know about the links of a Markdown page. */

/** The lines of a page that are not code, each with its number. */
/** @param {string} markdown */
function* prose(markdown) {
  let isCode = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (line.startsWith("```")) isCode = !isCode;
    else if (!isCode) yield { line, number: index + 1 };
  }
}

/** The anchors of a page, as GitHub and npm make them from headings. */
/** @param {string} markdown */
export function anchorsOf(markdown) {
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const { line } of prose(markdown)) {
    const [, heading] = /^#{1,6} (.*)$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

const LINK = /\]\(([^()\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g;

/** The addresses that a page links to or shows pictures from. */
/** @param {string} markdown */
export function* linksOf(markdown) {
  for (const { line, number } of prose(markdown)) {
    for (const [, link, attribute] of line.replaceAll(/`[^`]*`/g, "``").matchAll(LINK)) {
      yield { address: link ?? attribute ?? "", number };
    }
  }
}
