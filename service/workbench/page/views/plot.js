// Plots on Chart.js. Each has its numbers as a table beside it, and series are told apart by pattern and dash as much as by colour.

import { element, fill } from "../shell/element.js";
import { library } from "../shell/library.js";

const TONES = ["--accent", "--warning", "--treatment", "--good", "--pregnancy", "--bar"];
const DASHES = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [1, 2]];
const POINTS = ["circle", "rect", "triangle", "rectRot", "crossRot", "star"];
const ROW = 24;  // pixels from one horizontal bar to the next
const HEIGHT = 230;
const MOST_BARS = 24;

const count = new Intl.NumberFormat("en");
export const told = (value) => (value === null || value === undefined ? "–" : typeof value === "number" ? count.format(value) : String(value));

let tones = new Map();  // of the colour scheme as it is; to ask for one lays out the page anew

function tone(name) {
  if (!tones.has(name)) tones.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  return tones.get(name);
}

/** A fill for the nth series: the first is plain, others have lines or dots that stay apart without colour. */
function filling(index, colour) {
  if (index === 0) return colour;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = tone("--surface");
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  if (index % 4 === 1) [-8, 0, 8].forEach((x) => (pen.moveTo(x, 8), pen.lineTo(x + 8, 0)));
  if (index % 4 === 2) [[1, 1], [5, 5]].forEach(([x, y]) => pen.fillRect(x, y, 3, 3));
  if (index % 4 === 3) [[0, 4, 8, 4], [4, 0, 4, 8]].forEach(([x, y, toX, toY]) => (pen.moveTo(x, y), pen.lineTo(toX, toY)));
  if (index % 4 === 0) [2, 6].forEach((y) => (pen.moveTo(0, y), pen.lineTo(8, y)));
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

const colourOf = (series, index) => tone(series.tone ?? TONES[index % TONES.length]);

/** Lines at places of the axis below, with their words: [{at, text, isDraft}]. */
const marks = {
  id: "marks",
  afterDatasetsDraw(chart, _, options) {
    const { ctx: pen, chartArea: area, scales } = chart;
    pen.save();
    pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    (options.of ?? []).forEach((mark, row) => {
      const x = scales.x.getPixelForValue(mark.at);
      if (x < area.left || x > area.right) return;
      pen.strokeStyle = pen.fillStyle = tone(mark.isDraft ? "--bad" : "--ink");
      pen.lineWidth = mark.isDraft ? 2 : 1.5;
      pen.setLineDash(mark.isDraft ? [] : [5, 4]);
      pen.beginPath();
      pen.moveTo(x, area.top);
      pen.lineTo(x, area.bottom);
      pen.stroke();
      const width = pen.measureText(mark.text).width;
      const left = x + 4 + width > area.right ? x - 4 - width : x + 4;
      const top = area.top + 10 + 14 * (row % 5);
      pen.save();
      pen.globalAlpha = 0.85;
      pen.fillStyle = tone("--surface");
      pen.fillRect(left - 1, top - 10, width + 2, 13);
      pen.restore();
      pen.fillText(mark.text, left, top);
    });
    pen.restore();
  },
};

function dataset(spec, series, index) {
  const colour = colourOf(series, index);
  if (spec.kind === "lines") {
    return {
      label: series.name, data: series.values, borderColor: colour, backgroundColor: colour, borderDash: DASHES[index % DASHES.length],
      pointStyle: POINTS[index % POINTS.length], pointRadius: 3, borderWidth: 2, spanGaps: false,
    };
  }
  return {
    label: series.name, data: series.values, backgroundColor: filling(index, colour), borderColor: colour, borderWidth: 1,
    barPercentage: 0.9, maxBarThickness: 56, categoryPercentage: spec.isHistogram ? 1 : 0.8, minBarLength: spec.stacked ? 0 : 2,
  };
}

function axis(title, more) {
  return {
    title: { display: Boolean(title), text: title, color: tone("--ink-soft") },
    ...more,
    grid: { color: tone("--line"), borderColor: tone("--line-strong"), ...more.grid },
    ticks: { color: tone("--ink"), precision: 0, ...more.ticks },
  };
}

function settings(spec) {
  const shown = (value) => told(spec.isDiverging && typeof value === "number" ? Math.abs(value) : value);
  const amounts = axis(spec.y, { beginAtZero: true, stacked: spec.stacked, max: spec.most, ticks: { callback: shown } });
  const names = axis(spec.x, { stacked: spec.stacked, grid: { display: false }, ticks: { autoSkip: !spec.horizontal, maxRotation: 45 } });
  return {
    type: spec.kind === "lines" ? "line" : "bar",
    data: { labels: spec.labels, datasets: spec.series.map((series, index) => dataset(spec, series, index)) },
    plugins: [marks],
    options: {
      indexAxis: spec.horizontal ? "y" : "x",
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: { right: 8 } },
      scales: spec.horizontal ? { x: amounts, y: names } : { x: names, y: amounts },
      plugins: {
        legend: { display: false },
        marks: { of: spec.marks },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${shown(item.raw)}` } },
      },
      onHover: (event, hit) => { if (spec.pick) event.native.target.style.cursor = hit.length > 0 ? "pointer" : ""; },
      onClick: (_, hit) => { if (spec.pick && hit.length > 0) spec.pick(hit[0].index, hit[0].datasetIndex); },
    },
  };
}

function swatch(spec, series, index) {
  const canvas = element("canvas", { width: 44, height: 24, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.strokeStyle = colourOf(series, index);
  if (spec.kind === "lines") {
    pen.lineWidth = 2;
    pen.setLineDash(DASHES[index % DASHES.length]);
    pen.moveTo(0, 6);
    pen.lineTo(22, 6);
    pen.stroke();
  } else {
    pen.fillStyle = filling(index, colourOf(series, index));
    pen.fillRect(0, 0, 22, 12);
    pen.strokeRect(0.5, 0.5, 21, 11);
  }
  return canvas;
}

/** The numbers of a plot. */
function numbers(spec) {
  const value = (number) => told(spec.isDiverging && typeof number === "number" ? Math.abs(number) : number);
  const rows = spec.labels.map((label, row) =>
    element("tr", {}, element("th", { scope: "row" }, label), spec.series.map((series) => element("td", { class: "num" }, value(series.values[row])))));
  const head = element("tr", {}, element("th", { scope: "col" }, spec.head ?? "of"), spec.series.map((series) => element("th", { scope: "col", class: "num" }, series.name)));
  return element("details", {}, element("summary", {}, "As a table"),
    element("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": `${spec.title}, as a table` },
      element("table", { class: "table table-sm" }, element("caption", { class: "visually-hidden" }, spec.title), element("thead", {}, head), element("tbody", {}, rows))));
}

/** The plots of a page: drawn, drawn anew when the colour scheme turns, and taken away. */
export class Plots {
  constructor() {
    this.drawn = [];
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.turned = () => {
      tones = new Map();
      this.drawn.forEach(paint);
    };
    this.scheme.addEventListener("change", this.turned);
  }

  /**
   * `spec`: {title, kind: "bars" | "lines", labels, series: [{name, values, tone?}], x, y, horizontal, stacked, marks, pick(index, series), note, head, table}.
   * `head` names the labels in the table; `table`: false where the page shows the numbers itself.
   */
  figure(spec) {
    const where = spec.table === false ? "The table beside it has the numbers." : "The table below it has the numbers.";
    const canvas = element("canvas", { role: "img", "aria-label": `${spec.title}. ${where}` });
    const height = spec.horizontal ? Math.max(90, spec.labels.length * ROW + 60) : HEIGHT;
    const box = element("div", { class: "canvas-of", style: { height: `${height}px` } }, canvas);
    const key = element("ul", { class: "key" });
    const one = { spec, canvas, key, chart: null };
    this.forgetGone();
    this.drawn.push(one);
    library("chart.js").then(() => paint(one), (failure) => fill(box, element("p", { class: "notice notice-bad" }, failure.message)));
    return element("figure", { class: "figure-of" },
      element("figcaption", {}, spec.title), spec.series.length > 1 ? key : null, box,
      spec.note ? element("p", { class: "quiet small" }, spec.note) : null, spec.table === false ? null : numbers(spec));
  }

  /** Those whose place in the page has been taken by another. */
  forgetGone() {
    const isGone = (one) => one.chart !== null && !one.canvas.isConnected;
    this.drawn.filter(isGone).forEach((one) => one.chart.destroy());
    this.drawn = this.drawn.filter((one) => !isGone(one));
  }

  clear() {
    this.drawn.forEach((one) => one.chart?.destroy());
    this.drawn = [];
  }

  leave() {
    this.clear();
    this.scheme.removeEventListener("change", this.turned);
  }
}

function paint(one) {
  one.chart?.destroy();
  one.chart = null;
  if (!one.canvas.isConnected || !window.Chart) return;
  one.chart = new window.Chart(one.canvas, settings(one.spec));
  one.canvas.dataset.drawn = "true";
  fill(one.key, one.spec.series.map((series, index) => element("li", {}, swatch(one.spec, series, index), series.name)));
}

/** A width of bars that a person can name. */
function niceStep(span) {
  const rough = span / MOST_BARS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * (1 - 1e-9)) ?? 10 * power;
}

/** The value below which this share of the patients lies. */
function quantile(points, share) {
  const wanted = share * points.reduce((sum, [, patients]) => sum + patients, 0);
  let seen = 0;
  return points.find(([, patients]) => (seen += patients) >= wanted)[0];
}

/**
 * Counts by value as bars of one width, the rare ends brought together in "below" and "from". `values`: {number as text: count}; `edges`: [{at, text, isDraft}].
 * A bar holds its first number and not its second. Back: {labels, counts, marks}, the marks at their places among the bars; null without a value.
 */
export function histogram(values, edges) {
  const points = Object.entries(values).map(([value, patients]) => [Number(value), patients]).filter(([value]) => Number.isFinite(value)).sort((a, b) => a[0] - b[0]);
  if (points.length === 0) return null;
  const near = edges.map((edge) => Number(edge.at)).filter((edge) => edge >= points[0][0] && edge <= points.at(-1)[0]);
  const low = Math.min(quantile(points, 0.01), ...near);
  const high = Math.max(quantile(points, 0.97), ...near);
  const step = niceStep(high > low ? high - low : Math.abs(low) || 1);
  const first = Math.floor(low / step + 1e-9) * step;
  const bars = Math.floor((high - first) / step + 1e-9) + 1;
  const counts = new Array(bars + 2).fill(0);
  for (const [value, patients] of points) counts[Math.min(Math.max(Math.floor((value - first) / step + 1e-9), -1), bars) + 1] += patients;
  const edgeOf = (index) => Number((first + index * step).toPrecision(12));
  const labels = [`below ${edgeOf(0)}`, ...Array.from({ length: bars }, (_, index) => `${edgeOf(index)} to ${edgeOf(index + 1)}`), `from ${edgeOf(bars)}`];
  const from = counts[0] === 0 ? 1 : 0;
  const until = counts.at(-1) === 0 ? counts.length - 1 : counts.length;
  const place = (value) => (value - first) / step + 0.5 - from;
  return { labels: labels.slice(from, until), counts: counts.slice(from, until), marks: edges.map((edge) => ({ ...edge, at: place(Number(edge.at)) })) };
}
