// An analyte over time: its values on their bands, the laboratory's printed range, treatment and pregnancy as spans; and the same as a table.

import { element, fill } from "../shell/element.js";

const DAY = 86_400_000;  // milliseconds
const LANE = 18;  // pixels
const SPANS = { pregnancy: { colour: "pregnancy", sign: "◆" }, treatment: { colour: "treatment", sign: "▸" }, condition: { colour: "ink-soft", sign: "•" } };
const MOST_LANES = 5;  // the table names every span
const INDICATORS = { critical: "critical", warning: "warning", info: "information" };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function time(date) {
  const found = Date.parse(date ?? "");
  return Number.isNaN(found) ? null : found;
}

function dateText(at) {
  return new Date(at).toISOString().slice(0, 10);
}

/** Ticks at the turns of years or months, so that a scale of milliseconds reads as a calendar. */
function calendarTicks(from, to) {
  const months = (to - from) / (30.4 * DAY);
  const step = months <= 8 ? 1 : months <= 20 ? 3 : months <= 40 ? 6 : 12 * Math.ceil(months / 96);
  const ticks = [];
  const start = new Date(from);
  for (let year = start.getUTCFullYear(), month = 0; ticks.length < 40; month += step) {
    const at = Date.UTC(year, month, 1);
    if (at > to) break;
    if (at >= from) ticks.push({ value: at });
  }
  return ticks;
}

function tickText(at) {
  const text = dateText(at);
  return text.slice(5, 7) === "01" ? text.slice(0, 4) : text.slice(0, 7);
}

/** Where bands lie in the plot: {name, top, height, fill}. */
function bandsIn(chart, bands) {
  const { y } = chart.scales;
  return bands.map((band, at) => {
    const low = Math.max(band.from ?? y.min, y.min);
    const high = Math.min(band.to ?? y.max, y.max);
    const top = y.getPixelForValue(high);
    return { name: band.name, top, height: high <= low ? 0 : y.getPixelForValue(low) - top, fill: colour(at % 2 === 0 ? "band-2" : "band-1") };
  }).filter((band) => band.height > 0);
}

function drawBand({ ctx, chartArea: area }, band) {
  ctx.fillStyle = band.fill;
  ctx.fillRect(area.left, band.top, area.width, band.height);
}

/** Over the lines of the laboratory's range, which would strike it through. */
function nameBand({ ctx, chartArea: area }, band) {
  if (band.height < 12) return;
  const middle = band.top + band.height / 2;
  ctx.fillStyle = band.fill;
  ctx.fillRect(area.left + 3, middle - 7, ctx.measureText(band.name).width + 4, 14);
  ctx.fillStyle = colour("ink-soft");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(band.name, area.left + 5, middle);
}

function drawRange(chart, range) {
  if (!range) return;
  const { ctx, chartArea: area, scales: { y } } = chart;
  ctx.strokeStyle = colour("good");
  ctx.fillStyle = colour("good");
  ctx.setLineDash([5, 4]);
  for (const [value, word] of [[range.low, "from"], [range.high, "to"]]) {
    if (typeof value !== "number" || value < y.min || value > y.max) continue;
    const at = y.getPixelForValue(value);
    ctx.beginPath();
    ctx.moveTo(area.left, at);
    ctx.lineTo(area.right, at);
    ctx.stroke();
    ctx.textAlign = "right";
    ctx.textBaseline = at < area.top + 14 ? "top" : "bottom";
    ctx.fillText(`laboratory ${word} ${value}`, area.right - 4, at);
  }
  ctx.setLineDash([]);
}

/** Spans of one name share a lane: a prescription renewed five times is one treatment to the eye. */
function lanesOf(spans) {
  const lanes = new Map();
  for (const span of spans) {
    const key = `${span.kind} ${span.label}`;
    lanes.set(key, [...(lanes.get(key) ?? []), span]);
  }
  const order = Object.keys(SPANS);
  return [...lanes.values()].sort((a, b) => order.indexOf(a[0].kind) - order.indexOf(b[0].kind)).slice(0, MOST_LANES);
}

/** Lanes lie over the values, each with its name, so that one does not hide another. */
function drawLane(chart, spans, lane) {
  const { ctx, chartArea: area, scales: { x } } = chart;
  const [{ kind, label }] = spans;
  const top = 6 + lane * LANE;
  const drawn = SPANS[kind] ?? SPANS.condition;
  ctx.fillStyle = colour(drawn.colour);
  let first = area.right;
  for (const span of spans) {
    const left = Math.max(x.getPixelForValue(time(span.from) ?? x.min), area.left);
    const right = Math.min(x.getPixelForValue(time(span.until) ?? x.max), area.right);
    if (right < left) continue;
    first = Math.min(first, left);
    ctx.fillRect(left, top + 12, Math.max(right - left, 2), 3);
  }
  const words = `${drawn.sign} ${label}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.fillText(words, Math.max(area.left, Math.min(first, area.right - ctx.measureText(words).width)), top + 12);
}

function bounds(values, bands, range) {
  const seen = [...values, ...[range?.low, range?.high].filter((one) => typeof one === "number")];
  const top = Math.max(...seen);
  // The band that the highest value lies in may go on for ever: the plot shows where the next edge is, not more.
  const low = Math.min(...seen);
  const edges = bands.map((band) => band.from).filter((one) => typeof one === "number");
  const next = edges.find((edge) => edge > top);
  const high = next !== undefined && next < top * 1.6 ? next * 1.05 : top * 1.15;
  // Values that move within a narrow range (calcium, MCV) would be a flat line above zero.
  const isNarrow = low > high * 0.45;
  return { suggestedMin: isNarrow ? low - (high - low) * 0.6 : 0, suggestedMax: high || 1 };
}

function datasetOf(series, lit) {
  const points = series.points.filter((point) => typeof point.value === "number" && time(point.date) !== null);
  const isLit = points.map((point) => lit.includes(point.reference));
  return {
    points,
    dataset: {
      data: points.map((point) => ({ x: time(point.date), y: point.value })),
      borderColor: colour("bar"),
      borderWidth: 1.5,
      pointStyle: points.map((point) => (point.unreadable ? "triangle" : "circle")),
      pointRadius: points.map((point, at) => (isLit[at] ? 8 : point.used ? 6 : 4)),
      pointBorderWidth: 2,
      pointBorderColor: points.map((_, at) => colour(isLit[at] ? "lit-line" : "accent")),
      pointBackgroundColor: points.map((point, at) => colour(isLit[at] ? "lit" : point.used ? "accent" : "surface")),
      pointHoverRadius: 8,
    },
  };
}

function optionsOf(series, spans, points) {
  const times = [...points.map((point) => time(point.date)), ...spans.flatMap((span) => [time(span.from), time(span.until)])].filter((one) => one !== null);
  const room = Math.max((Math.max(...times) - Math.min(...times)) * 0.05, 20 * DAY);
  const suggested = bounds(points.map((point) => point.value), series.bands ?? [], series.range);
  const grid = { color: colour("line"), drawBorder: false };
  return {
    animation: false, responsive: true, maintainAspectRatio: false,
    layout: { padding: { top: 8 + lanesOf(spans).length * LANE } },
    font: { family: "system-ui, sans-serif" },
    interaction: { mode: "nearest", intersect: false },
    scales: {
      x: { type: "linear", min: Math.min(...times) - room, max: Math.max(...times) + room, grid: { ...grid, drawOnChartArea: false }, ticks: { color: colour("ink-soft"), callback: tickText, maxRotation: 0, autoSkipPadding: 12 },
        afterBuildTicks: (axis) => (axis.ticks = calendarTicks(axis.min, axis.max)) },
      y: { ...suggested, grid, title: { display: true, text: series.unit ?? "", color: colour("ink-soft") }, ticks: { color: colour("ink-soft"), maxTicksLimit: 6 } },
    },
    plugins: { legend: { display: false }, tooltip: { callbacks: { title: (items) => points[items[0].dataIndex].date, label: (item) => `${points[item.dataIndex].text}${points[item.dataIndex].band ? `, ${points[item.dataIndex].band}` : ""}` } } },
  };
}

function rowOf(point, light) {
  const state = [point.used ? "used" : null, point.unreadable ? `cannot be read: ${point.unreadable}` : null, point.status && point.status !== "final" ? point.status : null].filter(Boolean).join(", ");
  const band = [point.band, INDICATORS[point.indicator]].filter(Boolean).join(", ");
  const row = element("tr", { "data-reference": point.reference, on: { mouseenter: () => light.on([point.reference]), mouseleave: () => light.off() } },
    element("td", {}, point.date ?? "no date"), element("td", { class: "num" }, point.text ?? "no value"), element("td", {}, band || "none"), element("td", {}, state));
  return row;
}

function tableOf(series, spans, light) {
  const head = ["Date", "Value", "Band", "Note"].map((word, at) => element("th", { scope: "col", class: at === 1 ? "num" : null }, word));
  return element("details", {}, element("summary", { class: "small" }, `Table of ${series.points.length === 1 ? "the value" : `${series.points.length} values`}`),
    element("div", { class: "scrolls" }, element("table", { class: "table table-sm" },
      element("caption", {}, `${series.title}, ${series.unit ?? "no unit"}${series.range ? `; printed range ${series.range.text ?? ""}` : ""}`),
      element("thead", {}, element("tr", {}, head)), element("tbody", {}, [...series.points].reverse().map((point) => rowOf(point, light))))),
    spans.length > 0 ? element("ul", { class: "small changes" }, spans.map((span) => element("li", {}, `${span.kind}: ${span.label}, from ${span.from ?? "an unknown date"}${span.until ? ` to ${span.until}` : ", still so or without an end"}`))) : null);
}

/** "eGFR, eGFR": a test with one kind is named once. */
function named(series) {
  const [test, ...kind] = series.title.split(", ");
  return kind.join(", ") === test ? { ...series, title: test } : series;
}

class OneSeries {
  constructor(Chart, given, spans, light) {
    const series = named(given);
    Object.assign(this, { Chart, series, spans, light });
    const last = series.points.at(-1);
    this.canvas = element("canvas", { role: "img", "aria-label": `${series.title}: ${series.points.length} values over time, the last ${last?.text ?? "unknown"} on ${last?.date ?? "an unknown date"}${last?.band ? `, ${last.band}` : ""}. The table below has them all.` });
    const { points } = datasetOf(series, []);
    this.root = element("figure", { class: "panel series" },
      element("figcaption", { class: "row-of" }, element("h3", {}, series.title), element("span", { class: "quiet small" }, last ? `${last.text}${last.band ? `, ${last.band}` : ""}, ${last.date}` : "no value")),
      points.length > 0 ? element("div", { class: "plot" }, this.canvas) : element("p", { class: "quiet" }, "No value that a plot could show."),
      tableOf(series, spans, light));
    this.hasPlot = points.length > 0;
  }

  /** Once it stands in the page: Chart.js measures its place. */
  draw() {
    if (!this.hasPlot) return;
    const { points, dataset } = datasetOf(this.series, this.light.references);
    const { series, spans } = this;
    this.chart?.destroy();
    this.chart = new this.Chart(this.canvas, {
      type: "line", data: { datasets: [dataset] }, options: optionsOf(series, spans, points),
      plugins: [{ beforeDatasetsDraw: (chart) => {
        chart.ctx.save();
        chart.ctx.font = "11px system-ui, sans-serif";
        const bands = bandsIn(chart, series.bands ?? []);
        bands.forEach((band) => drawBand(chart, band));
        drawRange(chart, series.range);
        bands.forEach((band) => nameBand(chart, band));
        lanesOf(spans).forEach((lane, at) => drawLane(chart, lane, at));
        chart.ctx.restore();
      } }],
    });
    this.canvas.dataset.drawn = "true";
  }

  lightUp(references) {
    this.root.querySelectorAll("tr[data-reference]").forEach((row) => row.classList.toggle("lit", references.includes(row.dataset.reference)));
    if (!this.chart) return;
    Object.assign(this.chart.data.datasets[0], datasetOf(this.series, references).dataset);
    this.chart.update("none");
  }
}

export class SeriesView {
  constructor(app, light) {
    Object.assign(this, { app, light, plots: [], turn: 0 });
    this.root = element("div", { class: "series-grid" });
    this.forget = light.subscribe((references) => this.plots.forEach((plot) => plot.lightUp(references)));
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.recolour = () => this.plots.forEach((plot) => plot.draw());
    this.scheme.addEventListener("change", this.recolour);
  }

  async draw(series, spans) {
    const turn = ++this.turn;
    let Chart;
    try {
      Chart = await this.app.library("chart.js");
    } catch (failure) {
      return fill(this.root, element("p", { class: "notice notice-bad" }, failure.message));
    }
    if (turn !== this.turn) return;
    this.plots.forEach((plot) => plot.chart?.destroy());
    // What the rules hold against bands comes first.
    const ranked = series.filter((one) => one.points.length > 0).sort((a, b) => (b.bands?.length ? 1 : 0) - (a.bands?.length ? 1 : 0));
    this.plots = ranked.map((one) => new OneSeries(Chart, one, spans, this.light));
    fill(this.root, this.plots.length > 0 ? this.plots.map((plot) => plot.root) : element("p", { class: "quiet" }, "The record has no result that the rules read."));
    this.plots.forEach((plot) => plot.draw());
  }

  clear() {
    this.turn += 1;
    this.plots.forEach((plot) => plot.chart?.destroy());
    this.plots = [];
    this.root.replaceChildren();
  }

  leave() {
    this.turn += 1;
    this.forget();
    this.scheme.removeEventListener("change", this.recolour);
    this.plots.forEach((plot) => plot.chart?.destroy());
  }
}
