// Tables of counts, and numbers in them that lead somewhere.

import { element } from "../shell/element.js";
import { told } from "./plot.js";

const MOST_ROWS = 40;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** `columns`: [{title, isNumber}], `rows`: lists of text, numbers or nodes; the first cell names its row. Long ones open on request. `foot`: a last row. */
export function tableOf({ caption, columns, rows, foot, most = MOST_ROWS, hidesCaption = false }) {
  const cell = (value, index) => index === 0
    ? element("th", { scope: "row" }, value)
    : element("td", { class: columns[index].isNumber ? "num" : DATE.test(value) ? "when" : "" }, columns[index].isNumber && !(value instanceof Node) ? told(value) : value);
  const row = (cells) => element("tr", {}, cells.map(cell));
  const body = element("tbody", {}, rows.slice(0, most).map(row));
  const table = element("table", { class: "table table-sm table-of" },
    element("caption", { class: hidesCaption ? "visually-hidden" : "" }, caption),
    element("thead", {}, element("tr", {}, columns.map((column) => element("th", { scope: "col", class: column.isNumber ? "num" : "" }, column.title)))),
    body, foot ? element("tfoot", {}, row(foot)) : null);
  const made = element("div", { class: "stack stack-tight" }, element("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": caption }, table));
  if (rows.length > most) made.append(element("div", { class: "acts" }, opener(made, body, rows.slice(most).map(row), rows.length)));
  return made;
}

function opener(made, body, others, all) {
  const more = element("button", { type: "button", class: "btn btn-sm btn-secondary" }, `Show all ${told(all)} rows`);
  more.addEventListener("click", () => {
    body.append(...others);
    more.remove();
    made.firstChild.focus();
  });
  return more;
}

/** A count that leads to its patients; nothing to follow where there is nobody. */
export function leading(number, words, act) {
  if (!number) return told(number ?? 0);
  return element("button", { type: "button", class: "btn btn-sm btn-plain", "aria-label": `${told(number)}: ${words}`, on: { click: act } }, told(number));
}

/** "38 %"; of nothing there is no share. */
export function share(part, whole) {
  if (!whole) return "–";
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 1 ? "<1 %" : `${Math.round(percent)} %`;
}

/** A select with its label. `options`: [[value, text]]. */
export function choice(label, options, value, changed) {
  const select = element("select", { class: "form-select", value, on: { change: () => changed(select.value) } }, options.map(([of, text]) => element("option", { value: of }, text)));
  return element("label", { class: "field" }, element("span", { class: "field-label" }, label), select);
}

/** Figures at a glance: [{name, value, of}]. */
export function figures(list) {
  return element("dl", { class: "figures" }, list.map(({ name, value, of }) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, told(value), of ? element("span", { class: "of" }, ` ${of}`) : null))));
}
