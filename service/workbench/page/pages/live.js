// Live: the report of a running deployment, `report --format json` written to a file. All counts are taken anew from its groups, so that any client, rule and version can be looked at alone.

import { element, fill } from "../shell/element.js";
import { addressOf } from "../shell/router.js";
import { Plots, told } from "../views/plot.js";
import { choice, figures, share, tableOf } from "../views/table.js";
import { drawDrift } from "../views/drift.js";
import { drawBeside } from "../views/beside.js";

export const title = "Live";

const ALL = "";
const MOST_LINES = 6;  // of a plot: more cannot be told apart
const READINGS = "result";  // the tally's kind for what was read of a result

class LivePage {
  constructor(root, app) {
    this.app = app;
    this.plots = new Plots();
    this.root = root;
    this.chosen = { client: ALL, rule: ALL, version: ALL };
    this.body = element("div", { class: "stack" });
    this.read();
  }

  async read() {
    if (!this.app.session.report) return fill(this.root, withoutReport());
    fill(this.root, element("p", { class: "quiet", role: "status", "aria-busy": "true" }, "Reading the report…"));
    try {
      this.report = await this.app.api("GET", "/api/report");
    } catch (failure) {
      return fill(this.root, element("p", { class: "notice notice-bad", role: "alert" }, failure.message));
    }
    if (this.gone) return undefined;
    try {
      return this.show();
    } catch (failure) {
      // A person may have written or cut the file: what the page reads of it is not there.
      console.warn(failure);
      this.plots.clear();
      return fill(this.root, noReport());
    }
  }

  show() {
    if (Array.isArray(this.report.changes)) return fill(this.root, drawDrift(this.report));
    if (!Array.isArray(this.report.cards)) return fill(this.root, noReport());
    fill(this.root, heading(this.report), this.filters(), this.body);
    return this.draw();
  }

  filters() {
    const names = (member) => [...new Set(this.report.cards.map(member))].sort();
    const select = (label, member, all, of) => choice(label, [[ALL, all], ...names(of).map((name) => [name, name])], ALL, (value) => {
      this.chosen[member] = value;
      this.draw();
    });
    return element("section", { class: "panel row-of", "aria-label": "What is looked at" },
      select("Client", "client", "all clients", (one) => one.client), select("Rule", "rule", "all rules", (one) => one.rule), select("Version", "version", "all versions", versionOf));
  }

  /** Groups of cards, and lines of the tally, that the choice lets through. */
  get groups() {
    const { client, rule, version } = this.chosen;
    return this.report.cards.filter((one) => (!client || one.client === client) && (!rule || one.rule === rule) && (!version || versionOf(one) === version));
  }

  tally(kind) {
    const { client, version } = this.chosen;
    const digests = new Set(this.report.cards.filter((one) => versionOf(one) === version).map((one) => one.digest));
    return (this.report.tally ?? []).filter((one) => one.kind === kind && (!client || one.client === client) && (!version || digests.has(one.digest)));
  }

  draw() {
    this.plots.clear();
    const groups = this.groups;
    const answering = new Set(this.report.clientsWithFeedback ?? []);
    fill(this.body,
      inFigures(groups, answering, this.tally("call")),
      element("div", { class: "split" }, weeks(groups, answering, this.plots), perThousand(groups, this.tally("call"), this.plots)),
      byRule(groups, answering, this.plots),
      element("div", { class: "split" }, reasons(groups), silences(this.tally("silence"), this.chosen.rule)),
      readings(this.tally(READINGS), this.plots),
      element("div", { class: "split" }, unseen(this.report), prefetch(this.tally("prefetch"))),
      versions(this.report), drawBeside(this.report));
  }

  leave() {
    this.gone = true;
    this.plots.leave();
  }
}

const versionOf = (one) => `${one.pack} ${one.version}`;
const day = (instant) => (instant ?? "").slice(0, 10);

function withoutReport() {
  return element("section", { class: "panel stack stack-tight" },
    element("h2", {}, "No report is open"),
    element("p", {}, "On the machine of the deployment, write what became of its cards into a file; bring the file here, and start the workbench with it:"),
    element("pre", { class: "note-of", tabindex: "0" }, "backpain-cds report --config FILE --format json > report.json\nbackpain-cds workbench --pack PACK --report report.json"),
    element("p", { class: "quiet" }, "The file holds counts and no patient; report --drift --format json is read here too."));
}

function noReport() {
  return element("p", { class: "notice notice-bad", role: "alert" }, "This file is no whole report: backpain-cds report --config FILE --format json writes one.");
}

function heading(report) {
  const writers = (report.writers ?? []).filter((one) => one.state === "silenced");
  return element("div", { class: "stack stack-tight" },
    element("p", { class: "quiet" }, `From ${day(report.since)} to ${day(report.until)}. Exact counts, not for sharing: report --format html writes a page that may be shared.`),
    writers.length === 0 ? null : element("p", { class: "notice notice-bad" }, `${told(writers.length)} ${writers.length === 1 ? "process has" : "processes have"} stopped counting without saying so: calls since then are missing here.`),
    report.feedbackOfUnknownCards ? element("p", { class: "notice" }, `${told(report.feedbackOfUnknownCards)} answers are about cards that the store does not know.`) : null);
}

/** Sums of groups: given, to clients that answer, accepted, overridden, without an answer. */
function answers(groups, answering) {
  const of = { given: 0, couldAnswer: 0, accepted: 0, overridden: 0, unanswered: 0, commented: 0 };
  for (const one of groups) {
    of.given += one.cards;
    if (answering.has(one.client)) of.couldAnswer += one.cards;
    if (one.outcome === "accepted") of.accepted += one.cards;
    if (one.outcome === "overridden") of.overridden += one.cards;
    if (one.commented) of.commented += one.cards;
  }
  of.unanswered = of.couldAnswer - of.accepted - of.overridden;
  return of;
}

function inFigures(groups, answering, calls) {
  const of = answers(groups, answering);
  const called = calls.reduce((sum, one) => sum + one.n, 0);
  return element("section", { class: "panel stack", "aria-label": "In short" }, figures([
    { name: "calls", value: called },
    { name: "cards given", value: of.given, of: called ? `${told(Math.round((1000 * of.given) / called))} per 1,000 calls` : "" },
    { name: "accepted", value: of.accepted, of: `${share(of.accepted, of.couldAnswer)} (${interval(of.accepted, of.couldAnswer)})` },
    { name: "overridden", value: of.overridden, of: share(of.overridden, of.couldAnswer) },
    { name: "without an answer", value: of.unanswered, of: share(of.unanswered, of.couldAnswer) },
  ]), element("p", { class: "quiet small" }, "Shares are of cards to clients that ever sent feedback. The interval (Wilson, 95 %) takes cards as independent; the truth is wider, since one clinician answers many."));
}

/** Wilson's interval of a share, in per cent. */
export function interval(part, whole) {
  if (!whole) return "–";
  const z = 1.959964;
  const p = part / whole;
  const middle = p + (z * z) / (2 * whole);
  const reach = z * Math.sqrt((p * (1 - p)) / whole + (z * z) / (4 * whole * whole));
  const bound = (value) => Math.round((100 * value) / (1 + (z * z) / whole));
  return `${bound(middle - reach)} to ${bound(middle + reach)}`;
}

function grouped(list, key) {
  const made = new Map();
  for (const one of list) {
    const name = key(one);
    if (!made.has(name)) made.set(name, []);
    made.get(name).push(one);
  }
  return new Map([...made].sort((a, b) => a[0].localeCompare(b[0])));
}

function weeks(groups, answering, plots) {
  const by = [...grouped(groups, (one) => one.week)].map(([week, of]) => [week, answers(of, answering), of]);
  const silent = (of) => of.filter((one) => !answering.has(one.client)).reduce((sum, one) => sum + one.cards, 0);
  return element("section", { class: "panel stack" }, element("h2", {}, "What became of cards"), plots.figure({
    title: "Cards by week and answer", kind: "bars", stacked: true, labels: by.map(([week]) => week), head: "week from", y: "cards",
    series: [
      { name: "accepted", values: by.map(([, of]) => of.accepted) }, { name: "overridden", values: by.map(([, of]) => of.overridden) },
      { name: "without an answer", tone: "--bar", values: by.map(([, of]) => of.unanswered) },
      { name: "to clients that never answer", tone: "--treatment", values: by.map(([, , of]) => silent(of)) },
    ],
  }));
}

function perThousand(groups, calls, plots) {
  const called = grouped(calls, (one) => one.week);
  const weeksOf = [...called.keys()];
  const all = (list) => list.reduce((sum, one) => sum + (one.cards ?? one.n), 0);
  const rules = [...grouped(groups, (one) => one.rule)].map(([rule, of]) => ({ rule, of, cards: all(of) })).sort((a, b) => b.cards - a.cards).slice(0, MOST_LINES);
  const rate = (of, week) => Number(((1000 * all(of.filter((one) => one.week === week))) / all(called.get(week))).toFixed(1));
  return element("section", { class: "panel stack" }, element("h2", {}, "How often"), plots.figure({
    title: `Cards per 1,000 calls, by week${rules.length === MOST_LINES ? `: the ${MOST_LINES} commonest rules` : ""}`, kind: "lines", labels: weeksOf, head: "week from", y: "cards per 1,000 calls",
    series: rules.map(({ rule, of }) => ({ name: rule, values: weeksOf.map((week) => rate(of, week)) })),
  }));
}

function byRule(groups, answering, plots) {
  const rules = [...grouped(groups, (one) => one.rule)].map(([rule, of]) => [rule, answers(of, answering)]).sort((a, b) => b[1].given - a[1].given);
  if (rules.length === 0) return element("section", { class: "panel" }, element("h2", {}, "By rule"), element("p", {}, "No card of this choice."));
  const rows = rules.map(([rule, of]) => [element("a", { href: addressOf("rules", rule) }, rule), of.given, of.couldAnswer, of.accepted, of.overridden, of.unanswered, of.commented, share(of.accepted, of.couldAnswer), interval(of.accepted, of.couldAnswer)]);
  const columns = ["given", "to clients that answer", "accepted", "overridden", "without an answer", "with a comment", "accepted, share", "interval"].map((column) => ({ title: column, isNumber: true }));
  const part = (of, member) => (of.couldAnswer ? (100 * of[member]) / of.couldAnswer : 0);
  return element("section", { class: "panel stack" }, element("h2", {}, "By rule"), plots.figure({
    title: "Answers by rule, of cards to clients that answer", kind: "bars", horizontal: true, stacked: true, most: 100, table: false, labels: rules.map(([rule, of]) => `${rule} (${told(of.couldAnswer)})`), y: "per cent",
    series: [["accepted", "accepted"], ["overridden", "overridden"], ["without an answer", "unanswered"]].map(([name, member], index) => ({ name, tone: index === 2 ? "--bar" : undefined, values: rules.map(([, of]) => Number(part(of, member).toFixed(1))) })),
  }), tableOf({ caption: "Cards and answers by rule", hidesCaption: true, columns: [{ title: "Rule" }, ...columns], rows }));
}

const reasonOf = (reason) => (reason ? reason.code : "no reason told");

function reasons(groups) {
  const rows = [...grouped(groups.filter((one) => one.outcome === "overridden"), (one) => reasonOf(one.reason))].map(([reason, of]) => [reason, of.reduce((sum, one) => sum + one.cards, 0), of[0].reason?.system ?? ""]).sort((a, b) => b[1] - a[1]);
  return element("section", { class: "panel stack" }, element("h2", {}, "Why cards were overridden"),
    rows.length === 0 ? element("p", {}, "No card of this choice was overridden.") : tableOf({ caption: "Reasons", hidesCaption: true, columns: [{ title: "Reason" }, { title: "cards", isNumber: true }, { title: "of" }], rows, most: 15 }));
}

const SILENCES = { criterion: "a criterion", gate: "a gate", unknown: "not known", cap: "too many cards" };

function silences(lines, rule) {
  const rules = grouped(lines.filter((one) => !rule || one.rule === rule), (one) => one.rule);
  const kinds = [...new Set(lines.map((one) => one.key))].sort();
  const rows = [...rules].map(([name, of]) => [name, ...kinds.map((kind) => of.filter((one) => one.key === kind).reduce((sum, one) => sum + one.n, 0))]);
  return element("section", { class: "panel stack" }, element("h2", {}, "Why rules were silent"),
    rows.length === 0 ? element("p", {}, "Nothing was counted.") : tableOf({ caption: "Calls without a card, by what held it back", hidesCaption: true, columns: [{ title: "Rule" }, ...kinds.map((kind) => ({ title: SILENCES[kind] ?? kind, isNumber: true }))], rows, most: 15 }));
}

/** The share of results that can be read, by analyte: the first to fall when a feed changes. A key is the analyte's name and what was made of its result. */
function readings(lines, plots) {
  const analyteOf = (one) => one.key.split(" ", 1)[0];
  const readingOf = (one) => one.key.slice(analyteOf(one).length + 1);
  const weeksOf = [...grouped(lines, (one) => one.week).keys()];
  const analytes = [...grouped(lines, analyteOf)].map(([analyte, of]) => ({ analyte, of })).slice(0, MOST_LINES);
  if (analytes.length === 0) return null;
  const sum = (list) => list.reduce((all, one) => all + one.n, 0);
  const percent = (of, week) => {
    const here = of.filter((one) => one.week === week);
    return here.length === 0 ? null : Number(((100 * sum(here.filter((one) => readingOf(one) === "readable"))) / sum(here)).toFixed(1));
  };
  const kinds = [...new Set(lines.map(readingOf))].sort();
  return element("section", { class: "panel stack" }, element("h2", {}, "Results that can be read"), element("div", { class: "split" },
    plots.figure({ title: "Readable results by week, per cent", kind: "lines", labels: weeksOf, head: "week from", y: "per cent", most: 100, series: analytes.map(({ analyte, of }) => ({ name: analyte, values: weeksOf.map((week) => percent(of, week)) })) }),
    tableOf({ caption: "Results by what became of them", columns: [{ title: "Test" }, ...kinds.map((kind) => ({ title: kind, isNumber: true }))], rows: analytes.map(({ analyte, of }) => [analyte, ...kinds.map((kind) => sum(of.filter((one) => readingOf(one) === kind)))]) })));
}

/** What EHRs sent of what the pack asks them to prefetch. */
function prefetch(lines) {
  const keyOf = (one) => one.key.slice(0, one.key.lastIndexOf(" "));
  const howOf = (one) => one.key.slice(one.key.lastIndexOf(" ") + 1);
  const hows = [...new Set(lines.map(howOf))].sort().reverse();
  const rows = [...grouped(lines, keyOf)].map(([key, of]) => [key, ...hows.map((how) => of.filter((one) => howOf(one) === how).reduce((sum, one) => sum + one.n, 0))]);
  return element("section", { class: "panel stack" }, element("h2", {}, "What EHRs sent"),
    rows.length === 0 ? element("p", {}, "Nothing was counted.") : tableOf({ caption: "Calls by prefetch key", hidesCaption: true, columns: [{ title: "Prefetch key" }, ...hows.map((title) => ({ title, isNumber: true }))], rows }));
}

function unseen(report) {
  const rows = (report.unseen ?? []).map((one) => [one.name, one.analyte, day(one.firstSeen), one.results]);
  return element("section", { class: "panel stack" }, element("h2", {}, "Codes and units never seen before"),
    rows.length === 0 ? element("p", {}, "None.") : tableOf({ caption: "Codes and units never seen before", hidesCaption: true, columns: [{ title: "Name" }, { title: "looks like" }, { title: "first seen" }, { title: "results", isNumber: true }], rows, most: 15 }));
}

function versions(report) {
  const rows = (report.versions ?? []).map((one) => [`${one.pack} ${one.version}`, (one.digest ?? "").slice(0, 14), day(one.firstCard), day(one.lastCard), one.calledFromWeek ?? "", one.calls, one.cards]);
  return element("section", { class: "panel stack" }, element("h2", {}, "When which version spoke"), tableOf({
    caption: "Versions", hidesCaption: true, columns: [{ title: "Version" }, { title: "digest" }, { title: "first card" }, { title: "last card" }, { title: "called from the week of" }, { title: "calls", isNumber: true }, { title: "cards", isNumber: true }], rows,
  }));
}

export function show(root, app) {
  const page = new LivePage(root, app);
  return () => page.leave();
}
