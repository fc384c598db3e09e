// What went quiet: the file that `report --drift --format json` writes.

import { element } from "../shell/element.js";
import { told } from "./plot.js";
import { share, tableOf } from "./table.js";

const WHAT = { calls: "calls", prefetch: "prefetch sent", results: "results", unreadable: "unreadable results", unseen: "codes and units never seen", cards: "cards" };
const AGAINST = { "four-weeks-before": "the four weeks before", "year-before": "the same weeks a year before" };
const WHY = { "too-new": "too new", "too-rare": "too rare to be heard", "always-so": "always so" };

const named = (one) => [WHAT[one.what] ?? one.what, one.name].filter(Boolean).join(": ");

export function drawDrift(report) {
  const now = report.changes.filter((one) => one.now);
  const words = now.length === 0 ? "Nothing went quiet or loud at the end of this time." : `${told(now.length)} ${now.length === 1 ? "thing is" : "things are"} not as before.`;
  const columns = [{ title: "What" }, { title: "client" }, { title: "went" }, { title: "now", isNumber: true }, { title: "before", isNumber: true }, { title: "against" }, { title: "heard" }, { title: "still so" }];
  const rows = report.changes.map((one) => [named(one), one.client ?? "all", one.went === "up" ? "↑ up" : "↓ down", rate(one.part, one.whole, one.what), rate(one.partBefore, one.wholeBefore, one.what), AGAINST[one.against] ?? one.against,
    one.firstHeard === one.lastHeard ? one.firstHeard : `${one.firstHeard} to ${one.lastHeard}`, one.now ? "yes" : "no"]);
  return [
    element("section", { class: "panel stack" }, element("h2", {}, "What went quiet"),
      element("p", { class: "quiet" }, `From ${report.since} to ${report.until}. Exact counts, not for sharing.`), element("p", { class: "lead-figure" }, words),
      rows.length === 0 ? null : tableOf({ caption: "Changes that were heard", hidesCaption: true, columns, rows })),
    lists(report),
  ];
}

function rate(part, whole, what) {
  if (what === "cards") return whole ? `${told(Math.round((1000 * part) / whole))} per 1,000 calls` : "–";
  return what === "calls" ? told(part) : `${told(part)} of ${told(whole)}, ${share(part, whole)}`;
}

function lists(report) {
  const part = (head, columns, rows) => (rows.length === 0 ? null : element("section", { class: "panel stack" }, element("h2", {}, head), tableOf({ caption: head, hidesCaption: true, columns, rows, most: 15 })));
  return element("div", { class: "split" },
    part("New versions", [{ title: "Version" }, { title: "digest" }, { title: "since" }], (report.newVersions ?? []).map((one) => [one.pack, (one.digest ?? "").slice(0, 14), one.since])),
    part("New codes and units", [{ title: "Name" }, { title: "looks like" }, { title: "client" }, { title: "results", isNumber: true }], (report.newNames ?? []).map((one) => [one.name, one.analyte, one.client, one.results])),
    part("Not watched", [{ title: "What" }, { title: "client" }, { title: "why" }], (report.notWatched ?? []).map((one) => [named(one), one.client ?? "all", WHY[one.why] ?? one.why])));
}
