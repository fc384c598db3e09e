// Why: an evaluation's explanation as a tree, opened at the criterion that decided.

import { element } from "../shell/element.js";
import { addressOf } from "../shell/router.js";
import { referenceIn } from "./light.js";
import { tree } from "./tree.js";

const TRUTHS = { holds: ["✓", "holds"], fails: ["✗", "fails"], unknown: ["?", "unknown"] };

// What became of a rule: the words for it, and how much it stands out. What the engine may say besides is shown in its own word.
const OUTCOMES = {
  card: { words: "card", tag: "tag tag-good", order: 0 },
  "held-back": { words: "held back", tag: "tag tag-warning", order: 1 },
  joined: { words: "joined to another card", tag: "tag", order: 1 },
  replaced: { words: "another card speaks for it", tag: "tag", order: 1 },
  "crowded-out": { words: "left out: too many cards", tag: "tag tag-warning", order: 1 },
  unknown: { words: "unknown", tag: "tag tag-warning", order: 2 },
  error: { words: "could not be evaluated", tag: "tag tag-bad", order: 2 },
  excluded: { words: "not shown", tag: "tag", order: 3 },
  gated: { words: "not shown", tag: "tag", order: 3 },
  "not-met": { words: "not met", tag: "tag", order: 4 },
  off: { words: "switched off here", tag: "tag", order: 5 },
  "other-hook": { words: "speaks at another hook", tag: "tag", order: 6 },
};

export function outcomeOf(rule) {
  return OUTCOMES[rule.heldBack ? "held-back" : rule.outcome] ?? { words: rule.outcome, tag: "tag", order: 3 };
}

function truthSign(truth) {
  const [sign, word] = TRUTHS[truth] ?? ["·", truth];
  return element("span", { class: `truth truth-${truth}` }, element("span", { "aria-hidden": "true" }, sign), element("span", { class: "visually-hidden" }, `${word}: `));
}

function referencesBelow(reason) {
  const here = [reason.what, ...(reason.evidence ?? [])].map((line) => referenceIn(line).reference).filter(Boolean);
  return [...new Set([...here, ...(reason.parts ?? []).flatMap(referencesBelow)])];
}

/** The indices of the criteria that decided: of a rule without a card the one that the engine names, of a card those that its sentence tells of. */
export function decidesOf(rule) {
  if (rule.outcome !== "card") return Number.isInteger(rule.decides) ? [rule.decides] : [];
  return (rule.reasons ?? []).flatMap((reason, at) => (saidIn(reason, rule.sentence) ? [at] : []));
}

function saidIn(reason, sentence) {
  const words = reason.because ?? "";
  if (words.length > 5 && words !== "none in the record" && sentence.includes(words)) return true;
  const isSaid = (reason.evidence ?? []).some((line) => {
    const label = /"([^"]+)"/.exec(line)?.[1];
    return label && sentence.toLowerCase().includes(label.toLowerCase());
  });
  return isSaid && !/^%|^Back pain$/.test(reason.what);
}

function evidenceNode(line) {
  const { reference, words } = referenceIn(line);
  return { content: [element("span", { class: "evidence" }, words || line), reference ? element("code", { class: "reference" }, reference) : null], text: words, references: reference ? [reference] : [] };
}

function reasonNode(reason, decides) {
  const { reference, words } = referenceIn(reason.what);
  const lines = reason.evidence ?? [];
  const parts = reason.parts ?? [];
  // Where the parts show the same evidence again, it stands there alone.
  const own = parts.length > 0 ? lines.filter((line) => !JSON.stringify(parts).includes(JSON.stringify(line).slice(1, -1))) : lines;
  const hasChildren = parts.length > 0 || own.length > 0;
  return {
    content: [
      truthSign(reason.truth), element("span", { class: decides ? "reason decides" : "reason" }, words || reason.what),
      reference ? element("code", { class: "reference" }, reference) : null,
      reason.because ? element("span", { class: "quiet" }, ` ${reason.because}`) : null,
      decides ? element("span", { class: "tag tag-decides" }, "decided") : null,
    ],
    text: words,
    references: referencesBelow(reason),
    isOpen: decides || reason.isOpen,
    children: hasChildren ? () => [...own.map(evidenceNode), ...parts.map((part) => reasonNode(decides && parts.length === 1 ? { ...part, isOpen: true } : part, false))] : null,
  };
}

function ruleNode(rule, isOpen) {
  const outcome = outcomeOf(rule);
  const decides = decidesOf(rule);
  const said = rule.sentence?.startsWith(`${rule.title}: `) ? rule.sentence.slice(rule.title.length + 2) : rule.sentence;
  return {
    content: [
      element("span", { class: "rule-title" }, rule.title), element("span", { class: outcome.tag }, outcome.words),
      element("div", { class: "quiet rule-said" }, said, " ", element("a", { href: addressOf("rules", rule.rule), tabindex: "-1", class: "rule-link" }, "rule")),
    ],
    text: rule.title,
    references: [...new Set(decides.flatMap((at) => referencesBelow(rule.reasons[at])))],
    isOpen,
    children: rule.reasons?.length ? () => rule.reasons.map((reason, at) => reasonNode(reason, decides.includes(at))) : null,
  };
}

/** The rules of an evaluation as a tree; `chosen`: the rule to open, else the first card, else the first that nearly gave one. `before`: the tree that this one follows. */
export function reasonsTree(evaluation, lit, chosen, before) {
  const rules = evaluation.rules.map((rule, at) => ({ rule, at })).sort((a, b) => outcomeOf(a.rule).order - outcomeOf(b.rule).order || a.at - b.at).map((one) => one.rule);
  const here = rules.filter((rule) => rule.outcome !== "other-hook");
  const elsewhere = rules.filter((rule) => rule.outcome === "other-hook");
  const first = here.find((rule) => rule.rule === chosen) ?? here[0];
  const nodes = here.map((rule) => ruleNode(rule, rule === first));
  if (elsewhere.length > 0) {
    nodes.push({
      content: [element("span", { class: "quiet" }, `${elsewhere.length} rules speak at another hook than this`)], text: "other hooks",
      children: () => elsewhere.map((rule) => ruleNode(rule, false)),
    });
  }
  return tree("Rules and their criteria", nodes, lit, before);
}

/** Every resource that a reason names. */
export function referencesOf(evaluation) {
  return new Set(evaluation.rules.flatMap((rule) => (rule.reasons ?? []).flatMap(referencesBelow)));
}
