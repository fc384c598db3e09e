// What would change it: the nearest changes that the engine found, each of which gives or takes a card and can be applied with one press.

import { element, fill } from "../shell/element.js";

const KINDS = { value: "a value", date: "a date", code: "a code", parameter: "a setting" };

function lineOf(change, titles, light, apply) {
  const isSetting = Boolean(change.edit?.site);
  const references = change.reference ? [change.reference] : [];
  const button = element("button", { type: "button", class: "btn btn-sm btn-secondary" }, isSetting ? "Set it in the draft" : "Try it on this record");
  button.setAttribute("aria-label", `${button.textContent}: ${change.words}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await apply(change);
    button.disabled = false;
  });
  return element("li", { class: "near-change", on: { mouseenter: () => light.on(references), mouseleave: () => light.off(), focusin: () => light.on(references), focusout: () => light.off() } },
    element("div", {},
      element("span", { class: change.gives ? "tag tag-good" : "tag tag-warning" }, change.gives ? "+ card comes" : "− card goes"), " ",
      element("strong", {}, titles.get(change.rule) ?? change.rule), element("span", { class: "quiet" }, `, by ${KINDS[change.kind] ?? change.kind}`),
      element("p", {}, change.words)),
    change.edit ? button : null);
}

export class ChangesView {
  constructor(light, apply) {
    Object.assign(this, { light, apply });
    this.root = element("div", { class: "near stack stack-tight" });
  }

  wait() {
    if (!this.root.firstChild) fill(this.root, element("p", { class: "quiet" }, "The engine looks for the nearest changes…"));
    this.root.setAttribute("aria-busy", "true");
  }

  draw({ changes = [], limit = null }, titles) {
    this.root.removeAttribute("aria-busy");
    const note = limit ? element("p", { class: "quiet small" }, limit) : null;
    if (changes.length === 0) return fill(this.root, element("p", { class: "quiet" }, "No single step that the engine knows gives or takes a card here."), note);
    const sorted = [...changes].sort((a, b) => Number(a.gives) - Number(b.gives));
    fill(this.root, element("ul", { class: "plain-list near-changes" }, sorted.map((change) => lineOf(change, titles, this.light, this.apply))), note);
  }

  say(message) {
    this.root.removeAttribute("aria-busy");
    fill(this.root, element("p", { class: "notice notice-bad" }, message));
  }
}
