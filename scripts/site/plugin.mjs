// @ts-check
/**
 * What the site needs beyond TypeDoc's options:
 *
 * - links of the README and the guides to this package's repository lead to the site's own pages and pictures;
 * - the start page has one title, and the modules are called as they are imported;
 * - the search knows the headings of the guides;
 * - the members of the two classes are grouped by who writes or calls them, and lead to the guides.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Comment, CommentTag, Converter, IndexEvent, ReflectionKind } from "typedoc";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const manifest = /** @type {{ name: string, repository: { url: string } }} */ (
  JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"))
);
const repository = manifest.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
const raw = repository.replace("//github.com/", "//raw.githubusercontent.com/");

const CLASSES = ["HttpStreamingLLM", "HttpStreamingChatModel"];
const WRITE = "You write";
const MAY_WRITE = "You may write";
const CALL = "You call";
const LANGCHAIN_CALLS = "LangChain calls";

/** What the author may override, though it is there already. */
const OVERRIDDEN = new Set(["resolveEndpoint", "profile", "method"]);
/** What users of a model call. */
const CALLED = new Set([
  ...["constructor", "stream", "streamEvents", "streamLog", "streamSync", "invokeSync"],
  ...["bindTools", "withConfig", "withStructuredOutput"],
  ...["getNumTokens", "getNumTokensFromMessages"],
]);

/** @param {import("typedoc").DeclarationReflection} member */
function groupOf({ name, flags }) {
  if (flags.isAbstract) return WRITE;
  if (CALLED.has(name)) return CALL;
  return flags.isOptional || OVERRIDDEN.has(name) ? MAY_WRITE : LANGCHAIN_CALLS;
}

/** @param {import("typedoc").DeclarationReflection} member */
function putIntoGroup(member) {
  const group = new CommentTag("@group", [{ kind: "text", text: groupOf(member) }]);
  for (const reflection of [member, ...(member.signatures ?? [])]) {
    if (reflection !== member && member.comment) continue;
    if (reflection === member && member.signatures) continue;
    reflection.comment ??= new Comment([]);
    reflection.comment.blockTags.push(group.clone());
  }
}

/** @param {import("typedoc").ProjectReflection} project @param {import("typedoc").DeclarationReflection} model */
function addWayIn(project, model) {
  /** @param {string} name */
  const guide = (name) => {
    const file = path.join(ROOT, "docs", name).replaceAll(path.sep, "/");
    const { target } = project.files.registerAbsolute(
      /** @type {import("typedoc").NormalizedPath} */ (file),
    );
    return /** @type {const} */ ({
      kind: "relative-link",
      text: name,
      target,
      targetAnchor: undefined,
    });
  };
  /** @param {string} text */
  const text = (text) => /** @type {const} */ ({ kind: "text", text });
  const first = model.name.includes("Chat")
    ? [text("[Chat models]("), guide("chat-models.md")]
    : [text("[Getting started]("), guide("getting-started.md")];
  model.comment ??= new Comment([]);
  model.comment.summary.push(
    ...[text("\n\n**New here?** Read "), ...first, text(") and [Hooks]("), guide("hooks.md")],
    text(
      "). Below are the members that this package writes. `invoke`, `batch`, `generate`, `pipe`, `withRetry` and " +
        "all else that LangChain's models have is there, too, and works with what you write.",
    ),
  );
}

/** @param {import("typedoc").Application} app */
export function load(app) {
  const { converter } = app;
  const parse = converter.parseRawComment.bind(converter);
  converter.parseRawComment = (file, files) => {
    const folder = path.dirname(file.fileName);
    const toRoot = path.relative(folder, ROOT).replaceAll(path.sep, "/") || ".";
    let { text } = file;
    for (const prefix of [`${repository}/blob/main/`, `${raw}/main/`]) {
      text = text.replaceAll(prefix, `${toRoot}/`);
    }
    // The page of a project has its name as a title already.
    if (path.basename(file.fileName) === "README.md") text = text.replace(/^# .*\n/, "");
    return parse(Object.assign(Object.create(file), { text }), files);
  };

  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const door = module.name.replace(/(^|\/)index$/, "");
      module.name = door === "" ? manifest.name : `${manifest.name}/${door}`;
    }
    for (const reflection of project.getReflectionsByKind(ReflectionKind.Class)) {
      if (!reflection.isDeclaration() || !CLASSES.includes(reflection.name)) continue;
      addWayIn(project, reflection);
    }
  });
  converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      for (const reflection of project.getReflectionsByKind(ReflectionKind.Class)) {
        if (!reflection.isDeclaration() || !CLASSES.includes(reflection.name)) continue;
        for (const member of reflection.children ?? []) putIntoGroup(member);
      }
    },
    // Before TypeDoc's own groups, which are made with a priority of -100.
    100,
  );

  app.renderer.on(IndexEvent.PREPARE_INDEX, (event) => {
    event.searchFieldWeights.headings = 5;
    for (const [at, reflection] of event.searchResults.entries()) {
      if (!reflection.isDocument()) continue;
      const lines = reflection.content.flatMap(({ text }) => text.split("\n"));
      const headings = lines.filter((line) => /^#+ /.test(line)).join(" ");
      event.searchFields[at] = { ...event.searchFields[at], headings };
    }
  });
}
