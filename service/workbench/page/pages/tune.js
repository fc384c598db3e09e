// Tune: everything that a site file may set, and beside it what the draft does to its text, to patients and to stories.

import { addressOf } from "../shell/router.js";
import { BandsView } from "../views/bands.js";
import { CodesView } from "../views/codes.js";
import { Consequences } from "../views/consequences.js";
import { Edits } from "../views/edits.js";
import { SettingsView } from "../views/settings.js";
import { SiteTextView } from "../views/sitetext.js";

export const title = "Tune";

const WAIT = 80;  // milliseconds
const VIEWS = { parameters: "Settings", bands: "Laboratory bands", codes: "Local codes", text: "Text" };

class TunePage {
  constructor(root, app, parts) {
    Object.assign(this, { app, view: null, tunables: null, error: null });
    const { element } = app;
    this.edits = new Edits(app);
    this.consequences = new Consequences(app, (finding) => this.goTo(finding));
    this.tabs = element("nav", { class: "subpages", "aria-label": "What to tune" });
    this.trouble = element("div");
    this.place = element("div", { class: "stack" });
    this.fields = element("fieldset", { class: "bare" }, element("legend", { class: "visually-hidden" }, "What to tune"), this.place);
    root.append(element("div", { class: "tune-head" }, this.tabs, this.consequences.strip),
      element("div", { class: "tune" }, element("div", { class: "stack" }, this.trouble, this.fields), this.consequences.root));
    this.ask = app.latest(WAIT, (site) => app.api("POST", "/api/tunables", { site }), (answer, error) => this.answered(answer, error));
    this.forget = app.draft.subscribe(() => this.look());
    this.edits.heard.add((isBusy) => (isBusy ? this.fields.setAttribute("aria-busy", "true") : this.look()));
    this.move(parts);
    this.look();
  }

  look() {
    this.fields.setAttribute("aria-busy", "true");
    this.ask(this.app.draft.text);
  }

  answered(answer, error) {
    if (!this.edits.isBusy) this.fields.removeAttribute("aria-busy");
    this.error = error;
    this.drawTrouble();
    if (error) return;
    this.tunables = answer;
    this.view.draw(answer);
  }

  /** A draft that cannot be read is mended in its text alone; a workbench that does not answer is not. */
  drawTrouble() {
    const { fill, element } = this.app;
    const { error } = this;
    this.fields.disabled = Boolean(error) && this.name !== "text";
    this.trouble.replaceChildren();
    if (!error) return;
    const mend = this.name === "text" || !error?.status ? null : element("a", { href: addressOf("tune", "text") }, "Mend it in the text");
    fill(this.trouble, element("div", { class: "notice notice-bad", role: "alert" }, element("p", {}, error.message), mend));
  }

  move(parts) {
    const [name, wanted] = parts;
    const next = Object.hasOwn(VIEWS, name ?? "") ? name : "parameters";
    const isSame = next === this.name && this.view && !(next === "parameters" && wanted !== this.wanted);
    this.name = next;
    this.wanted = wanted;
    this.drawTabs();
    if (isSame) {
      if (next === "bands" && wanted) this.view.name = wanted;
    } else {
      this.view?.leave();
      this.view = this.make(next, wanted);
      this.app.fill(this.place, this.view.root);
    }
    if (this.tunables) this.view.draw(this.tunables);
    this.drawTrouble();
    return true;
  }

  make(name, wanted) {
    switch (name) {
      case "bands":
        return new BandsView(this.app, this.edits, wanted);
      case "codes":
        return new CodesView(this.app, this.edits, wanted);
      case "text":
        return new SiteTextView(this.app, this.consequences, this.finding);
      default:
        return new SettingsView(this.edits, wanted);
    }
  }

  drawTabs() {
    const { fill, element } = this.app;
    const focused = document.activeElement?.closest?.(".subpages a")?.getAttribute("href");
    fill(this.tabs, element("ul", {}, Object.entries(VIEWS).map(([name, words]) => element("li", {}, element("a", { href: addressOf("tune", name), "aria-current": name === this.name ? "page" : null }, words)))));
    if (focused) this.tabs.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  goTo(finding) {
    this.finding = finding;
    if (this.name === "text") this.view.goTo(finding);
    else this.app.go("#/tune/text");
  }

  leave() {
    this.view?.leave();
    this.ask.stop();
    this.forget();
    this.consequences.leave();
  }
}

export function show(root, app, parts) {
  const page = new TunePage(root, app, parts);
  return { leave: () => page.leave(), move: (next) => page.move(next) };
}
