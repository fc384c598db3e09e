// What the draft does: faults of its text, patients who gain or lose a card, stories that come out otherwise; asked again with every change.

import { element, fill } from "../shell/element.js";
import { addressOf } from "../shell/router.js";
import { findingsOf, findingsOfDraft } from "../shell/save.js";

const WAIT_CHECK = 200;  // milliseconds
const WAIT_TUNE = 100;
const WAIT_STORIES = 300;
const MOST_STORIES = 40;

function number(count) {
  return (count ?? 0).toLocaleString("en");
}

function signed(sign, count, word) {
  return element("span", { class: count > 0 ? (sign === "+" ? "tag tag-good" : "tag tag-warning") : "tag" }, `${sign}${number(count)} ${word}`);
}

export class Consequences {
  /** `goTo(finding)` leads to a finding's place in the text. */
  constructor(app, goTo) {
    Object.assign(this, { app, goTo, findings: [], heard: new Set() });
    this.faults = element("div");
    this.patients = element("div");
    this.stories = element("div");
    this.strip = element("p", { class: "strip", role: "status" });
    this.said = { faults: "", patients: "", stories: "" };
    const part = (head, body) => element("section", { class: "consequence" }, element("h3", {}, head), body);
    this.root = element("aside", { class: "panel consequences", "aria-labelledby": "consequences-head" },
      element("h2", { id: "consequences-head" }, "What the draft does"), element("p", { class: "quiet small" }, "Against the saved file, by the engine itself."),
      part("The text", this.faults), part("Patients of the population", this.patients), part("Stories of the pack", this.stories));
    const ask = (path, wait, done) => app.latest(wait, (site) => app.api("POST", path, { site }), done);
    this.askCheck = ask("/api/check", WAIT_CHECK, (answer, error) => this.drawFaults(error ? (error.findings ?? []) : findingsOf(answer), error));
    this.askTune = ask("/api/tune", WAIT_TUNE, (answer, error) => this.drawPatients(answer, error));
    this.askStories = ask("/api/stories", WAIT_STORIES, (answer, error) => this.drawStories(answer, error));
    this.forget = [app.draft.subscribe(() => this.look()), app.onSession((session) => this.populationIs(session.population))];
    this.look();
  }

  look() {
    const { draft } = this.app;
    [this.faults, this.patients, this.stories].forEach((one) => one.setAttribute("aria-busy", "true"));
    this.askCheck(draft.text);
    this.askStories(draft.text);
    this.populationIs(this.app.session.population, true);
  }

  populationIs(population, isDraft = false) {
    const state = population?.state ?? "none";
    if (state === "ready" && (isDraft || this.state !== "ready")) this.askTune(this.app.draft.text);
    this.state = state;
    if (state === "ready") return;
    this.patients.removeAttribute("aria-busy");
    const words = { none: "No population: start the workbench with --population DIR to see whom a change touches.", reading: `Reading the population: ${number(population?.patients)} patients so far.`, failed: population?.message ?? "The population could not be read." };
    fill(this.patients, element("p", { class: "quiet small" }, words[state]));
    this.tell("patients", "");
  }

  tell(part, words) {
    this.said[part] = words;
    fill(this.strip, Object.values(this.said).filter(Boolean).join(" · "));
  }

  drawFaults(findings, error) {
    this.faults.removeAttribute("aria-busy");
    this.findings = findingsOfDraft(findings, this.app.session);
    for (const heard of this.heard) heard(this.findings);
    const errors = this.findings.filter((one) => one.severity === "error").length;
    this.tell("faults", errors > 0 ? `${errors} ${errors === 1 ? "error" : "errors"} in the text` : "no error in the text");
    if (this.findings.length === 0) return fill(this.faults, error ? element("p", { class: "notice notice-bad" }, error.message) : element("p", {}, element("span", { class: "tag tag-good" }, "✓ no fault")));
    fill(this.faults, element("ul", { class: "plain-list" }, this.findings.slice(0, 30).map((one) => element("li", { class: "finding" },
      element("span", { class: one.severity === "error" ? "tag tag-bad" : "tag tag-warning" }, one.severity ?? "error"), " ",
      one.line ? element("button", { type: "button", class: "btn btn-sm btn-plain place", on: { click: () => this.goTo(one) } }, `line ${one.line}`) : null,
      element("span", {}, one.message), one.mend ? element("span", { class: "quiet" }, ` ${one.mend}`) : null))));
  }

  drawPatients(answer, error) {
    if (this.state !== "ready") return;
    this.patients.removeAttribute("aria-busy");
    if (error) {
      this.tell("patients", "");
      // The server may have begun to read the population anew, for codes that the draft adds: the session says how far it is.
      if (error.status === 409) this.app.refresh();
      return fill(this.patients, element("p", { class: "quiet small" }, error.message));
    }
    const { gained, lost, changed } = answer;
    const touched = (answer.rules ?? []).filter((one) => one.gained || one.lost || one.changed);
    this.tell("patients", `patients: +${number(gained)} −${number(lost)}${changed ? `, ${number(changed)} another card` : ""}`);
    fill(this.patients,
      element("p", { class: "counts" }, signed("+", gained, "gain a card"), " ", signed("−", lost, "lose one"), " ", element("span", { class: "tag" }, `${number(changed)} get another`)),
      answer.touched ? element("p", { class: "small" }, `${number(answer.touched)} in all, each counted once; ${answer.losesWarning ? `${number(answer.losesWarning)} of them ${answer.losesWarning === 1 ? "loses" : "lose"} a warning or critical card.` : "nobody loses a warning or critical card."}`) : null,
      element("p", { class: "quiet small" }, this.others(answer)),
      touched.length > 0 ? this.byRule(touched) : null, this.unreadable(answer.unreadable), answer.examples?.length ? this.examples(answer.examples) : null);
  }

  /** Everybody else: nobody is left out of the count in silence. */
  others({ patients, same, none, notEvaluated, cut, ms }) {
    const parts = [`of ${number(patients)}`, `${number(same)} keep a card as it is`, none ? `${number(none)} have none before and after` : null, notEvaluated ? `${number(notEvaluated)} could not be evaluated` : null,
      cut ? `${number(cut)} with a record cut at the day of the count` : null];
    return `${parts.filter(Boolean).join("; ")}${ms !== undefined ? ` (${number(ms)} ms)` : ""}. A patient with several cards may stand in more than one of these numbers.`;
  }

  /** Results that cannot be read, where the draft changes how many. */
  unreadable(tests) {
    if (typeof tests !== "object" || tests === null) return null;
    const moved = Object.entries(tests).filter(([, sides]) => sides.saved !== sides.draft);
    return moved.length > 0 ? element("p", { class: "small" }, "Cannot be read: ", moved.map(([test, sides]) => `${test} ${number(sides.saved)} → ${number(sides.draft)}`).join(", ")) : null;
  }

  byRule(rules) {
    return element("div", { class: "scrolls" }, element("table", { class: "table table-sm" }, element("caption", { class: "visually-hidden" }, "Patients by rule"),
      element("thead", {}, element("tr", {}, ["Rule", "gain", "lose", "other"].map((word, at) => element("th", { scope: "col", class: at > 0 ? "num" : null }, word)))),
      element("tbody", {}, rules.map((one) => element("tr", {}, element("th", { scope: "row" }, element("a", { href: addressOf("rules", one.rule) }, one.rule)), [one.gained, one.lost, one.changed].map((count) => element("td", { class: "num" }, number(count))))))));
  }

  examples(examples) {
    const isOpen = this.patients.querySelector("details")?.open ?? false;
    return element("details", { open: isOpen }, element("summary", { class: "small" }, `${examples.length} ${examples.length === 1 ? "card" : "cards"} of these, to look at`),
      element("ul", { class: "plain-list examples" }, examples.map((one) => element("li", {},
        element("button", { type: "button", class: "btn btn-sm btn-plain story", on: { click: () => this.app.openPatient(one.patient) } }, one.title ?? one.patient.replace("population/", "patient ")),
        element("span", { class: one.what === "lost" ? "tag tag-warning" : "tag tag-good" }, one.what), element("span", { class: "quiet small" }, ` ${one.rule}`)))));
  }

  drawStories(answer, error) {
    this.stories.removeAttribute("aria-busy");
    if (error) {
      this.tell("stories", "");
      return fill(this.stories, element("p", { class: "quiet small" }, error.message));
    }
    const changed = answer.changed ?? [];
    this.tell("stories", changed.length > 0 ? `${changed.length} stories change` : "no story changes");
    if (changed.length === 0) return fill(this.stories, element("p", {}, element("span", { class: "tag tag-good" }, "✓ every story as before")));
    const cards = (ids) => (ids?.length ? ids.join(", ") : "no card");
    fill(this.stories, element("p", { class: "small" }, `${changed.length} come out otherwise${changed.length > MOST_STORIES ? `; the first ${MOST_STORIES}` : ""}:`),
      element("ul", { class: "plain-list examples" }, changed.slice(0, MOST_STORIES).map((one) => element("li", { class: "story-change" },
        element("button", { type: "button", class: "btn btn-sm btn-plain story", on: { click: () => this.app.openPatient(one.id, one.hook) } }, one.title),
        element("div", { class: "small" }, element("del", {}, cards(one.before)), " → ", element("ins", {}, cards(one.after)))))));
  }

  leave() {
    [this.askCheck, this.askTune, this.askStories].forEach((one) => one.stop());
    this.forget.forEach((one) => one());
  }
}
