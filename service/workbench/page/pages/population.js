// Population: does our data suit the rules (survey), and whom does the draft touch (impact)? Every count leads to the patients behind it, on this machine.

import { findingInWords } from "../shell/api.js";
import { element, fill, refill } from "../shell/element.js";
import { latest } from "../shell/latest.js";
import { addressOf } from "../shell/router.js";
import { drawImpact } from "../views/impact.js";
import { PatientsFound } from "../views/found.js";
import { Plots, told } from "../views/plot.js";
import { drawSurvey } from "../views/survey.js";

export const title = "Population";

const VIEWS = {
  survey: { title: "Survey: does our data suit the rules?", path: "/api/survey", draw: drawSurvey },
  impact: { title: "Impact: whom does the draft touch?", path: "/api/impact", draw: drawImpact },
};
const PAUSE = 400;  // milliseconds after the last change of the draft
const AGAIN = 2000;  // milliseconds until a count that another one kept from beginning is asked for again

/** A filter stands in the address, as name=value: it says what is looked for, and never who was found. */
function filterOf(parts) {
  return Object.fromEntries(parts.map((part) => /^([^=]+)=(.+)$/s.exec(part)).filter(Boolean).map(([, name, value]) => [name, value]));
}

export function addressOfFilter(view, filter) {
  return addressOf("population", view, ...Object.entries(filter).filter(([, value]) => value).map(([name, value]) => `${name}=${value}`));
}

class PopulationPage {
  constructor(root, app, parts) {
    this.app = app;
    this.plots = new Plots();
    this.view = null;
    this.answer = null;
    this.tabs = element("ul", { class: "tabs" });
    this.state = element("div", { class: "stack" });
    this.found = new PatientsFound(app, () => this.go({}));
    this.body = element("div", { class: "stack" });
    root.append(element("nav", { "aria-label": "Views of the population" }, this.tabs), this.state, this.found.node, this.body);
    // An answer comes with the view that it is of: another may be open by then.
    const ask = (view, from, site) => app.api("POST", VIEWS[view].path, { site, from }).then((answer) => ({ view, from, answer }), (error) => ({ view, from, error }));
    this.ask = latest(PAUSE, ask, ({ view, from, answer, error }) => view === this.view && from === this.from && this.came(answer, error));
    this.leaving = [app.onSession(() => this.drawState()), app.draft.subscribe(() => this.count())];
    this.move(parts);
  }

  /** What a draft is held against stands in the address too: "from=previous", the version before; else it is the saved file. */
  move([view, ...rest]) {
    const wanted = Object.hasOwn(VIEWS, view ?? "") ? view : "survey";
    const { from, ...filter } = filterOf(rest);
    this.filter = filter;
    if (wanted !== this.view || from !== this.from) {
      this.view = wanted;
      this.from = from;
      this.answer = null;
      this.drawTabs();
      fill(this.body);
      this.drawState();
      this.count();
    }
    this.found.show(this.from, this.filter);
    return true;
  }

  go(filter) {
    this.app.go(addressOfFilter(this.view, { from: this.from, ...filter }));
  }

  drawTabs() {
    fill(this.tabs, Object.entries(VIEWS).map(([name, view]) =>
      element("li", {}, element("a", { href: addressOf("population", name), "aria-current": name === this.view ? "page" : null }, view.title))));
  }

  get isReady() {
    return this.app.session.population?.state === "ready";
  }

  /** What the population is, or what is missing to have one. Built anew only when it says something else, so that nothing jumps under a hand. */
  drawState() {
    const { population } = this.app.session;
    const said = JSON.stringify(population ?? null);
    if (said === this.said) return;
    const wasReady = this.wasReady;
    this.said = said;
    this.wasReady = this.isReady;
    fill(this.state, stateOf(population));
    if (this.isReady && wasReady === false) this.count();
  }

  count() {
    if (!this.isReady) return;
    clearTimeout(this.again);
    this.body.classList.toggle("is-counting", this.answer !== null);
    this.body.setAttribute("aria-busy", "true");
    if (this.answer === null) fill(this.body, element("p", { class: "quiet", role: "status" }, "Counting over the population…"));
    this.ask(this.view, this.from, this.app.draft.text);
    this.found.again();
  }

  came(answer, error) {
    if (error?.status === 409 && this.isReady && error.message.includes("is being made already")) {
      this.again = setTimeout(() => this.ask(this.view, this.from, this.app.draft.text), AGAIN);
      return;
    }
    this.body.classList.remove("is-counting");
    this.body.removeAttribute("aria-busy");
    this.plots.clear();
    if (error) {
      this.answer = null;
      // 409: another count is on its way, or the population is read anew, which the session tells of.
      if (error.status === 409) this.app.refresh();
      const again = element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => this.count() } }, "Count again");
      fill(this.body, element("div", { class: "notice notice-bad", role: "alert" }, element("p", {}, error.error ?? error.message), again), (error.findings ?? []).slice(0, 5).map((one) => element("p", {}, findingInWords(one, null))));
      return;
    }
    this.answer = answer;
    refill(this.body, VIEWS[this.view].draw(answer, { app: this.app, plots: this.plots, from: this.from, find: (filter) => this.go(filter) }));
  }

  leave() {
    clearTimeout(this.again);
    this.ask.stop();
    this.found.leave();
    this.plots.leave();
    this.leaving.forEach((stop) => stop());
  }
}

function stateOf(population) {
  switch (population?.state) {
    case "reading":
      return element("section", { class: "panel stack stack-tight", "aria-label": "Reading the population" },
        element("p", {}, `Reading the population: ${told(population.patients)} patients so far${population.of ? `, ${Math.floor((100 * population.bytes) / population.of)} % of ${megabytes(population.of)}` : `, ${megabytes(population.bytes)}`}.`),
        element("progress", population.of ? { class: "progress-of", "aria-label": "Read so far", max: population.of, value: population.bytes } : { class: "progress-of", "aria-label": "Read so far" }),
        element("p", { class: "quiet" }, "Other pages work meanwhile. Counts appear here as soon as everything is read."));
    case "ready":
      return readyState(population);
    case "failed":
      return element("p", { class: "notice notice-bad", role: "alert" }, `The population could not be read. ${population.message ?? ""}`);
    default:
      return element("section", { class: "panel stack stack-tight" },
        element("h2", {}, "There is no population yet"),
        element("p", {}, "Start the workbench with one, a folder of FHIR Bundles, Bulk Data or NDJSON; it is read on this machine and sent nowhere:"),
        element("pre", { class: "note-of", tabindex: "0" }, "backpain-cds workbench --pack PACK --site FILE --population FOLDER"),
        element("p", { class: "quiet" }, "To try it out, deploy/quickstart --workbench starts it over invented patients."));
  }
}

const megabytes = (bytes) => `${told(Math.max(1, Math.round(bytes / 1e6)))} MB`;

function readyState(population) {
  const faults = population.faults ?? [];
  const left = faults.reduce((sum, fault) => sum + fault.count, 0);
  return element("div", { class: "stack stack-tight" },
    element("p", { class: "quiet" }, `${told(population.patients)} patients, looked at on this machine. These are exact counts and not for sharing; backpain-cds survey --html and impact --html write pages that may be shared.`),
    population.message ? element("p", { class: "notice", role: "status" }, population.message) : null,
    faults.length === 0 ? null : element("details", { class: "notice" },
      element("summary", {}, `${told(left)} ${left === 1 ? "thing" : "things"} of the population could not be used`),
      element("ul", {}, faults.map((fault) => element("li", {}, `${fault.what}: ${told(fault.count)}`, fault.places?.length ? element("span", { class: "quiet" }, ` (${fault.places.slice(0, 5).join(", ")}${fault.places.length > 5 ? ", …" : ""})`) : null)))));
}

export function show(root, app, parts) {
  const page = new PopulationPage(root, app, parts);
  return { leave: () => page.leave(), move: (others) => page.move(others) };
}

