// Saving: the difference is shown first, as lines of the file and in a clinician's words, then the file is written; the file is what version control sees.

import { findingInWords } from "./api.js";
import { openDialog } from "./dialog.js";
import { element, fill, freshId } from "./element.js";

const MOST_FAULTS = 5;
const MARKS = { "+": "added", "-": "removed", " ": "" };

/** Lines of a text's difference as a table: the sign and a word for it, so that colour only helps. `lines`: [{kind, text}]. */
export function differenceOfLines(lines) {
  if (!lines.some((line) => line.kind !== " ")) return element("p", { class: "quiet" }, "The text is the same.");
  const rows = lines.map((line) =>
    element("tr", { class: line.kind === "+" ? "line-added" : line.kind === "-" ? "line-removed" : "" },
      element("td", { class: "line-sign" }, element("span", { "aria-hidden": "true" }, line.kind), element("span", { class: "visually-hidden" }, MARKS[line.kind] ?? "")),
      element("td", {}, element("code", {}, line.text || " "))));
  return element("div", { class: "scrolls lines", tabindex: "0", role: "region", "aria-label": "Lines of the site file that change" },
    element("table", {}, element("caption", { class: "visually-hidden" }, "Lines that change"), element("tbody", {}, rows)));
}

/** What `diff` says of a change, section by section. */
export function differenceInWords(changes) {
  if (!changes?.length) return element("p", { class: "quiet" }, "Nothing clinical changes.");
  const sections = Map.groupBy ? Map.groupBy(changes, (one) => one.section) : grouped(changes);
  return element("div", { class: "stack" }, [...sections].map(([section, of]) =>
    element("section", {}, element("h3", { class: "small-head" }, section), element("ul", { class: "changes" }, of.map(oneChange)))));
}

function grouped(changes) {
  const sections = new Map();
  for (const change of changes) sections.set(change.section, [...(sections.get(change.section) ?? []), change]);
  return sections;
}

function oneChange(change) {
  const move = change.from || change.to
    ? element("div", { class: "from-to" },
      !change.from ? null : element("div", {}, element("span", { class: "quiet" }, "was "), element("del", {}, change.from)),
      !change.to ? null : element("div", {}, element("span", { class: "quiet" }, "is "), element("ins", {}, change.to)))
    : null;
  return element("li", {}, element("strong", {}, change.subject), change.aspect ? `, ${change.aspect}` : "", " ", element("span", { class: "tag" }, change.change ?? ""), move);
}

/** `text` is the one that the dialog shows, also where an edit that was on its way has moved the draft since; `seen.digest` names the file that it was compared with. */
async function write(app, text, seen, parts) {
  const { dialog, problem, save } = parts;
  save.disabled = true;
  try {
    const { digest } = await app.api("PUT", "/api/site", { site: text, digest: seen.digest });
    dialog.close();  // first: it gives the focus back to a button that has nothing to save then, and hands it on
    app.draft.rebase(text, digest);
    app.notice("disk", null);  // whoever saves has seen what was there
    app.say(`Saved${app.session.site?.path ? ` to ${app.session.site.path}` : ""}.`, "good");
    app.refresh();
  } catch (failure) {
    save.disabled = false;
    fill(problem, element("p", { class: "notice notice-bad", role: "alert" }, failure.message));
    if (!dialog.open) app.say(failure.message, "bad");  // closed meanwhile: nobody would see it there
    if (failure.status === 409) await lookAnew(app, text, seen, parts);
  }
}

/** The file has become another one: the person sees the difference to that one, and may then save over it. The draft's own digest stays, so that a page left now still asks. */
async function lookAnew(app, text, seen, { problem, body, save }) {
  save.disabled = true;
  app.refresh();
  try {
    const { site } = await app.api("GET", "/api/session");
    seen.digest = site?.digest ?? null;
    await compare(app, text, body, save);
  } catch (failure) {
    fill(problem, element("p", { class: "notice notice-bad", role: "alert" }, failure.message));
    save.disabled = false;
  }
}

/** Asks before it saves. Resolves when the dialog is closed. */
export function saveDialog(app) {
  const { text } = app.draft;
  const seen = { digest: app.draft.digest };
  const head = freshId("save");
  const problem = element("div");
  const body = element("div", { class: "stack" }, element("p", { class: "quiet" }, "Comparing the draft with the saved file…"));
  const save = element("button", { type: "button", class: "btn btn-primary", disabled: true }, "Save the file");
  const cancel = element("button", { type: "button", class: "btn btn-secondary" }, "Go on editing");
  const dialog = element("dialog", { class: "sheet", "aria-labelledby": head },
    element("h2", { id: head }, "Save the site file"),
    element("p", { class: "quiet" }, app.session.site?.path ?? "No file was named at the start (--site FILE): this draft cannot be saved."),
    problem, body, element("div", { class: "acts" }, save, cancel));
  save.addEventListener("click", () => write(app, text, seen, { dialog, problem, body, save }));
  cancel.addEventListener("click", () => dialog.close());
  compare(app, text, body, save);
  return openDialog(dialog, cancel);
}

async function compare(app, text, body, save) {
  const canSave = Boolean(app.session.site?.path);
  try {
    const [difference, checked] = await Promise.all([app.api("POST", "/api/diff", { site: text }), app.api("POST", "/api/check", { site: text })]);
    const errors = findingsOfDraft(findingsOf(checked), app.session).filter((one) => one.severity === "error");
    fill(body,
      errors.length > 0 ? element("p", { class: "notice notice-bad" }, `${errors.length === 1 ? "One error" : `${errors.length} errors`}: a service refuses a file with errors. First: ${findingInWords(errors[0], null)}`) : null,
      element("h3", { class: "small-head" }, "Lines of the file"), differenceOfLines(difference.lines ?? []),
      element("h3", { class: "small-head" }, "What that means"), differenceInWords(difference.changes));
    save.disabled = !canSave;
  } catch (failure) {
    // A draft that cannot be read can still be kept: it is the person's text.
    const faults = (failure.findings ?? []).filter((one) => !isOfPack(one, app.session)).slice(0, MOST_FAULTS);
    fill(body,
      element("div", { class: "notice notice-bad" }, element("p", {}, faults.length > 0 ? "The draft cannot be used as it is; a service refuses it." : failure.message), faults.map((one) => element("p", {}, findingInWords(one, null)))),
      failure.told?.lines ? [element("h3", { class: "small-head" }, "Lines of the file"), differenceOfLines(failure.told.lines)] : null);
    save.disabled = !canSave;
    save.textContent = "Save it all the same";
  }
}

function isOfPack(finding, session) {
  return Boolean(finding.file && session.packPath) && finding.file !== session.site?.path && finding.file.startsWith(session.packPath);
}

/** Those of the draft: of the pack's own findings a site file mends none. Where the pack cannot be used there is nothing else to show. */
export function findingsOfDraft(findings, session) {
  return session.pack ? findings.filter((one) => !isOfPack(one, session)) : findings;
}

/** The findings in what `check --format json` says, of one pack or of several. */
export function findingsOf(checked) {
  const packs = Array.isArray(checked) ? checked : [checked];
  return packs.flatMap((one) => one?.findings ?? []);
}
