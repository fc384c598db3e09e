// The patients behind a count: a list on this machine, each of whom opens in the Patient page.

import { element, fill, freshId } from "../shell/element.js";
import { latest } from "../shell/latest.js";
import { told } from "./plot.js";

const SHORT = 40;  // patients shown before one asks for more

const WHAT = { gained: "who gain", lost: "who lose", changed: "whose card changes:", same: "who keep" };

/** A filter in words: "Patients who gain vitamin-d-low, female". */
export function describe(filter) {
  const words = [];
  if (filter.rule) words.push(filter.what ? `${WHAT[filter.what] ?? filter.what} ${filter.rule}` : `with a card of ${filter.rule}`);
  else if (filter.what) words.push(`${WHAT[filter.what] ?? filter.what} any card`);
  if (filter.losesWarning) words.push("who lose a warning or critical card");
  if (filter.analyte) words.push(filter.unreadable ? `with a result of ${filter.analyte} that cannot be read` : filter.band ? `whose ${filter.analyte} is “${filter.band}”` : `with a result of ${filter.analyte}`);
  if (filter.sex) words.push(`sex ${filter.sex}`);
  if (filter.age) words.push(`aged ${filter.age}`);
  return `Patients ${words.join(", ")}`;
}

export class PatientsFound {
  constructor(app, close) {
    this.app = app;
    this.close = close;
    this.node = element("div", {});
    this.filter = {};
    this.ask = latest(0, (site, from, filter) => app.api("POST", "/api/find", { site, from, filter: asAsked(filter) }), (answer, error) => this.came(answer, error));
  }

  /** `from`: what the draft is held against, as questions have it. */
  show(from, filter) {
    const isNew = from !== this.from || JSON.stringify(filter) !== JSON.stringify(this.filter);
    Object.assign(this, { from, filter });
    if (Object.keys(filter).length === 0) {
      this.list = null;
      return fill(this.node);
    }
    if (!isNew) return this.node;
    const head = freshId("found");
    this.heading = element("h2", { id: head, tabindex: "-1" }, describe(filter));
    this.list = element("div", { class: "stack stack-tight", role: "status" }, element("p", { class: "quiet" }, "Looking…"));
    fill(this.node, element("section", { class: "panel stack", "aria-labelledby": head },
      element("div", { class: "row-of" }, this.heading, element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: this.close } }, "Close the list")),
      this.list));
    this.heading.focus();
    this.node.scrollIntoView({ block: "nearest" });
    return this.again();
  }

  again() {
    if (Object.keys(this.filter).length > 0 && this.app.session.population?.state === "ready") this.ask(this.app.draft.text, this.from, this.filter);
  }

  came(answer, error) {
    if (!this.list) return;
    if (error) return fill(this.list, element("p", { class: "notice notice-bad" }, error.message));
    const { patients, of } = answer;
    if (patients.length === 0) return fill(this.list, element("p", {}, "Nobody."));
    const row = (one) => element("li", {},
      element("button", { type: "button", class: "btn btn-sm btn-plain", on: { click: () => this.app.openPatient(one.patient) } }, one.title ? `${named(one.patient)}: ${one.title}` : named(one.patient)),
      one.lostWarnings?.length ? [" ", element("span", { class: "tag tag-warning" }, `loses ${one.lostWarnings.join(", ")}`)] : null,
      one.cards?.length ? element("span", { class: "quiet small" }, ` ${one.cards.join(", ")}`) : null);
    const list = element("ul", { class: "patients-of" }, patients.slice(0, SHORT).map(row));
    const rest = patients.slice(SHORT);
    const all = of > patients.length ? `${told(of)} patients; the first ${told(patients.length)} can be opened here.` : `${told(of)} ${of === 1 ? "patient" : "patients"}. Each opens in the Patient page.`;
    return fill(this.list, element("p", { class: "quiet" }, all), list, rest.length === 0 ? null : more(list, rest.map(row)));
  }

  leave() {
    this.ask.stop();
  }
}

/** In the address everything is text. */
function asAsked({ unreadable, losesWarning, ...filter }) {
  return { ...filter, ...(unreadable && { unreadable: true }), ...(losesWarning && { losesWarning: true }) };
}

const named = (id) => `Patient ${id.split("/").at(-1)}`;

function more(list, others) {
  const button = element("button", { type: "button", class: "btn btn-sm btn-secondary" }, `Show ${told(others.length)} more`);
  button.addEventListener("click", () => {
    list.append(...others);
    others[0].querySelector("button").focus();
    button.parentElement.remove();
  });
  return element("div", { class: "acts" }, button);
}
