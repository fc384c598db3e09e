// A rule as a clinician reads it: who gets the card, on whose word, by which codes and drugs, and which stories hold it.

import { element, fill, outside } from "../shell/element.js";
import { addressOf } from "../shell/router.js";

const MOST_CODES = 60;
const SYSTEMS = { "http://loinc.org": "LOINC", "http://snomed.info/sct": "SNOMED CT", "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm", "http://www.whocc.no/atc": "ATC", "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM", "http://hl7.org/fhir/sid/icd-10": "ICD-10" };

export function systemName(system) {
  return SYSTEMS[system] ?? system ?? "";
}

function aboutSection(section) {
  return element("section", {}, element("h3", { class: "about-head" }, section.heading),
    element("ul", { class: "changes" }, (section.lines ?? []).map((line) => element("li", {}, line.text, line.url ? [" ", outside(line.url, line.url.replace(/^https?:\/\//, ""))] : null))));
}

function codesTable(codes) {
  const body = element("tbody");
  const row = (code) => element("tr", {}, element("td", {}, systemName(code.system)), element("td", {}, element("code", {}, code.code)), element("td", {}, code.display ?? ""), element("td", { class: "quiet" }, code.set ?? ""));
  const head = element("tr", {}, ["System", "Code", "Display", "Set"].map((word) => element("th", { scope: "col" }, word)));
  fill(body, codes.slice(0, MOST_CODES).map(row));
  const all = codes.length > MOST_CODES
    ? element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => (fill(body, codes.map(row)), all.remove()) } }, `Show all ${codes.length}`)
    : null;
  return element("div", { class: "stack stack-tight" }, element("div", { class: "scrolls" }, element("table", { class: "table table-sm" }, element("caption", { class: "visually-hidden" }, "Codes that this rule reads"), element("thead", {}, head), body)), all);
}

/** A story's cards begin with the hook that they are given at: at the first one of the rule itself the story opens. */
function hookOf(story, rule, app) {
  const hooks = (app.session.services ?? []).filter((one) => rule.services?.includes(one.id) ?? true).map((one) => one.hook);
  const told = (story.cards ?? []).map((card) => card.split(": ")[0]);
  return told.find((hook) => hooks.includes(hook)) ?? hooks[0] ?? null;
}

/** How a story comes out, where that is not as it says. */
const VERDICTS = { fails: ["tag-bad", "fails"], "changed-by-site": ["tag-warning", "changed by the site file"], "known-miss": ["tag-warning", "known not to hold"] };

function storyItem(story, hook, app) {
  const [tone, words] = VERDICTS[story.verdict] ?? [];
  return element("li", {},
    element("button", { type: "button", class: "btn btn-sm btn-plain story", "data-keep": story.id, on: { click: () => app.openPatient(story.id, hook) } }, story.title),
    words ? [" ", element("span", { class: `tag ${tone}` }, words)] : null,
    story.cards?.length ? element("span", { class: "quiet small" }, ` ${story.cards.join("; ")}`) : element("span", { class: "quiet small" }, " no card"),
    story.says?.length ? element("ul", { class: "changes small" }, story.says.map((sentence) => element("li", {}, sentence))) : null);
}

function storiesList(rule, app) {
  return element("ul", { class: "plain-list stories" }, rule.stories.map((story) => storyItem(story, hookOf(story, rule, app), app)));
}

const failing = (stories) => stories.filter((story) => story.verdict === "fails");
const failingWords = (count) => `${count} ${count === 1 ? "story fails" : "stories fail"}`;

/** A word for it in the list of rules; nothing where all hold. */
export function storiesThatFail(stories) {
  const count = failing(stories).length;
  return count > 0 ? element("span", { class: "tag tag-bad" }, failingWords(count)) : null;
}

/** Those that expect no card are of no rule, and would else be seen nowhere. */
export function failingWithoutCard(stories, app) {
  const fail = failing(stories);
  return fail.length === 0 ? null : element("section", { class: "panel stack stack-tight", "aria-labelledby": "without-card" },
    element("h2", { id: "without-card" }, `${failingWords(fail.length)} of those that expect no card`), element("ul", { class: "plain-list stories" }, fail.map((story) => storyItem(story, null, app))));
}

function coverageWords(coverage) {
  if (!coverage?.criteria) return null;
  const all = coverage.touched >= coverage.criteria;
  return element("div", {},
    element("p", {}, element("span", { class: all ? "tag tag-good" : "tag tag-warning" }, `${coverage.touched} of ${coverage.criteria}`), " outcomes of its criteria are told by some story.",
      element("progress", { class: "coverage", value: coverage.touched, max: coverage.criteria, "aria-label": "Outcomes that stories tell" })),
    coverage.untouched?.length ? element("div", {}, element("p", { class: "quiet small" }, "No story tells:"), element("ul", { class: "changes small" }, coverage.untouched.map((words) => element("li", {}, words)))) : null);
}

function folded(head, count, content) {
  return element("details", { class: "fold" }, element("summary", { "data-keep": head }, element("span", { class: "fold-head" }, head), element("span", { class: "quiet" }, ` ${count}`)), content);
}

/** The sections that read the same for every rule: of the pack, and no news on the second rule that one opens. */
export function sharedSections(rules) {
  const counts = new Map();
  for (const rule of rules) for (const section of rule.about?.sections ?? []) counts.set(keyOf(section), (counts.get(keyOf(section)) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => rules.length > 1 && count >= rules.length * 0.6).map(([key]) => key));
}

function keyOf(section) {
  return JSON.stringify([section.heading, section.lines]);
}

/** The whole of a rule, under its heading; `shared`: the sections that come last, folded. */
export function ruleWords(rule, app, shared) {
  const sections = rule.about?.sections ?? [];
  const common = sections.filter((section) => shared.has(keyOf(section)));
  const hooks = (rule.services ?? []).map((id) => app.session.services.find((one) => one.id === id)?.hook ?? id);
  const tags = [rule.kind, rule.indicator, ...hooks].filter(Boolean);
  const codes = rule.codes ?? [];
  const drugs = rule.drugs ?? [];
  return element("article", { class: "panel stack rule", "aria-labelledby": "rule-head" },
    element("div", {},
      element("h2", { id: "rule-head", tabindex: "-1", "data-keep": "rule-head" }, rule.title),
      element("p", { class: "quiet small" }, element("code", {}, rule.id), " ", tags.map((word) => [element("span", { class: "tag" }, word), " "]), rule.isOff ? element("span", { class: "tag tag-warning" }, "switched off here") : null)),
    sections.filter((section) => !shared.has(keyOf(section))).map(aboutSection),
    element("section", {}, element("h3", { class: "about-head" }, "What the stories cover"), coverageWords(rule.coverage), rule.stories?.length
      ? folded("Stories", failing(rule.stories).length > 0 ? `${rule.stories.length}, ${failingWords(failing(rule.stories).length)}` : rule.stories.length, storiesList(rule, app)) : element("p", { class: "quiet" }, "No story tells of this rule.")),
    codes.length > 0 ? folded("Codes", codes.length, codesTable(codes)) : null,
    drugs.length > 0 ? folded("Drugs found by name", drugs.length, element("p", {}, drugs.join(", "))) : null,
    common.length > 0 ? folded("The same for every rule", common.map((section) => section.heading.toLowerCase()).join(", "), element("div", { class: "stack" }, common.map(aboutSection))) : null,
    element("p", { class: "acts" }, element("a", { href: addressOf("tune", "parameters", rule.id) }, "Settings that this rule reads")));
}
