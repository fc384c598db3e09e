// The head of every page: which pack this is, where one is, and how the draft stands.

import { openDialog } from "./dialog.js";
import { element, fill, freshId } from "./element.js";
import { addressOf } from "./router.js";

export function drawPages(pages, current) {
  fill(document.getElementById("pages"), pages.map((page) =>
    element("li", {}, element("a", { href: addressOf(page.name), "aria-current": page.name === current ? "page" : null }, page.module.title))));
}

export function drawPack(session) {
  const { pack, population } = session;
  fill(document.getElementById("pack"),
    element("strong", {}, pack?.title ?? pack?.name ?? "No pack"), " ",
    element("span", { class: "quiet" }, `${pack?.version ?? ""}`), " ",
    pack?.status ? element("span", { class: pack.status === "active" ? "tag tag-good" : "tag tag-warning" }, pack.status) : null,
    element("span", { class: "quiet pack-people" }, populationInWords(population)));
}

export function populationInWords(population) {
  const count = (population?.patients ?? 0).toLocaleString("en");
  switch (population?.state) {
    case "reading": {
      const share = population.of ? `, ${Math.floor((100 * population.bytes) / population.of)} %` : "";
      return `reading the population: ${count} patients${share}`;
    }
    case "ready":
      return `population: ${count} patients`;
    case "failed":
      return "the population could not be read";
    default:
      return "no population";
  }
}

/** The draft's state with undo, redo and save; built once, so that a press does not take the focus from its button. */
export class DraftBar {
  constructor(app) {
    this.app = app;
    const button = (label, words, done) => element("button", { type: "button", class: "btn btn-sm btn-secondary", "aria-label": words, title: words, on: { click: done } }, label);
    this.state = element("span", { class: "draft-state" });
    this.undo = button("Undo", "Undo", () => app.draft.undo());
    this.redo = button("Redo", "Redo", () => app.draft.redo());
    this.discard = button("Discard…", "Discard the draft", () => discardDialog(app));
    this.save = element("button", { type: "button", class: "btn btn-sm btn-primary", on: { click: () => app.save() } }, "Save…");
    fill(document.getElementById("draft"), this.state, this.undo, this.redo, this.discard, this.save);
    app.draft.subscribe((_, label) => this.draw(label));
    document.addEventListener("keydown", (event) => this.key(event));
    this.draw("");
  }

  draw(label) {
    const { draft, session } = this.app;
    const file = session.site?.path?.split("/").at(-1) ?? "site file";
    fill(this.state,
      element("span", { class: draft.isChanged ? "tag tag-warning" : "tag tag-good" }, draft.isChanged ? "● not saved" : "✓ saved"), " ",
      element("span", { class: "quiet draft-file", title: session.site?.path ?? "" }, file));
    const buttons = [this.undo, this.redo, this.discard, this.save];
    const pressed = buttons.find((button) => button === document.activeElement);
    this.name(this.undo, "Undo", draft.undoLabel);
    this.name(this.redo, "Redo", draft.redoLabel);
    this.save.disabled = !draft.isChanged;
    this.discard.disabled = !draft.isChanged;
    // Whose button has done its work stays beside it: at Undo, where it is what takes the work back.
    if (pressed?.disabled) buttons.find((button) => !button.disabled)?.focus();
    if (label.startsWith("Undone") || label.startsWith("Done again")) this.app.say(`${label}.`);
  }

  name(button, word, label) {
    button.disabled = label === null;
    const words = label ? `${word}: ${label}` : `${word}: nothing`;
    button.setAttribute("aria-label", words);
    button.title = words;
  }

  /** The keys of every editor; in a field of text its own undo goes first, and while a dialog shows what would be saved nothing of it moves. */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const isAsking = document.querySelector("dialog[open]") !== null;
    if (key === "s") {
      event.preventDefault();
      if (this.app.draft.isChanged && !isAsking) this.app.save();
      return;
    }
    if (isAsking || hasOwnUndo(event.target) || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.app.draft.redo();
    else this.app.draft.undo();
  }
}

/** Asks once; undo brings the draft back. */
function discardDialog(app) {
  const head = freshId("discard");
  const discard = element("button", { type: "button", class: "btn btn-primary" }, "Discard the draft");
  const keep = element("button", { type: "button", class: "btn btn-secondary" }, "Keep it");
  const dialog = element("dialog", { class: "sheet", "aria-labelledby": head },
    element("h2", { id: head }, "Discard the draft?"),
    element("p", {}, "All changes since the file was saved are taken back. Undo brings the draft back as it is now, as long as this tab is open."),
    element("div", { class: "acts" }, discard, keep));
  discard.addEventListener("click", () => {
    dialog.close();
    app.draft.discard();
    app.say("The draft is the saved file again. Undo brings back what was discarded.", "good");
  });
  keep.addEventListener("click", () => dialog.close());
  return openDialog(dialog, keep);
}

function hasOwnUndo(target) {
  return Boolean(target.closest?.("textarea, .CodeMirror")) || (target instanceof HTMLInputElement && ["text", "search"].includes(target.type));
}
