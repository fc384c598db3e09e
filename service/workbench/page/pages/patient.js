// Patient: one record through the rules. What it holds is in memory and in this tab; nothing of it is in the address.

import { CardsView } from "../views/cards.js";
import { ChangesView } from "../views/changes.js";
import { Chooser } from "../views/chooser.js";
import { Light } from "../views/light.js";
import { outcomeOf, reasonsTree, referencesOf } from "../views/reasons.js";
import { RecordView } from "../views/record.js";
import { SeriesView } from "../views/series.js";

export const title = "Patient";

const WAIT = 150;  // milliseconds between two looks while a setting moves
const KEPT = "patient";

/** What is chosen outlives a visit to another page, and a reload: the id alone, for the record stays with the server. */
function choiceOf(app) {
  let kept = {};
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    kept = {};
  }
  app.visit ??= { opened: [], steps: [], at: "", client: app.session.clients?.includes("epic") ? "epic" : (app.session.clients?.[0] ?? ""), width: "", ...kept };
  if (app.patient) Object.assign(app.visit, { patient: app.patient, steps: [], at: "", ...serviceOf(app) });
  app.visit.patient ??= app.session.samples?.[0]?.id;
  app.visit.service ??= app.session.services?.[0]?.id;
  return app.visit;
}

/** A story is of one hook: it opens there. Whoever comes without a hook is seen at the one that is chosen. */
function serviceOf(app) {
  const service = app.session.services?.find((one) => one.hook === app.patientHook)?.id;
  return service ? { service } : {};
}

function keep(visit) {
  const { patient, service, client, opened, steps } = visit;
  sessionStorage.setItem(KEPT, JSON.stringify({ patient, service, client, opened, steps }));
}

class PatientPage {
  constructor(root, app) {
    Object.assign(this, { root, app, visit: choiceOf(app), bundle: null, bundleOf: null, chosenRule: null });
    app.patient = null;
    this.light = new Light();
    this.cards = new CardsView();
    this.record = new RecordView(this.light);
    this.series = new SeriesView(app, this.light);
    this.changes = new ChangesView(this.light, (change) => this.apply(change));
    this.reasons = app.element("div", { class: "reasons" });
    this.lead = app.element("div", { class: "panel verdict", role: "status" });
    this.build();
    const body = () => this.question();
    this.ask = app.latest(WAIT, () => this.evaluate(body(), this.sight.signal), (answer, error) => this.answered(answer, error));
    this.askCards = app.latest(WAIT, () => app.api("POST", "/api/preview", { ...body(), ...(this.visit.client && { client: this.visit.client }), ...(this.visit.width && { width: Number(this.visit.width) }) }, this.sight),
      (answer, error) => (error ? this.cards.say(error.message) : this.cards.draw(answer.html)));
    this.askChanges = app.latest(WAIT, () => app.api("POST", "/api/changes", body(), this.search), (answer, error) => this.changesAre(answer, error));
    this.forget = [app.draft.subscribe(() => this.look()), app.onSession(() => this.drawServices())];
    this.look();
  }

  question() {
    const { patient, service, at } = this.visit;
    return { patient, service, ...(at && { at }), site: this.app.draft.text };
  }

  look() {
    keep(this.visit);
    this.forgetOthers();
    if (!this.visit.service) {
      this.app.fill(this.lead, "The pack cannot be used as it is, so it has no hook to look at a patient with.");
      return;
    }
    if (!this.visit.patient) {
      this.app.fill(this.lead, "Choose a patient: a sample, a story of the pack, or a file.");
      return;
    }
    this.lead.setAttribute("aria-busy", "true");
    this.changes.wait();
    this.ask();
    this.cards.root.setAttribute("aria-busy", "true");
    this.askCards();
    this.askChanges();
    this.drawSteps();
  }

  /** Nothing that was found for one patient, or at one hook, is shown or pressed beside another; what is still being asked for it is ended. */
  forgetOthers() {
    const seen = `${this.visit.service} ${this.visit.patient}`;
    if (this.seen !== seen) {
      this.seen = seen;
      this.near = null;
      this.changes.root.replaceChildren();
      this.cards.clear();
      this.sight?.abort();
      this.sight = new AbortController();
    }
    // The engine looks long for near changes: it begins anew with each change of the draft.
    this.search?.abort();
    this.search = new AbortController();
  }

  /** By the draft and, if that differs, by the saved file too; with the record, if it is another one than before. */
  async evaluate(question, signal) {
    const { draft } = this.app;
    const api = (method, path, body) => this.app.api(method, path, body, { signal });
    const { site, ...bySaved } = question;
    const [draftSays, savedSays, record] = await Promise.all([
      api("POST", "/api/evaluate", question),
      draft.isChanged ? api("POST", "/api/evaluate", bySaved).catch(() => null) : null,
      this.bundleOf === question.patient ? null : api("GET", `/api/patients/${encodeURIComponent(question.patient)}`),
    ]);
    return { draftSays, savedSays, record, patient: question.patient };
  }

  answered(answer, error) {
    const { fill, element } = this.app;
    this.lead.removeAttribute("aria-busy");
    if (answer && answer.patient !== this.visit.patient) return;
    if (error) {
      const unknown = error.status === 404 ? " The workbench keeps the last 20 records that were opened: open the file again." : "";
      this.reasonsOf = null;
      this.reasons.replaceChildren();
      this.record.root.replaceChildren();
      this.series.clear();
      return fill(this.lead, element("p", { class: "notice notice-bad", role: "alert" }, error.message + unknown));
    }
    if (answer.record) {
      this.bundle = answer.record.bundle;
      this.bundleOf = answer.patient;
      this.chooser.show(answer.record.title ?? answer.patient);
      this.at.value = this.visit.at || String(answer.record.at ?? this.app.session.at ?? "").slice(0, 10);
    }
    const { evaluation, series, spans } = answer.draftSays;
    this.titles = new Map(evaluation.rules.map((rule) => [rule.rule, rule.title]));
    if (this.near) this.changes.draw(this.near, this.titles);
    this.drawLead(answer);
    this.drawReasons(evaluation, answer.patient);
    this.record.draw(this.bundle, referencesOf(evaluation));
    this.series.draw(series ?? [], spans ?? []);
  }

  /** Under another setting the tree stays open where it was, and keeps the focus; another patient, or a change that was pressed, opens it anew. */
  drawReasons(evaluation, patient) {
    const key = `${patient} ${this.visit.service} ${this.chosenRule}`;
    const before = this.reasonsOf === key ? this.reasons.firstChild : null;
    const had = before?.contains(document.activeElement);
    this.reasonsOf = key;
    const drawn = reasonsTree(evaluation, (references) => this.light.on(references), this.chosenRule, before);
    const { scrollTop } = this.reasons;
    this.app.fill(this.reasons, drawn);
    this.reasons.scrollTop = before ? scrollTop : 0;
    if (had) drawn.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  /** The engine looks longer for these than for the cards; whichever comes last brings the rules' titles to them. */
  changesAre(answer, error) {
    this.near = error ? null : answer;
    if (error) this.changes.say(error.message);
    else this.changes.draw(answer, this.titles ?? new Map());
  }

  drawLead({ draftSays, savedSays }) {
    const { fill, element } = this.app;
    const given = (says) => says.evaluation.rules.filter((rule) => rule.outcome === "card");
    const now = given(draftSays);
    const before = savedSays ? given(savedSays) : null;
    const difference = before && [
      ...now.filter((rule) => !before.some((one) => one.rule === rule.rule)).map((rule) => element("span", { class: "tag tag-good" }, `+ ${rule.title}`)),
      ...before.filter((rule) => !now.some((one) => one.rule === rule.rule)).map((rule) => element("span", { class: "tag tag-warning" }, `− ${rule.title}`)),
    ];
    fill(this.lead,
      element("p", { class: "verdict-cards" }, now.length === 0 ? element("strong", {}, "No card") : now.map((rule) => element("span", {}, element("span", { class: outcomeOf(rule).tag }, "card"), " ", element("strong", {}, rule.title), " "))),
      element("p", {}, draftSays.evaluation.sentence),
      difference ? element("p", { class: "small" }, "Against the saved file: ", difference.length > 0 ? difference.flatMap((one) => [one, " "]) : "the same cards.") : null);
  }

  /** A near change, applied: to the draft, or to a copy of the record that is evaluated in its place. */
  async apply(change) {
    const { api, draft, say } = this.app;
    try {
      this.chosenRule = change.rule;
      if (change.edit.site) {
        const { site } = await api("POST", "/api/edit", { site: draft.text, set: change.edit.site });
        draft.set(site, change.words);
        say(`Set in the draft. ${change.words}`, "good");
        return;
      }
      const from = this.visit.patient;
      const made = await api("POST", "/api/patients", { copyOf: from, ...change.edit });
      if (this.visit.patient !== from) return;
      this.visit.steps.push({ from, words: change.words });
      this.visit.patient = made.patient;
      say(`Tried on a copy of the record. ${change.words}`, "good");
      this.look();
    } catch (failure) {
      say(failure.message, "bad");
    }
  }

  back() {
    const step = this.visit.steps.pop();
    if (!step) return;
    this.visit.patient = step.from;
    this.app.say("The record is as it was before.");
    this.look();
    this.chooser.input.focus();
  }

  drawSteps() {
    const { fill, element } = this.app;
    const { steps } = this.visit;
    if (steps.length === 0) return this.steps.replaceChildren();
    fill(this.steps, element("div", { class: "notice" },
      element("p", {}, `This is a copy of the record with ${steps.length === 1 ? "one change" : `${steps.length} changes`}: ${steps.map((step) => step.words).join(" ")}`),
      element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => this.back() } }, "Take the last change back")));
  }

  choose(patient) {
    // A story has a day of its own: one that was chosen for another patient does not move it.
    Object.assign(this.visit, { patient, steps: [], at: "" });
    this.chosenRule = null;
    this.look();
  }

  /** Brought here by another page. */
  come() {
    Object.assign(this.visit, serviceOf(this.app));
    this.service.value = this.visit.service ?? "";
    this.choose(this.app.patient);
    this.app.patient = null;
  }

  async open(file) {
    const { api, say } = this.app;
    try {
      say(`Reading ${file.name}…`);
      const made = await api("POST", "/api/patients", file);
      this.visit.opened.unshift({ id: made.patient, title: file.name, group: "Opened here" });
      this.choose(made.patient);
      this.chooser.show(file.name);
      const notes = made.notes?.length ? ` ${made.notes.join(" ")}` : "";
      say(`${made.resources} resources read.${notes}`, made.notes?.length ? "note" : "good");
    } catch (failure) {
      say(`${file.name}: ${failure.message}`, "bad");
    }
  }

  options() {
    const { samples = [], stories = [] } = this.app.session;
    return [
      ...this.visit.opened,
      ...samples.map((one) => ({ ...one, group: "Samples" })),
      ...stories.map((one) => ({ id: one.id, title: one.title, group: `Stories: ${one.rule}` })),
    ];
  }

  build() {
    const { element } = this.app;
    this.chooser = new Chooser("Patient: a sample or a story", () => this.options(), (id) => this.choose(id));
    this.steps = element("div");
    const section = (head, words, ...children) => element("section", { class: "panel stack stack-tight" }, element("h2", {}, head), words ? element("p", { class: "quiet small" }, words) : null, children);
    this.root.append(
      this.controls(), this.steps, this.lead,
      element("div", { class: "sides" },
        element("div", { class: "stack" },
          section("Cards", null, this.clientControls(), this.cards.root),
          section("What would change it", "The nearest single steps that give or take a card, found by the engine.", this.changes.root)),
        element("div", { class: "sides-why" },
          section("Why", "Arrow keys walk the tree, Ctrl+Enter opens a rule; what a line speaks of lights up in the record.", this.reasons),
          section("The record", null, this.record.root))),
      element("section", { class: "stack stack-tight" }, element("h2", {}, "Results over time"), this.series.root));
    this.dropping();
  }

  controls() {
    const { element } = this.app;
    const { visit } = this;
    const file = element("input", { type: "file", id: "patient-file", accept: ".json,.ndjson,application/json", class: "visually-hidden", tabindex: "-1", on: { change: () => file.files[0] && this.open(file.files[0]).then(() => (file.value = "")) } });
    const press = element("button", { type: "button", class: "btn btn-secondary", on: { click: () => file.click() } }, "Open a file…");
    file.setAttribute("aria-label", "A file with a patient's resources");
    this.service = element("select", { class: "form-select", id: "patient-service", on: { change: () => ((visit.service = this.service.value), this.look()) } });
    this.fillServices();
    this.at = element("input", { type: "date", class: "form-control", id: "patient-at", value: visit.at || String(this.app.session.at ?? "").slice(0, 10), on: { change: () => ((visit.at = this.at.value), this.look()) } });
    return element("div", { class: "row-of controls" }, this.chooser.root,
      element("div", { class: "field" }, element("span", { class: "field-label" }, "or drop one anywhere"), press, file),
      element("div", { class: "field" }, element("label", { for: "patient-service" }, "Hook"), this.service),
      element("div", { class: "field" }, element("label", { for: "patient-at" }, "As of"), this.at));
  }

  fillServices() {
    const { element, fill, session } = this.app;
    const services = session.services ?? [];
    this.services = services.map((one) => one.id).join();
    fill(this.service, services.map((one) => element("option", { value: one.id }, one.hook)));
    if (services.length > 0 && !services.some((one) => one.id === this.visit.service)) this.visit.service = services[0].id;
    this.service.value = this.visit.service ?? "";
  }

  /** A pack that could not be used has been mended, or has other hooks now. */
  drawServices() {
    const { session } = this.app;
    if ((session.services ?? []).map((one) => one.id).join() === this.services) return;
    this.fillServices();
    this.visit.patient ??= session.samples?.[0]?.id;
    this.look();
  }

  clientControls() {
    const { element } = this.app;
    const { visit } = this;
    const client = element("select", { class: "form-select", id: "patient-client", value: visit.client, on: { change: () => ((visit.client = client.value), keep(visit), this.askCards()) } },
      (this.app.session.clients ?? []).map((one) => element("option", { value: one }, one)), element("option", { value: "" }, "all of them"));
    const width = element("input", { type: "number", min: "160", max: "2000", step: "10", class: "form-control width", id: "patient-width", placeholder: "its own", value: visit.width, on: { input: () => ((visit.width = width.value), width.checkValidity() && this.askCards()) } });
    return element("div", { class: "row-of" }, element("div", { class: "field" }, element("label", { for: "patient-client" }, "As shown by"), client),
      element("div", { class: "field" }, element("label", { for: "patient-width" }, "Pixels wide"), width));
  }

  dropping() {
    const over = (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      document.body.classList.toggle("dropping", event.type === "dragover");
    };
    const drop = (event) => {
      over(event);
      const file = event.dataTransfer?.files?.[0];
      if (file) this.open(file);
    };
    this.listening = [["dragover", over], ["dragleave", over], ["drop", drop]];
    this.listening.forEach(([name, heard]) => document.addEventListener(name, heard));
  }

  leave() {
    this.listening.forEach(([name, heard]) => document.removeEventListener(name, heard));
    document.body.classList.remove("dropping");
    [this.ask, this.askCards, this.askChanges].forEach((one) => one.stop());
    this.sight?.abort();
    this.search?.abort();
    this.forget.forEach((stop) => stop());
    this.record.forget();
    this.cards.leave();
    this.series.leave();
  }
}

export function show(root, app) {
  const page = new PatientPage(root, app);
  return { leave: () => page.leave(), move: () => app.patient === null || (page.come(), true) };
}
