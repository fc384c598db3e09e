// Impact: what `impact --json` counts of the draft against the saved file, as plots and tables whose numbers lead to patients.

import { element, fill } from "../shell/element.js";
import { addressOf } from "../shell/router.js";
import { differenceInWords } from "../shell/save.js";
import { histogram, told } from "./plot.js";
import { choice, figures, leading, tableOf } from "./table.js";

const WHATS = ["gained", "lost", "changed", "same"];
const SEVERITIES = ["critical", "warning", "info"];

const sum = (counts, key) => Object.values(counts ?? {}).reduce((all, one) => all + (one[key] ?? 0), 0);
const cards = (counts, side) => Object.values(counts.cards?.[side] ?? {}).reduce((all, one) => all + one, 0);

export function drawImpact(impact, { app, plots, from, find }) {
  const { counts } = impact;
  const against = heldAgainst(app, from);
  if ((impact.changed ?? []).length === 0) return [against, unchanged(app, from)];
  const rules = Object.entries(counts.rule ?? {}).sort((a, b) => moved(b[1]) - moved(a[1]) || a[0].localeCompare(b[0]));
  return [
    against,
    element("section", { class: "panel stack", "aria-label": "In short" }, element("p", { class: "lead-figure", role: "status" }, inShort(counts)), summary(counts), distinct(impact.patients ?? {}, find), element("p", { class: "quiet small" }, "Patients; one with several cards may stand in more than one of these numbers."), beforeAndAfter(counts)),
    element("section", { class: "panel stack" }, element("h2", {}, "Cards by rule"), rulePlot(rules, plots, find), ruleTable(rules, find)),
    breakdown(counts, rules, plots, find),
    values(impact, plots, wordsFor(from)),
    unreadableAndDropped(counts, find),
    element("section", { class: "panel stack" }, element("h2", {}, "What was changed"), differenceInWords(impact.changed),
      impact.moreChanges ? element("p", { class: "quiet" }, `and ${told(impact.moreChanges)} more.`) : null),
  ];
}

const wordsFor = (from) => (from === "previous" ? "the version before" : "the saved file");

/** Where the workbench knows the version before, a person chooses what the draft is held against. */
function heldAgainst(app, from) {
  const { previous } = app.session;
  if (!previous) return null;
  const other = from === "previous" ? element("a", { href: addressOf("population", "impact") }, "Hold it against the saved file alone") : element("a", { href: addressOf("population", "impact", "from=previous") }, "Hold pack and draft against the version before");
  return element("p", { class: "quiet" }, from === "previous" ? `Before: ${previous}, with the saved site file. After: the pack and the draft of now. ` : "Before: the pack of now with the saved site file. After: the same pack with the draft. ", other, ".");
}

function unchanged(app, from) {
  const same = from === "previous" ? "Pack and draft say the same as the version before: nothing a patient would notice." : app.draft.isChanged ? "The draft says the same as the saved file: nothing a patient would notice." : "The draft is the saved file as it is, so there is nobody whom it touches.";
  return element("section", { class: "panel stack stack-tight" }, element("h2", {}, "Nothing to compare"), element("p", {}, same),
    element("p", {}, "Change something in ", element("a", { href: addressOf("tune") }, "Tune"), `, then come back: this page counts the draft against ${wordsFor(from)}.`));
}

const moved = (one) => (one.gained ?? 0) + (one.lost ?? 0) + (one.changed ?? 0);

const verb = (number, word) => (number === 1 ? `${word}s` : word);

function inShort(counts) {
  const { gained = 0, lost = 0, changed = 0 } = counts.event ?? {};
  const people = (number) => `${told(number)} ${number === 1 ? "patient" : "patients"}`;
  if (gained + lost + changed === 0) return `Nobody of ${people(counts.patients ?? counts.events)} gets another card.`;
  return `Of ${people(counts.patients ?? counts.events)}, ${told(gained)} ${verb(gained, "gain")} a card, ${told(lost)} ${verb(lost, "lose")} one, and ${told(changed)} ${verb(changed, "get")} one that says something else.`;
}

/** Each patient once, whatever happens to how many cards; and who is to be looked at first. */
function distinct({ touched = 0, losesWarning = 0 }, find) {
  const people = (number) => (number === 1 ? "patient" : "patients");
  if (touched === 0) return null;
  const loses = losesWarning === 0 ? "nobody loses a warning or critical card."
    : [leading(losesWarning, "patients who lose a warning or critical card", () => find({ losesWarning: "yes" })), ` ${verb(losesWarning, "lose")} a warning or critical card, or ${verb(losesWarning, "get")} it less urgent.`];
  return element("p", {}, `In all, ${told(touched)} ${people(touched)} ${verb(touched, "gain")}, ${verb(touched, "lose")} or ${verb(touched, "change")} a card, each counted once; `, loses);
}

function summary(counts) {
  const { gained = 0, lost = 0, changed = 0, same = 0, none = 0 } = counts.event ?? {};
  return figures([
    { name: "gain a card", value: gained }, { name: "lose a card", value: lost }, { name: "card changes", value: changed },
    { name: "keep a card", value: same }, { name: "no card, before and after", value: none },
  ]);
}

function beforeAndAfter(counts) {
  const rows = SEVERITIES.map((one) => [one, counts.cards?.from?.[one] ?? 0, counts.cards?.to?.[one] ?? 0, counts.indicator?.[one]?.gained ?? 0, counts.indicator?.[one]?.lost ?? 0]);
  const columns = [{ title: "Cards" }, ...["before", "after", "gained", "lost"].map((title) => ({ title, isNumber: true }))];
  return tableOf({ caption: "Cards before and after, by how much they urge", columns, rows, foot: ["all", cards(counts, "from"), cards(counts, "to"), sum(counts.indicator, "gained"), sum(counts.indicator, "lost")] });
}

function rulePlot(rules, plots, find) {
  const touched = rules.filter(([, one]) => (one.gained ?? 0) + (one.lost ?? 0) > 0);
  if (touched.length === 0) return null;
  return plots.figure({
    title: "Cards gained and lost, by rule", kind: "bars", horizontal: true, stacked: true, isDiverging: true, table: false, x: "", y: "lost  ←  cards  →  gained",
    labels: touched.map(([rule]) => rule),
    series: [{ name: "gained", tone: "--accent", values: touched.map(([, one]) => one.gained ?? 0) }, { name: "lost", tone: "--warning", values: touched.map(([, one]) => -(one.lost ?? 0)) }],
    pick: (index, series) => find({ rule: touched[index][0], what: series === 0 ? "gained" : "lost" }),
  });
}

function ruleTable(rules, find) {
  const rows = rules.map(([rule, one]) => [
    element("a", { href: addressOf("rules", rule) }, rule),
    (one.lost ?? 0) + (one.changed ?? 0) + (one.same ?? 0), (one.gained ?? 0) + (one.changed ?? 0) + (one.same ?? 0),
    ...WHATS.map((what) => leading(one[what], `patients, ${rule}, ${what}`, () => find({ rule, what }))),
  ]);
  const columns = [{ title: "Rule" }, ...["before", "after", ...WHATS].map((title) => ({ title, isNumber: true }))];
  return tableOf({ caption: "Cards by rule; a number opens its patients", columns, rows });
}

/** One rule at a time, by sex and by age: a breakdown of one thing is read, of all things it is not. */
function breakdown(counts, rules, plots, find) {
  const touched = rules.filter(([, one]) => moved(one) > 0).map(([rule]) => rule);
  if (touched.length === 0) return null;
  const place = element("div", { class: "split" });
  const draw = (rule) => fill(place, ...["sex", "age"].map((by) => {
    const groups = Object.entries(counts[by]?.[rule] ?? {});
    const shown = WHATS.filter((what) => groups.some(([, one]) => one[what]));
    return element("div", { class: "stack stack-tight" },
      plots.figure({
        title: `${rule}, by ${by}`, kind: "bars", stacked: true, table: false, labels: groups.map(([name]) => name), y: "cards",
        series: shown.map((what) => ({ name: what, values: groups.map(([, one]) => one[what] ?? 0) })),
        pick: (index, series) => find({ rule, what: shown[series], [by]: groups[index][0] }),
      }),
      tableOf({
        caption: `${rule}, by ${by}`, hidesCaption: true, columns: [{ title: by }, ...shown.map((title) => ({ title, isNumber: true }))],
        rows: groups.map(([name, one]) => [name, ...shown.map((what) => leading(one[what], `patients, ${rule}, ${what}, ${name}`, () => find({ rule, what, [by]: name })))]),
      }));
  }));
  const made = element("section", { class: "panel stack" }, element("h2", {}, "By sex and age"),
    choice("Rule", touched.map((rule) => [rule, rule]), touched[0], draw), place);
  draw(touched[0]);
  return made;
}

/** The newest values of each analyte, with the limits of the saved file and of the draft. */
function values(impact, plots, before) {
  const differs = (edges) => JSON.stringify(edges?.from) !== JSON.stringify(edges?.to);
  const all = Object.entries(impact.counts.value ?? {}).flatMap(([analyte, of]) => Object.keys(of).map((unit) => ({ analyte, unit, edges: impact.bands?.[analyte]?.[unit] })))
    .sort((a, b) => Number(differs(b.edges)) - Number(differs(a.edges)));
  if (all.length === 0) return null;
  const place = element("div", { class: "stack" });
  const draw = (index) => {
    const { analyte, unit, edges } = all[index];
    const lines = differs(edges) ? [...edges.from.map((edge) => ({ ...edge, isDraft: false })), ...edges.to.map((edge) => ({ ...edge, isDraft: true }))] : (edges?.to ?? []).map((edge) => ({ ...edge, isDraft: false }));
    const bars = histogram(impact.counts.value[analyte][unit], lines);
    if (!bars) return fill(place, element("p", { class: "quiet" }, "No value is a number."));
    return fill(place, plots.figure({
      title: `${analyte}, ${unit}: the newest result of each patient`, kind: "bars", isHistogram: true, labels: bars.labels, x: unit.split(", ").at(-1), y: "patients", head: "from, and below",
      series: [{ name: "patients", tone: "--bar", values: bars.counts }], marks: bars.marks,
      note: differs(edges) ? `Dashed lines: limits of ${before}. Full lines: limits of the draft.` : `Dashed lines: limits, the same in ${before} and in the draft.`,
    }), limits(edges, before), moves(impact.counts.band?.[analyte]?.[unit]));
  };
  const made = element("section", { class: "panel stack" }, element("h2", {}, "Values and limits"),
    choice("Test and unit", all.map(({ analyte, unit, edges }, index) => [String(index), `${analyte}, ${unit}${differs(edges) ? " (limits change)" : ""}`]), "0", draw), place);
  draw(0);
  return made;
}

function limits(edges, before) {
  if (!edges) return null;
  const words = (list) => list.map((edge) => edge.text).join(", ") || "none";
  return element("dl", { class: "small" }, element("dt", {}, `Limits of ${before}`), element("dd", {}, words(edges.from)), element("dt", {}, "Limits of the draft"), element("dd", {}, words(edges.to)));
}

/** Which bands results leave and come to: only what moves. */
function moves(bands) {
  const rows = Object.entries(bands ?? {}).flatMap(([from, tos]) => Object.entries(tos).filter(([to]) => to !== from).map(([to, number]) => [from, to, number]));
  if (rows.length === 0) return element("p", { class: "quiet" }, "No result comes to another band.");
  return tableOf({ caption: "Newest results that come to another band", columns: [{ title: "before" }, { title: "after" }, { title: "patients", isNumber: true }], rows });
}

function unreadableAndDropped(counts, find) {
  const rows = Object.entries(counts.unreadable ?? {}).map(([analyte, one]) => [analyte, one.from ?? 0, leading(one.to, `patients, ${analyte} that cannot be read`, () => find({ analyte, unreadable: "yes" }))]);
  const dropped = Object.entries(counts.dropped ?? {}).map(([rule, one]) => [rule, one.from ?? 0, one.to ?? 0]);
  const columns = (title) => [{ title }, { title: "before", isNumber: true }, { title: "after", isNumber: true }];
  return element("section", { class: "panel stack" }, element("h2", {}, "Results that cannot be read, and cards left out"),
    element("div", { class: "split" },
      rows.length ? tableOf({ caption: "Patients with a result that cannot be read", columns: columns("Test"), rows }) : element("p", {}, "Every result could be read."),
      dropped.length ? tableOf({ caption: "Cards left out because a call shows only so many", columns: columns("Rule"), rows: dropped }) : element("p", {}, "No card is left out for there being too many.")));
}
