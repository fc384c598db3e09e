// Release: from the draft to a sealed pack. The steps are those of `seal` itself; what changes, whom it touches and which stories turn stand below them.

import { findingInWords } from "../shell/api.js";
import { element, fill, freshId } from "../shell/element.js";
import { latest } from "../shell/latest.js";
import { addressOf } from "../shell/router.js";
import { differenceInWords, differenceOfLines } from "../shell/save.js";
import { told } from "../views/plot.js";
import { figures, tableOf } from "../views/table.js";

export const title = "Release";

const PAUSE = 400;  // milliseconds after the last change of the draft
const AGAIN = 2000;  // milliseconds until the population is asked again that could not answer now
const MOST_STORIES = 12;

/** What each part asks for, and how it shows the answer. `isRelease`: told of the whole step from the version before, where one was named, pack and site file alike. */
const PARTS = [
  { id: "steps", head: "The gate", path: "/api/release", draw: drawSteps },
  { id: "diff", head: "What changes", path: "/api/diff", draw: drawDifference, isRelease: true },
  { id: "tune", head: "Whom it touches", path: "/api/tune", draw: drawImpact, isRelease: true },
  { id: "stories", head: "Stories that turn", path: "/api/stories", draw: drawStories },
];

const MOST_PLACES = 4;

class ReleasePage {
  constructor(root, app) {
    this.app = app;
    this.places = Object.fromEntries(PARTS.map((part) => [part.id, element("div", { class: "stack stack-tight" }, element("p", { class: "quiet" }, "Asking…"))]));
    this.note = element("div", { class: "stack stack-tight" });
    this.unsaved = element("div");
    this.problem = element("div", { role: "status" });
    const why = freshId("seal");
    this.sealing = element("button", { type: "button", class: "btn btn-primary", "aria-describedby": why, on: { click: () => this.seal() } }, "Seal the pack");
    this.why = element("span", { class: "quiet", id: why, role: "status" });
    const panel = (part, ...more) => element("section", { class: "panel stack" }, element("h2", { tabindex: "-1" }, part.head), this.places[part.id], ...more);
    root.append(
      this.unsaved,
      element("div", { class: "split" },
        panel(PARTS[0], element("div", { class: "acts" }, this.sealing, this.why), this.problem),
        element("section", { class: "panel stack" }, element("h2", {}, "Approve this site file"), approvalForm(this))),
      panel(PARTS[1]), element("div", { class: "split" }, panel(PARTS[2]), panel(PARTS[3])),
      element("section", { class: "panel stack" }, element("h2", {}, "Release note"), this.note));
    const body = (part, site) => ({ site, from: part.isRelease && app.session.previous ? "previous" : "saved" });
    const ask = (part) => (site, turn) => app.api("POST", part.path, body(part, site)).then((answer) => ({ turn, answer: { ...answer, site } }), (error) => ({ turn, error }));
    this.questions = PARTS.map((part) => latest(PAUSE, ask(part), ({ turn, answer, error }) => this.came(part, turn === this.turns[part.id], answer, error)));
    this.turns = Object.fromEntries(PARTS.map((part) => [part.id, 0]));  // the newest question of each part
    this.shown = null;  // what the gate says, with the draft that it is about
    this.population = app.session.population?.state;
    this.leaving = [app.draft.subscribe(() => this.ask()), app.onSession(() => this.populationCame())];
    this.ask();
  }

  ask() {
    this.drawUnsaved();
    PARTS.forEach((part) => this.askPart(part));
  }

  /** Without a population there is nobody to ask about, and nothing that went wrong. */
  askPart(part) {
    if (part.id === "tune") clearTimeout(this.again);
    if (part.id === "tune" && this.app.session.population?.state !== "ready") {
      this.places.tune.removeAttribute("aria-busy");
      fill(this.places.tune, drawImpact(null, this.app));
      return;
    }
    this.places[part.id].setAttribute("aria-busy", "true");
    if (part.id === "steps") this.drawSeal({ isAsked: true });
    this.turns[part.id] += 1;
    this.questions[PARTS.indexOf(part)](this.app.draft.text, this.turns[part.id]);
  }

  /** What is sealed is what the page shows: while the gate has no answer there is nothing to press for. A disabled button would lose the focus. */
  drawSeal(now) {
    Object.assign(this, now);
    const why = this.isSealing ? "It is being sealed." : this.isAsked ? "The gate is being asked: wait for its answer." : this.shown ? null : "The gate has no answer, so there is nothing to seal: see what it says above.";
    if (why) this.sealing.setAttribute("aria-disabled", "true");
    else this.sealing.removeAttribute("aria-disabled");
    const words = why ?? "Makes one file that nothing changes any more, and hands it to you.";
    if (words !== this.why.textContent) fill(this.why, words);  // it is read out when it changes
  }

  populationCame() {
    const state = this.app.session.population?.state;
    if (state !== this.population) this.askPart(PARTS.find((part) => part.id === "tune"));
    this.population = state;
  }

  drawUnsaved() {
    if (this.app.draft.isChanged === this.wasChanged) return;
    this.wasChanged = this.app.draft.isChanged;
    const { previous } = this.app.session;
    const step = previous ? ` What changes, whom it touches and the note are told from the version before it, ${previous}, with the saved site file, to the pack and the draft of now.` : "";
    fill(this.unsaved, this.wasChanged
      ? element("p", { class: "notice" }, `The draft is not saved. What stands here is about the draft; a service reads the saved file.${step} `, element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => this.app.save() } }, "Save…"))
      : element("p", { class: "notice" }, "The draft is the saved file.", step || " What changes, whom it touches, stories and note are told of a draft against the saved file: look at them here before you save. A change of the pack itself is told where the workbench was started with --previous, the version before it."));
  }

  /** `isLast`: no newer question is on its way, or waits. */
  came(part, isLast, answer, error) {
    const place = this.places[part.id];
    if (part.id === "tune" && error?.status === 409) return this.waitForPopulation(error);
    if (isLast) place.removeAttribute("aria-busy");
    if (part.id === "steps") {
      this.shown = error ? null : answer;
      this.drawSeal({ isAsked: !isLast });
    }
    const hadFocus = place.contains(document.activeElement);
    if (error) {
      const again = element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => this.askPart(part) } }, "Ask again");
      fill(place, element("div", { class: "notice notice-bad", role: "alert" }, element("p", {}, error.message), again));
    } else {
      if (part.id === "steps") fill(this.note, drawNote(answer.note, this.app));
      fill(place, part.draw(answer, this.app));
    }
    // Who pressed "Ask again" is not thrown to the head of the page.
    if (hadFocus) (error ? place.querySelector("button") : place.parentElement.querySelector("h2")).focus({ preventScroll: true });
  }

  /** It is read anew, for codes of the other side, or another tab asked meanwhile. The session says how far it is; a reading that it never saw is over by the next question. */
  waitForPopulation(error) {
    fill(this.places.tune, element("p", { class: "quiet" }, error.message));
    this.again = setTimeout(() => this.askPart(PARTS.find((part) => part.id === "tune")), AGAIN);
    this.app.refresh();
  }

  async seal() {
    if (this.sealing.getAttribute("aria-disabled")) return;
    this.drawSeal({ isSealing: true });
    fill(this.problem, element("p", { class: "quiet", "aria-busy": "true" }, "Sealing: the pack is read and its stories are told…"));
    try {
      const { name, text } = await this.app.api("POST", "/api/seal", { packDigest: this.shown.packDigest });
      handOver(name, text, "application/json");
      fill(this.problem, element("p", { class: "notice notice-good" }, `Sealed as ${name}. Name that file as the pack of a service.`));
    } catch (failure) {
      const failed = (failure.told?.steps ?? []).find((step) => !step.passed && step.stops !== false);
      fill(this.problem, element("p", { class: "notice notice-bad", role: "alert" }, failure.error ?? failure.message), failed ? saysOf(failed) : null,
        (failure.findings ?? []).slice(0, 5).map((one) => element("p", {}, findingInWords(one))));
      if (failure.told?.packDigest) this.ask();  // it is another than this page shows
    }
    this.drawSeal({ isSealing: false });
  }

  leave() {
    clearTimeout(this.again);
    this.questions.forEach((question) => question.stop());
    this.leaving.forEach((stop) => stop());
  }
}

function drawSteps({ steps }) {
  const stopping = steps.filter((step) => !step.passed && step.stops !== false).length;
  const open = steps.filter((step) => !step.passed && step.stops === false).length;
  const beside = open === 0 ? "" : ` ${told(open)} ${open === 1 ? "is" : "are"} open, which does not stop it.`;
  return [
    element("p", { class: "lead-figure", role: "status" }, (stopping === 0 ? "The pack can be sealed." : `${told(stopping)} of ${told(steps.length)} steps ${stopping === 1 ? "does" : "do"} not hold yet.`) + beside),
    element("ol", { class: "steps-of" }, steps.map((step) => element("li", {},
      element("span", { class: `sign sign-${stateOf(step).tone}`, "aria-hidden": "true" }, stateOf(step).sign),
      element("div", { class: "stack stack-tight" },
        element("h3", {}, coded(step.title), " ", element("span", { class: `tag tag-${stateOf(step).tone}` }, stateOf(step).words)),
        saysOf(step), step.passed ? null : waysOf(step))))),
  ];
}

/** A step that does not hold either stops the sealing or stays open. */
function stateOf(step) {
  if (step.passed) return { tone: "good", sign: "✓", words: "holds" };
  return step.stops === false ? { tone: "warning", sign: "○", words: "open" } : { tone: "bad", sign: "!", words: "does not hold" };
}

function saysOf(step) {
  const says = step.says ?? [];
  const lines = (some) => some.map((sentence) => element("p", {}, coded(sentence)));
  if (says.length <= 4) return lines(says);
  return [...lines(says.slice(0, 3)), element("details", {}, element("summary", {}, `${told(says.length - 3)} more`), lines(says.slice(3)))];
}

/** What stands between backticks is code. */
function coded(sentence) {
  return sentence.split("`").map((words, at) => (at % 2 === 1 ? element("code", {}, words) : words));
}

/** Where a step that does not hold is mended: in a file of the pack, which this page does not change; in the site file, which Tune does; or in another, as one of expansions. */
function waysOf({ id, places = [] }) {
  const of = (owner) => places.filter((place) => place.of === owner);
  const words = (place) => [element("code", {}, place.file), place.member ? [" at ", element("code", {}, place.member)] : null];
  const listed = (some) => [some.slice(0, MOST_PLACES).map((place, index) => [index > 0 ? "; " : "", words(place)]), some.length > MOST_PLACES ? "; and more" : ""];
  const [ofPack, ofSite, ofOthers] = ["pack", "site", "other"].map(of);
  return [
    ofPack.length === 0 ? null : element("p", { class: "quiet" }, "Mended in the pack, in your editor: ", listed(ofPack), id === "stories" ? ", or in the rule, where the story is right." : "."),
    ofSite.length === 0 ? null : element("p", { class: "quiet" }, "Mended in ", element("a", { href: addressOf("tune", "text") }, "the site file's text, in Tune"), "."),
    ofOthers.length === 0 ? null : element("p", { class: "quiet" }, "Mended in ", listed(ofOthers), "."),
  ];
}

function drawDifference(difference) {
  return [
    differenceInWords(difference.changes),
    element("details", {}, element("summary", {}, "Lines of the site file"), differenceOfLines(difference.lines ?? [])),
  ];
}

function drawImpact(tuned, app) {
  if (app.session.population?.state !== "ready") {
    const { state } = app.session.population ?? {};
    return element("p", { class: "quiet" }, state === "reading" ? "The population is still being read." : state === "failed" ? "The population could not be read, so nobody can be counted: Population says why."
      : "No population is open, so nobody can be counted. Start the workbench with --population FOLDER.");
  }
  const rules = (tuned.rules ?? []).filter((one) => one.gained || one.lost || one.changed).map((one) => [element("a", { href: addressOf("rules", one.rule) }, one.rule), one.gained ?? 0, one.lost ?? 0, one.changed ?? 0]);
  return [
    figures([{ name: "gain a card", value: tuned.gained, of: `of ${told(tuned.patients)} patients` }, { name: "lose a card", value: tuned.lost }, { name: "card changes", value: tuned.changed }]),
    tuned.touched ? element("p", {}, `${told(tuned.touched)} ${tuned.touched === 1 ? "patient" : "patients"} in all, each counted once. `, element("strong", {}, tuned.losesWarning ? `${told(tuned.losesWarning)} ${tuned.losesWarning === 1 ? "loses" : "lose"} a warning or critical card.` : "Nobody loses a warning or critical card.")) : null,
    rules.length === 0 ? element("p", {}, "Nobody gets another card.") : tableOf({ caption: "By rule", columns: [{ title: "Rule" }, ...["gained", "lost", "changed"].map((column) => ({ title: column, isNumber: true }))], rows: rules, most: 12 }),
    element("p", {}, element("a", { href: addressOf("population", "impact", ...(app.session.previous ? ["from=previous"] : [])) }, "All of it, with the patients"), " in Population."),
  ];
}

function drawStories({ changed = [] }) {
  if (changed.length === 0) return element("p", {}, "None: every story gets the cards that it gets by the saved file.");
  const cards = (list) => (list.length === 0 ? "no card" : list.join(", "));
  const rows = changed.map((story) => [story.title, cards(story.before), cards(story.after)]);
  return [
    element("p", {}, `${told(changed.length)} ${changed.length === 1 ? "story gets" : "stories get"} other cards than by the saved file.`),
    tableOf({ caption: "Stories that turn", hidesCaption: true, columns: [{ title: "Story" }, { title: "before" }, { title: "after" }], rows, most: MOST_STORIES }),
  ];
}

function drawNote(note, app) {
  const text = note ?? "";
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      app.say("The release note is in the clipboard.", "good");
    } catch {
      app.say("The browser does not let this page write into the clipboard: mark the text and copy it.", "bad");
    }
  };
  return [
    element("div", { class: "acts" },
      element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: copy } }, "Copy as Markdown"),
      element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => handOver("release-note.md", text, "text/markdown") } }, "Download")),
    element("pre", { class: "note-of", tabindex: "0", role: "region", "aria-label": "The release note, Markdown" }, text),
  ];
}

/** Gives a file to the person by the browser's own way. */
function handOver(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** An approval is a member of the site file: who, when, and the digest of what was approved. */
function approvalForm(page) {
  const { app } = page;
  const by = element("input", { class: "form-control", id: "approval-by", autocomplete: "off", required: true, placeholder: "name and office" });
  const date = element("input", { class: "form-control", id: "approval-date", type: "date", required: true, value: app.session.at ?? "" });
  const submit = async (event) => {
    event.preventDefault();
    const { shown } = page;
    try {
      const { text } = app.draft;
      const { to } = await app.api("POST", "/api/diff", { site: text });
      // Nobody approves what the page has not shown.
      if (shown?.site !== text) return app.say("What the gate says of this draft is not shown yet, so nothing was approved. Look at it, and approve it then.", "bad");
      if (shown.approvalDigest !== to.approvalDigest) {
        page.ask();
        return app.say("The pack has changed since this page showed it, so nothing was approved. Look at what it shows now, and approve it then.", "bad");
      }
      const approval = { by: by.value.trim(), date: date.value, digest: to.approvalDigest };
      const { site } = await app.api("POST", "/api/edit", { site: text, set: [{ pointer: "/approval", value: approval }] });
      // The digest is of the text that was asked about: nobody has approved another.
      if (app.draft.text !== text) return app.say("The draft has changed meanwhile, so nothing was approved. Look at it, and approve it then.", "bad");
      app.draft.set(site, "approval");
      app.say(`The draft now carries the approval of ${approval.by}. Save it to put it into the file.`, "good");
    } catch (failure) {
      app.say(failure.message, "bad");
    }
  };
  return element("form", { class: "stack", on: { submit } },
    element("p", { class: "quiet" }, "It names the pack and this site file by digest: whatever is changed afterwards has nobody's approval, and the cards then say so."),
    element("div", { class: "row-of" },
      element("div", { class: "field" }, element("label", { for: "approval-by" }, "Who approves"), by),
      element("div", { class: "field" }, element("label", { for: "approval-date" }, "Date"), date),
      element("button", { type: "submit", class: "btn btn-secondary" }, "Put the approval into the draft")));
}

export function show(root, app) {
  const page = new ReleasePage(root, app);
  return () => page.leave();
}
