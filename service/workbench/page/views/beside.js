// Versions beside the one that answers: what a shadow would have said, and a canary's cards. Counts side by side and no test of significance.

import { element } from "../shell/element.js";
import { told } from "./plot.js";
import { tableOf } from "./table.js";

const DIFFERENCES = [
  ["same", "the same card"], ["changed", "another card"], ["onlyLive", "card of the answer alone"], ["onlyShadow", "card of the shadow alone"],
  ["unknownLive", "card of the answer; the shadow could not know"], ["unknown", "no card; the shadow could not know"],
];

const short = (digest) => (digest ?? "").slice(0, 14);

export function drawBeside(report) {
  const name = (digest) => {
    const known = (report.versions ?? []).find((one) => one.digest === digest);
    return known ? `${known.pack} ${known.version} (${short(digest)})` : short(digest);
  };
  return [...(report.canaries ?? []).map((one) => canary(one, name)), ...(report.shadows ?? []).map((one) => shadow(one, name))];
}

function canary(one, name) {
  const calls = one.calls ?? {};
  const rate = (cards, of) => (of ? told(Math.round((1000 * cards) / of)) : "–");
  const rows = Object.entries(one.cards ?? {}).map(([rule, cards]) => [rule, cards.live, rate(cards.live, calls.live), cards.canary, rate(cards.canary, calls.canary)]);
  return element("section", { class: "panel stack" }, element("h2", {}, `Canary: ${name(one.digest)}`),
    element("p", {}, `While it was there, it answered ${told(calls.canary)} calls, and the pack ${told(calls.live)}; ${told(calls.withoutUser)} of these had no user, so that nobody could choose. At a few per cent of users a handful of people is the sample: look for breakage, not for differences.`),
    tableOf({ caption: "Cards of both", hidesCaption: true, columns: [{ title: "Rule" }, ...["pack: cards", "pack: per 1,000 calls", "canary: cards", "canary: per 1,000 calls"].map((title) => ({ title, isNumber: true }))], rows }));
}

function shadow(one, name) {
  const calls = one.calls ?? {};
  const rows = Object.entries(one.rules ?? {}).map(([rule, counts]) => [rule, ...DIFFERENCES.map(([member]) => counts[member] ?? 0)]);
  return element("section", { class: "panel stack" }, element("h2", {}, `Shadow: ${one.pack} ${one.version} (${short(one.digest)}) beside ${name(one.beside)}`),
    element("p", {}, `It looked at ${told(calls.compared)} calls; ${told(calls.skipped)} were skipped since there was too much to do, and it failed in ${told(calls.failed)}. Its cards reached nobody. What it needs and the answer did not fetch is unknown to it.`),
    tableOf({ caption: "Calls by rule, and what the shadow made of them", hidesCaption: true, columns: [{ title: "Rule" }, ...DIFFERENCES.map(([, title]) => ({ title, isNumber: true }))], rows }));
}
