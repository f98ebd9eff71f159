// @ts-check
const UNRELEASED = "## [Unreleased]";

/** The text below a version's heading, up to the next one; `undefined` when there is no such heading. */
/** @param {string} changelog @param {string} version */
export function sectionOf(changelog, version) {
  const heading = `## [${version}]`;
  const sections = changelog.split(/^(?=## \[)/m);
  const section = sections.find((text) => text.startsWith(heading));
  return section?.slice(section.indexOf("\n")).trim();
}

/**
 * The changelog with what was unreleased under a version's heading, and nothing unreleased.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date `2026-01-31`
 * @throws Error when there is nothing to release, or when the version has a section already.
 */
export function releaseUnreleased(changelog, version, date) {
  if (sectionOf(changelog, version) !== undefined) {
    throw new Error(`CHANGELOG.md has a section ${version} already.`);
  }
  if (!sectionOf(changelog, "Unreleased")) {
    throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}".`);
  }
  return changelog.replace(UNRELEASED, () => `${UNRELEASED}\n\n## [${version}] - ${date}`);
}
