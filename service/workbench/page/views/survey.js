// Survey: what `survey --json` counts, as plots and tables. What looks like a test of the pack and is not mapped comes first: it is what a site can mend.

import { element, fill } from "../shell/element.js";
import { histogram, told } from "./plot.js";
import { choice, figures, leading, share, tableOf } from "./table.js";

const OUTCOMES = ["readable", "unreadable", "awaited", "no value", "withdrawn"];
const isLeaf = (counts) => typeof counts?.patients === "number";

/** All counts below, as [[names…], {patients, records}], the most patients first. */
function leaves(counts, names = []) {
  if (!counts) return [];
  if (isLeaf(counts)) return [[names, counts]];
  return Object.entries(counts).flatMap(([name, below]) => leaves(below, [...names, name])).sort((a, b) => b[1].patients - a[1].patients);
}

export function drawSurvey(survey, { app, plots, find }) {
  const { counts, proposals = [], siteFile } = survey;
  return [
    people(counts.patient ?? {}, plots),
    unmapped(proposals, siteFile, app),
    readable(counts.result ?? {}, plots, find),
    oneTest(counts.result ?? {}, app, plots, find),
    problems(counts.fact ?? {}),
    medicines(counts.medicine ?? {}),
  ];
}

function people(patient, plots) {
  const all = patient.all?.patients ?? 0;
  const by = (title, counts) => plots.figure({
    title, kind: "bars", labels: Object.keys(counts), series: [{ name: "patients", tone: "--bar", values: Object.values(counts).map((one) => one.patients) }], y: "patients", head: title,
  });
  const gates = Object.entries(patient.gate ?? {}).map(([gate, one]) => ({ name: gate, value: one.patients, of: `of ${told(all)}, ${share(one.patients, all)}` }));
  return element("section", { class: "panel stack" }, element("h2", {}, "Patients"),
    figures([{ name: "read", value: all }, ...gates]),
    element("div", { class: "split" }, by("Patients by age", patient.age ?? {}), by("Patients by sex", patient.sex ?? {})));
}

/** A proposal's line is a member of the site file: `"codes": {"analytes": {"b12": [{…}]}}`. Where it goes, and what. */
function placeOf(line) {
  let at = JSON.parse(`{${line}}`);
  let pointer = "";
  while (!Array.isArray(at)) {
    const [[name, below]] = Object.entries(at);
    pointer += `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    at = below;
  }
  return { pointer: `${pointer}/-`, value: at[0] };
}

/** A line that the pack refuses does not come into the draft: the counts would end there. */
async function take(app, proposal, button) {
  try {
    const from = app.draft.text;
    const { site } = await app.api("POST", "/api/edit", { site: from, set: [placeOf(proposal.line)] });
    await app.api("POST", "/api/tunables", { site });
    // Undo or another edit meanwhile has made another draft: the line belongs into that one.
    if (app.draft.text !== from) return await take(app, proposal, button);
    app.draft.set(site, `${proposal.found} as ${proposal.looksLike}`);
    return app.say(`${proposal.found} now counts as ${proposal.looksLike} in the draft. Undo takes it back.`, "good");
  } catch (failure) {
    button.disabled = false;
    return app.say(failure.message, "bad");
  }
}

function unmapped(proposals, siteFile, app) {
  const head = element("h2", {}, "What looks like the pack's and is not mapped");
  if (proposals.length === 0) return element("section", { class: "panel stack stack-tight" }, head, element("p", {}, "Nothing: every code that looks like a test or a problem of the pack is one that it knows."));
  const row = (one) => {
    const button = element("button", { type: "button", class: "btn btn-sm btn-secondary", "aria-label": `Take ${one.found} into the draft as ${one.looksLike}`, "data-keep": one.found }, "Take into the draft");
    button.addEventListener("click", () => {
      button.disabled = true;
      take(app, one, button);
    });
    return [
      element("span", {}, one.found), one.looksLike, (one.texts ?? []).join(", "), (one.units ?? []).join(", "), one.patients, one.records,
      element("div", { class: "stack stack-tight" },
        one.line ? [button, element("details", {}, element("summary", { class: "small" }, "The line"), element("code", { class: "code-line" }, one.line))] : element("p", { class: "small" }, one.noLineBecause ?? "No line can be proposed for it."),
        one.remark ? element("p", { class: "quiet small" }, one.remark) : null),
    ];
  };
  const columns = [{ title: "In the records" }, { title: "looks like" }, { title: "called there" }, { title: "units" }, { title: "patients", isNumber: true }, { title: "records", isNumber: true }, { title: "for the site file" }];
  return element("section", { class: "panel stack" }, head,
    element("p", { class: "quiet" }, "Found by their words, so read each before you take it: whether test, specimen, kind and unit are right is for the laboratory to say, and what is a problem's code for the clinical owner."),
    tableOf({ caption: "Codes of the records that the pack does not know", hidesCaption: true, columns, rows: proposals.map(row), most: 15 }),
    siteFile ? element("details", {}, element("summary", {}, "All of them as one site file"), element("pre", { class: "note-of", tabindex: "0" }, siteFile)) : null);
}

function readable(results, plots, find) {
  const tests = Object.entries(results).filter(([, one]) => one.all?.records).sort((a, b) => b[1].all.records - a[1].all.records);
  if (tests.length === 0) return element("section", { class: "panel" }, element("h2", {}, "Results"), element("p", {}, "The records hold no result of a test of the pack."));
  const of = (one, outcome) => one.outcome?.[outcome]?.records ?? 0;
  const columns = [{ title: "Test" }, ...["patients", "results", "readable", "unreadable"].map((title) => ({ title, isNumber: true })), { title: "readable, share", isNumber: true }, { title: "patients with one unreadable", isNumber: true }];
  const rows = tests.map(([test, one]) => [test, one.all.patients, one.all.records, of(one, "readable"), of(one, "unreadable"), share(of(one, "readable"), one.all.records),
    leading(one.outcome?.unreadable?.patients, `patients with a result of ${test} that cannot be read`, () => find({ analyte: test, unreadable: "yes" }))]);
  return element("section", { class: "panel stack" }, element("h2", {}, "Results: how many can be read"),
    plots.figure({
      title: "Results by what became of them", kind: "bars", horizontal: true, stacked: true, table: false, labels: tests.map(([test]) => test), y: "results",
      series: OUTCOMES.map((outcome) => ({ name: outcome, values: tests.map(([, one]) => of(one, outcome)) })),
    }),
    tableOf({ caption: "Results by test", hidesCaption: true, columns, rows }));
}

/** One test at a time: its values with the limits in force, its bands, codes, units, and why some cannot be read. */
function oneTest(results, app, plots, find) {
  const tests = Object.keys(results).filter((test) => results[test].all?.records);
  if (tests.length === 0) return null;
  const place = element("div", { class: "stack" });
  const tunables = app.api("POST", "/api/tunables", { site: app.draft.text }).catch(() => null);
  const draw = async (test) => {
    const known = (await tunables)?.analytes?.find((one) => one.name === test);
    if (place.isConnected || !place.hasChildNodes()) fill(place, valuesOf(test, results[test], known, plots), tablesOf(test, results[test], find));
  };
  const first = tests.includes("vitamin-d") ? "vitamin-d" : tests[0];
  const made = element("section", { class: "panel stack" }, element("h2", {}, "One test"), choice("Test", tests.map((test) => [test, test]), first, draw), place);
  draw(first);
  return made;
}

function valuesOf(test, result, known, plots) {
  const kinds = Object.entries(result.value ?? {}).flatMap(([kind, units]) => Object.entries(units).map(([unit, counts]) => ({ kind, unit, counts })));
  return element("div", { class: "split" }, kinds.map(({ kind, unit, counts }) => {
    const edges = (known?.units?.find((one) => one.unit === unit && (one.kind === undefined || one.kind === kind))?.edges ?? []).map((edge) => ({ at: edge.value, text: `${edge.between?.join(" | ") ?? ""} ${edge.value}`.trim() }));
    const bars = histogram(Object.fromEntries(Object.entries(counts).map(([value, one]) => [value, one.patients])), edges);
    if (!bars) return null;
    return plots.figure({
      title: `${known?.title ?? test} (${kind}), ${unit}: the newest result of each patient`, kind: "bars", isHistogram: true, labels: bars.labels, x: unit, y: "patients", head: unit,
      series: [{ name: "patients", tone: "--bar", values: bars.counts }], marks: bars.marks, note: edges.length ? "Dashed lines: limits in force." : null,
    });
  }));
}

function tablesOf(test, result, find) {
  const table = (caption, head, counts, name) => {
    const rows = leaves(counts).map(([names, one]) => [name(names), one.patients, one.records]);
    return rows.length ? tableOf({ caption, columns: [{ title: head }, { title: "patients", isNumber: true }, { title: "results", isNumber: true }], rows, most: 12 }) : null;
  };
  const bands = leaves(result.band).map(([[kind, band], one]) => [`${band} (${kind})`, leading(one.patients, `patients whose ${test} is ${band}`, () => find({ analyte: test, band })), one.records]);
  return element("div", { class: "split" },
    bands.length ? tableOf({ caption: "By band", columns: [{ title: "Band" }, { title: "patients", isNumber: true }, { title: "results", isNumber: true }], rows: bands }) : null,
    table("Why results cannot be read", "Reason", result.why, ([why]) => why),
    table("Codes", "Code", result.code, ([system, code, kind]) => `${code} of ${system} (${kind})`),
    table("Units, as they are written", "Unit", result.unit, ([written, read]) => (read === written ? written || "none" : `${written || "none"}: ${read ? `read as ${read}` : "not known"}`)),
    table("By status", "Status", result.status, ([status]) => status),
    table("By year", "Year", result.year, ([year]) => year));
}

function problems(facts) {
  const found = Object.entries(facts).filter(([, one]) => one.all?.patients).sort((a, b) => b[1].all.patients - a[1].all.patients);
  if (found.length === 0) return null;
  const of = (one, how) => one.how?.[how]?.patients ?? 0;
  const rows = found.map(([fact, one]) => [fact, one.all.patients, of(one, "code"), Object.entries(one.how ?? {}).filter(([how]) => how !== "code").reduce((all, [, counts]) => all + counts.patients, 0), one.since?.["no date"]?.patients ?? 0,
    leaves(one.code).slice(0, 3).map(([[system, code]]) => `${code} of ${system.split("/").at(-1)}`).join(", ")]);
  return element("section", { class: "panel stack" }, element("h2", {}, "Problems and medicines that the rules look for"),
    tableOf({ caption: "What was found, and how", hidesCaption: true, columns: [{ title: "Fact" }, ...["patients", "by code", "by words or otherwise", "without a date"].map((title) => ({ title, isNumber: true })), { title: "commonest codes" }], rows, most: 15 }));
}

function medicines(medicine) {
  if (!medicine.all) return null;
  const how = leaves(medicine.how).map(([[name], one]) => [name, one.patients, one.records]);
  const missed = leaves(medicine.unfound).map(([names, one]) => [names.filter(Boolean).join(", "), one.patients, one.records]);
  const caught = leaves(medicine.name).map(([[name, text], one]) => [text, name, one.patients, one.records]);
  const columns = [{ title: "What" }, { title: "patients", isNumber: true }, { title: "records", isNumber: true }];
  return element("section", { class: "panel stack" }, element("h2", {}, "Medicines"),
    element("div", { class: "split" }, tableOf({ caption: "How they were recognised", columns, rows: how }), tableOf({ caption: "What was not recognised", columns, rows: missed, most: 12 })),
    tableOf({ caption: "Which texts a name caught", columns: [{ title: "Text" }, { title: "caught by" }, { title: "patients", isNumber: true }, { title: "records", isNumber: true }], rows: caught, most: 12 }));
}
