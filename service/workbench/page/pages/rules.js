// Rules: every rule in words, found by word, code or drug. The search is the page's own: a pack has some dozens of rules.

import { refill } from "../shell/element.js";
import { addressOf } from "../shell/router.js";
import { failingWithoutCard, ruleWords, sharedSections, storiesThatFail, systemName } from "../views/rulewords.js";

export const title = "Rules";

const WAIT = 250;  // milliseconds

/** Everything of a rule that a word may be found in, with where it was found: [{where, text}]. */
function fieldsOf(rule) {
  return [
    { where: "title", text: `${rule.title} ${rule.id}` },
    { where: "kind", text: `${rule.topic ?? ""} ${rule.kind ?? ""} ${rule.indicator ?? ""} ${(rule.services ?? []).join(" ")}` },
    ...(rule.codes ?? []).map((code) => ({ where: "code", text: `${systemName(code.system)} ${code.code} ${code.display ?? ""} ${code.set ?? ""}` })),
    ...(rule.drugs ?? []).map((drug) => ({ where: "drug", text: drug })),
    ...(rule.about?.sections ?? []).flatMap((section) => section.lines.map((line) => ({ where: section.heading, text: `${line.text} ${line.url ?? ""}` }))),
    ...(rule.stories ?? []).map((story) => ({ where: "story", text: story.title })),
  ];
}

/** Where the words are found together, in one field if possible; nothing if one of them is in none. */
function found(fields, words) {
  if (words.length === 0) return { where: null };
  const together = fields.find((field) => words.every((word) => field.lower.includes(word)));
  if (together) return together;
  return words.every((word) => fields.some((field) => field.lower.includes(word))) ? fields.find((field) => field.lower.includes(words[0])) : null;
}

function excerpt(text, word) {
  const at = text.toLowerCase().indexOf(word);
  const from = Math.max(0, at - 30);
  return `${from > 0 ? "…" : ""}${text.slice(from, at + word.length + 50).trim()}${at + word.length + 50 < text.length ? "…" : ""}`;
}

class RulesPage {
  constructor(root, app, parts) {
    Object.assign(this, { root, app, chosen: parts[0] ?? null, rules: [] });
    const { element } = app;
    this.search = element("input", { type: "search", class: "form-control", id: "rules-search", placeholder: "a word, a code, a drug", autocomplete: "off", value: app.rulesSearch ?? "", on: { input: () => this.drawList() } });
    this.count = element("p", { class: "quiet small", role: "status" });
    this.list = element("ul", { class: "plain-list rule-list" });
    this.place = element("div", { class: "stack" }, element("p", { class: "panel quiet" }, "Reading the rules…"));
    this.trouble = element("div", { class: "stack" });
    root.append(element("div", { class: "split split-list" },
      element("nav", { class: "panel stack stack-tight", "aria-label": "Rules" },
        element("div", { class: "field" }, element("label", { for: "rules-search" }, "Search rules"), this.search), this.count, this.list),
      element("div", { class: "stack" }, this.trouble, this.place)));
    this.ask = app.latest(WAIT, () => app.api("POST", "/api/rules", { site: app.draft.text }), (answer, error) => this.answered(answer, error));
    this.forget = app.draft.subscribe(() => this.look());
    this.look();
  }

  look() {
    this.place.setAttribute("aria-busy", "true");
    this.ask();
  }

  answered(answer, error) {
    const { fill, element } = this.app;
    this.place.removeAttribute("aria-busy");
    if (error) {
      // What cannot be read leaves the rules as they were last shown.
      const isShown = this.rules.length > 0;
      if (!isShown) fill(this.place);
      return fill(this.trouble, element("p", { class: "notice notice-bad", role: "alert" }, isShown ? "The rules below are those that were read last. " : null, error.message));
    }
    fill(this.trouble, failingWithoutCard(answer.storiesWithoutCard ?? [], this.app));
    this.shared = sharedSections(answer.rules);
    this.rules = answer.rules.map((rule) => ({ rule, fields: fieldsOf(rule).map((field) => ({ ...field, lower: field.text.toLowerCase() })) }));
    this.drawList();
    this.drawRule(false);
  }

  /** The rule that is read: the address names it, else it is the first. */
  get shown() {
    return this.chosen ?? this.rules[0]?.rule.id ?? null;
  }

  drawList() {
    const { element } = this.app;
    this.app.rulesSearch = this.search.value;
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = this.rules.map(({ rule, fields }) => ({ rule, hit: found(fields, words) })).filter((one) => one.hit);
    this.count.textContent = words.length > 0 ? `${shown.length} of ${this.rules.length} rules` : `${this.rules.length} rules`;
    refill(this.list, shown.map(({ rule, hit }) => element("li", {},
      element("a", { href: addressOf("rules", rule.id), class: "rule-entry", "aria-current": rule.id === this.shown ? "true" : null },
        element("span", {}, rule.title), storiesThatFail(rule.stories ?? []), rule.indicator && rule.indicator !== "info" ? element("span", { class: rule.indicator === "critical" ? "tag tag-bad" : "tag tag-warning" }, rule.indicator) : null,
        hit.where && hit.where !== "title" ? element("span", { class: "quiet small rule-hit" }, `${hit.where}: ${excerpt(hit.text, words[0])}`) : null))));
  }

  drawRule(isMoved) {
    const { fill, element } = this.app;
    const rule = this.rules.find((one) => one.rule.id === this.shown)?.rule;
    if (!rule) return fill(this.place, element("p", { class: "panel" }, this.chosen ? `The pack has no rule "${this.chosen}".` : "The pack has no rules."));
    const isAnother = rule.id !== this.drawn;
    this.drawn = rule.id;
    (isAnother ? fill : refill)(this.place, ruleWords(rule, this.app, this.shared));
    if (isMoved) this.place.querySelector("#rule-head").focus({ preventScroll: matchMedia("(min-width: 62rem)").matches });
  }

  move(parts) {
    this.chosen = parts[0] ?? null;
    this.list.querySelectorAll("a").forEach((link) => (link.getAttribute("href") === addressOf("rules", this.shown ?? "") ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    this.drawRule(true);
    return true;
  }

  leave() {
    this.ask.stop();
    this.forget();
  }
}

export function show(root, app, parts) {
  const page = new RulesPage(root, app, parts);
  return { leave: () => page.leave(), move: (next) => page.move(next) };
}
