// A laboratory's bands over the population's histogram: edges that mouse and arrow keys move to allowed numbers, linked across the units.

import { element, fill, freshId, svg } from "../shell/element.js";

const WIDE = 720;  // of the drawing's own units; it scales with the page
const NARROW = 400;
const HIGH = 250;
const ROOM = { left: 8, right: 8, top: 44, bottom: 26 };
const FAR = 10;  // steps of Page Up and Page Down
const NEARLY_ALL = 0.97;

function rounded(value, step) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step || 1)));
  return Number((Math.round(value / step) * step).toFixed(digits));
}

/** The nearest number that is allowed. */
export function allowed(value, { minimum, maximum, step }) {
  const inside = Math.min(Math.max(value, minimum), maximum);
  const nearest = rounded(inside, step || 1);
  if (nearest < minimum) return rounded(nearest + step, step);
  return nearest > maximum ? rounded(nearest - step, step) : nearest;
}

function niceStep(span, most) {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
}

/** A kind of a test in one unit: its bands and its edges. */
function keyOf(unit) {
  return `${unit.kind ?? ""} ${unit.unit}`;
}

function headOf(analyte, unit) {
  const kinds = new Set(analyte.units.map((one) => one.kind));
  return kinds.size > 1 ? `${unit.kind}, ${unit.unit}` : unit.unit;
}

function wordsOf(unit, name) {
  return unit.bands.find((band) => band.name === name)?.words ?? name;
}

/** One unit of an analyte: the drawing. `moved(index, value)` hears an edge that moves. */
class UnitPlot {
  constructor(analyte, unit, moved) {
    Object.assign(this, { analyte, unit: unit.unit, head: headOf(analyte, unit), moved, bars: [], saved: [], edges: [], bands: [] });
    this.drawing = svg("svg", { class: "bands-plot", role: "group", "aria-label": `Bands of ${analyte.title}, ${this.head}` });
    this.layers = { bands: svg("g"), bars: svg("g"), axis: svg("g", { "aria-hidden": "true" }), saved: svg("g"), names: svg("g"), edges: svg("g") };
    this.drawing.append(...Object.values(this.layers));
    this.handles = [];
    this.root = element("div", { class: "bands-unit" }, element("h2", {}, this.head), this.drawing);
    this.observed = new ResizeObserver(() => this.fit());
    this.observed.observe(this.root);
    this.width = WIDE;
  }

  fit() {
    const width = this.root.clientWidth < 560 ? NARROW : WIDE;
    if (width === this.width) return;
    this.width = width;
    this.draw();
  }

  set(unit) {
    this.bands = unit.bands.map((band) => ({ ...band, name: band.words ?? band.name }));
    this.edges = unit.edges.map((edge) => ({ ...edge, between: edge.between.map((name) => wordsOf(unit, name)) })).map((edge, at) => (this.dragged === at ? { ...edge, value: this.edges[at].value } : edge));
    this.draw();
  }

  setHistogram({ bars, edges }) {
    // The last bar is open: it is drawn as wide as the one before it.
    this.bars = bars.map((bar, at) => ({ ...bar, isOpen: bar.to === null, to: bar.to ?? bar.from + (at > 0 ? bars[at - 1].to - bars[at - 1].from : bar.from || 1) }));
    this.saved = edges.filter((edge) => edge.side === "saved");
    this.draw();
  }

  /** A few results far above all edges would press the edges together: the drawing ends where nearly all results do. */
  get range() {
    const all = this.bars.reduce((sum, bar) => sum + bar.count, 0);
    let seen = 0;
    const last = this.bars.find((bar) => (seen += bar.count) >= all * NEARLY_ALL);
    const top = this.edges.at(-1)?.value ?? 1;
    return { low: 0, high: Math.max(last?.to ?? 0, top * 1.35) };
  }

  x(value) {
    const { low, high } = this.range;
    return ROOM.left + ((Math.min(value, high) - low) / (high - low)) * (this.width - ROOM.left - ROOM.right);
  }

  value(x) {
    const { low, high } = this.range;
    return low + ((x - ROOM.left) / (this.width - ROOM.left - ROOM.right)) * (high - low);
  }

  draw() {
    if (this.edges.length === 0 && this.bands.length === 0) return;
    this.drawing.setAttribute("viewBox", `0 0 ${this.width} ${HIGH}`);
    this.drawBands();
    this.drawBars();
    this.drawAxis();
    const isShown = ({ value }) => value <= this.range.high && !this.edges.some((edge) => edge.value === value);
    fill(this.layers.saved, this.saved.filter(isShown).map((mark) => svg("g", { class: "saved-edge" },
      svg("line", { x1: this.x(mark.value), x2: this.x(mark.value), y1: ROOM.top, y2: HIGH - ROOM.bottom }), this.savedName(mark.value))));
    this.edges.forEach((edge, at) => this.drawEdge(edge, at));
    this.handles.splice(this.edges.length).forEach((handle) => handle.root.remove());
  }

  /** On the side that the moved edge has left free. */
  savedName(value) {
    const nearest = this.edges.reduce((best, edge) => (Math.abs(edge.value - value) < Math.abs(best - value) ? edge.value : best), Infinity);
    const isLeft = nearest > value && this.x(value) > 70;
    return svg("text", { x: this.x(value) + (isLeft ? -4 : 4), y: ROOM.top - 4, "text-anchor": isLeft ? "end" : "start" }, `saved ${value}`);
  }

  drawBands() {
    const bottom = HIGH - ROOM.bottom;
    // While an edge is on its way its neighbours follow it at once; the server's own answer comes after.
    const starts = this.bands.map((band, at) => (at === 0 ? this.range.low : (this.edges[at - 1]?.value ?? band.from)));
    const drawn = this.bands.map((band, at) => {
      const left = this.x(starts[at] ?? 0);
      const right = at + 1 < this.bands.length ? this.x(starts[at + 1]) : this.width - ROOM.right;
      return { name: band.name, tone: at % 2 === 0 ? "even" : "odd", left, right };
    }).filter(({ left, right }) => right - left >= 1);
    fill(this.layers.bands, drawn.map(({ name, tone, left, right }) => svg("rect", { x: left, y: ROOM.top, width: right - left, height: bottom - ROOM.top, class: `band-${tone}` }, svg("title", {}, name))));
    // Over bars and saved edges, which would strike them through.
    fill(this.layers.names, drawn.map(({ name, tone, left, right }) => {
      const lines = right - left > name.length * 6.5 ? [name] : name.split(" ");
      const fits = lines.every((line) => right - left > line.length * 6.5);
      return fits ? lines.map((line, row) => svg("text", { x: (left + right) / 2, y: ROOM.top + 14 + row * 13, class: `band-name on-${tone}` }, line)) : null;
    }));
  }

  drawBars() {
    const { high: end } = this.range;
    const most = Math.max(1, ...this.bars.filter((bar) => bar.from < end).map((bar) => bar.count));
    const bottom = HIGH - ROOM.bottom;
    const height = bottom - ROOM.top - 22;
    const beyond = this.bars.filter((bar) => bar.from >= end).reduce((sum, bar) => sum + bar.count, 0);
    fill(this.layers.bars, this.bars.filter((bar) => bar.count > 0 && bar.from < end).map((bar) => {
      const high = Math.max(1, (bar.count / most) * height);
      return svg("rect", { class: "bar", x: this.x(bar.from) + 0.5, width: Math.max(this.x(bar.to) - this.x(bar.from) - 1, 0.8), y: bottom - high, height: high }, svg("title", {}, `${rounded(bar.from, 0.01)} ${bar.isOpen ? "or more" : `to ${rounded(bar.to, 0.01)}`} ${this.unit}: ${bar.count}`));
    }), beyond > 0 ? svg("text", { x: this.width - ROOM.right - 4, y: ROOM.top + 30, "text-anchor": "end" }, `${beyond.toLocaleString("en")} above ${rounded(end, 0.01)}`) : null);
  }

  drawAxis() {
    const { low, high } = this.range;
    const step = niceStep(high - low, this.width === WIDE ? 10 : 5);
    const ticks = [];
    for (let at = 0; at <= high && ticks.length < 40; at += step) ticks.push(rounded(at, step));
    const bottom = HIGH - ROOM.bottom;
    fill(this.layers.axis, svg("line", { x1: ROOM.left, x2: this.width - ROOM.right, y1: bottom, y2: bottom, class: "axis" }),
      ticks.map((at) => svg("text", { x: this.x(at), y: bottom + 15, class: "tick", "text-anchor": at === 0 ? "start" : "middle" }, at)));
  }

  drawEdge(edge, at) {
    this.handles[at] ??= this.handle(at);
    const { root, label } = this.handles[at];
    const x = this.x(edge.value);
    root.setAttribute("transform", `translate(${x} 0)`);
    const isLast = x > this.width - 40;
    label.setAttribute("text-anchor", x < 40 ? "start" : isLast ? "end" : "middle");
    label.setAttribute("x", x < 40 ? -8 : isLast ? 8 : 0);
    label.textContent = edge.value;
    root.setAttribute("aria-valuenow", edge.value);
    root.setAttribute("aria-valuemin", edge.allowed.minimum);
    root.setAttribute("aria-valuemax", edge.allowed.maximum);
    root.setAttribute("aria-valuetext", `${edge.value} ${this.unit}`);
    root.setAttribute("aria-label", `${this.analyte.title}, from ${edge.between[0]} to ${edge.between[1]}, ${this.head}`);
  }

  handle(at) {
    const label = svg("text", { y: 14, class: "edge-value" });
    const root = svg("g", { class: "edge", role: "slider", tabindex: "0", "aria-orientation": "horizontal" },
      svg("line", { x1: 0, x2: 0, y1: 32, y2: HIGH - ROOM.bottom }), svg("rect", { class: "edge-grip", x: -11, y: 19, width: 22, height: 16, rx: 4 }), svg("path", { class: "edge-dots", d: "M-3 23v8M3 23v8" }),
      svg("rect", { class: "edge-reach", x: -12, y: 16, width: 24, height: HIGH - ROOM.bottom - 16 }), label);
    root.addEventListener("keydown", (event) => this.key(event, at));
    root.addEventListener("pointerdown", (event) => this.take(event, root, at));
    this.layers.edges.append(root);
    return { root, label };
  }

  key(event, at) {
    const edge = this.edges[at];
    const { step, minimum, maximum } = edge.allowed;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: FAR, PageDown: -FAR }[event.key];
    const value = steps !== undefined ? edge.value + steps * step : event.key === "Home" ? minimum : event.key === "End" ? maximum : null;
    if (value === null) return;
    event.preventDefault();
    this.move(at, value);
  }

  move(at, value) {
    const edge = this.edges[at];
    const next = allowed(value, edge.allowed);
    if (next === edge.value) return;
    this.edges[at] = { ...edge, value: next };
    this.draw();
    this.moved(at, next);
  }

  take(event, root, at) {
    if (event.button !== 0) return;
    event.preventDefault();
    root.focus();
    root.setPointerCapture(event.pointerId);
    this.dragged = at;
    const box = this.drawing.getBoundingClientRect();
    const follow = (moved) => this.move(at, this.value(((moved.clientX - box.left) / box.width) * this.width));
    const drop = () => {
      this.dragged = null;
      root.removeEventListener("pointermove", follow);
    };
    root.addEventListener("pointermove", follow);
    root.addEventListener("pointerup", drop, { once: true });
    root.addEventListener("pointercancel", drop, { once: true });
  }
}

/** The same as fields: each edge in every unit, for whoever wants to write the number. */
class EdgeTable {
  constructor(moved) {
    Object.assign(this, { moved, fields: new Map() });
    this.root = element("div", { class: "scrolls" });
  }

  set(units) {
    const shape = JSON.stringify(units.map((unit) => [keyOf(unit), unit.edges.map((edge) => edge.between)]));
    if (shape !== this.shape) this.build(units);
    this.shape = shape;
    for (const unit of units) {
      unit.edges.forEach((edge, at) => {
        const { field, note } = this.fields.get(`${keyOf(unit)} ${at}`);
        field.min = edge.allowed.minimum;
        field.max = edge.allowed.maximum;
        field.step = edge.allowed.step;
        if (document.activeElement !== field) field.value = edge.value;
        note.textContent = `${edge.allowed.minimum} to ${edge.allowed.maximum}${edge.isSet ? ", set here" : ""}`;
      });
    }
  }

  build(units) {
    const kinds = [...new Set(units.map((unit) => unit.kind))];
    fill(this.root, kinds.map((kind) => this.table(units.filter((unit) => unit.kind === kind), kinds.length > 1 ? `${kind}: ` : "")));
  }

  table(units, kind) {
    const rows = Math.max(0, ...units.map((unit) => unit.edges.length));
    const head = element("tr", {}, element("th", { scope: "col" }, "Edge"), units.map((unit) => element("th", { scope: "col" }, unit.unit)));
    const body = Array.from({ length: rows }, (_, at) => {
      const first = units.find((unit) => unit.edges[at]);
      return element("tr", {}, element("th", { scope: "row" }, first.edges[at].between.map((name) => wordsOf(first, name)).join(" | ")), units.map((unit) => element("td", {}, unit.edges[at] ? this.cell(unit, at) : null)));
    });
    return element("table", { class: "table table-sm edges-table" }, element("caption", {}, `${kind}the edges as numbers${units.length > 1 ? "; a change in one unit moves the linked one" : ""}.`), element("thead", {}, head), element("tbody", {}, body));
  }

  cell(unit, at) {
    const id = freshId("edge");
    const note = element("span", { class: "quiet small", id });
    const field = element("input", { type: "number", class: "form-control number", "aria-label": `${unit.edges[at].between.map((name) => wordsOf(unit, name)).join(" | ")}, ${unit.kind ?? ""} ${unit.unit}`, "aria-describedby": id, on: { change: () => {
      if (field.value !== "" && field.validity.valid) this.moved(unit, at, Number(field.value));
      else field.reportValidity();
    } } });
    this.fields.set(`${keyOf(unit)} ${at}`, { field, note });
    return element("div", { class: "edge-cell" }, field, note);
  }
}

export class BandsView {
  constructor(app, edits, wanted) {
    Object.assign(this, { app, edits, name: wanted ?? null, plots: [], bars: null });
    this.select = element("select", { class: "form-select", id: "bands-analyte", on: { change: () => ((this.name = this.select.value), app.go(`#/tune/bands/${encodeURIComponent(this.name)}`)) } });
    this.words = element("p", { class: "quiet small" });
    this.place = element("div", { class: "stack" });
    this.root = element("div", { class: "panel stack" }, element("div", { class: "row-of" }, element("div", { class: "field" }, element("label", { for: "bands-analyte" }, "Test"), this.select), this.words), this.place);
    this.ask = app.latest(120, (name, drawn) => this.count(name, drawn), (counted, error) => (error || counted.name === this.name) && this.histograms(counted, error));
    this.digest = app.draft.digest;
    this.forget = [app.onSession((session) => session.population?.state === "ready" && this.bars !== this.name && this.askBars()), app.draft.subscribe(() => this.saved())];
  }

  draw(tunables) {
    const analytes = tunables.analytes.filter((one) => one.units.some((unit) => unit.edges.length > 0));
    if (analytes.length === 0) return fill(this.place, element("p", { class: "quiet" }, "No test of the pack has bands that a laboratory may set."));
    const analyte = analytes.find((one) => one.name === this.name) ?? analytes[0];
    if (this.select.options.length !== analytes.length) fill(this.select, analytes.map((one) => element("option", { value: one.name }, one.title)));
    this.select.value = analyte.name;
    this.name = analyte.name;
    this.drawAnalyte(analyte);
  }

  drawAnalyte(found) {
    // In the pack's own order of kinds: the one that most results are of comes first.
    const rank = (unit) => found.kinds?.indexOf(unit.kind) ?? 0;
    const analyte = { ...found, units: [...found.units].sort((a, b) => rank(a) - rank(b)) };
    const isSet = analyte.units.some((unit) => unit.edges.some((edge) => edge.isSet));
    const { laboratory } = analyte;
    fill(this.words, isSet ? `In force: bands of its own for ${laboratory ?? "the laboratory"}.` : `In force: ${analyte.ruleset ?? "no ruleset with bands"}. Moving an edge gives the laboratory of this site bands of its own.`);
    const shape = `${analyte.name} ${analyte.units.map(keyOf).join()}`;
    if (shape !== this.shape) this.build(analyte);
    this.shape = shape;
    for (const { plot, key } of this.plots) plot.set(analyte.units.find((one) => keyOf(one) === key));
    this.table.set(analyte.units);
  }

  build(analyte) {
    this.plots.forEach(({ plot }) => plot.observed.disconnect());
    const moved = ({ kind, unit }, index, value) => this.edits.edge({ analyte: analyte.name, ...(kind && { kind }), unit, index, value, ...(analyte.laboratory && { laboratory: analyte.laboratory }) }, `${analyte.title}: edge at ${value} ${unit}`);
    this.plots = analyte.units.filter((unit) => unit.edges.length > 0).map((unit) => ({ key: keyOf(unit), unit: unit.unit, kind: unit.kind, plot: new UnitPlot(analyte, unit, (index, value) => moved(unit, index, value)) }));
    this.table = new EdgeTable(moved);
    this.note = element("p", { class: "quiet small", role: "status" });
    fill(this.place, this.note, this.plots.map(({ plot }) => plot.root), this.table.root, element("p", { class: "quiet small" }, "An edge has the focus: arrow keys move it by one step, Page Up and Page Down by ten, Home and End as far as check allows."));
    this.bars = null;
    this.askBars();
  }

  askBars() {
    if (!this.note) return;
    const state = this.app.session.population?.state;
    if (state !== "ready") return fill(this.note, state === "reading" ? "The population is being read; its histogram comes then." : "No population is read: the bands are drawn without a histogram.");
    this.bars = this.name;
    this.note.setAttribute("aria-busy", "true");
    // The population's values of a test are of its first kind (total, not active): the others are drawn without them.
    this.ask(this.name, this.plots.filter(({ kind }) => kind === this.plots[0].kind));
  }

  /** One unit after the other: the server drops a count when a newer one is asked for. */
  async count(name, drawn) {
    const answers = [];
    for (const { unit } of drawn) answers.push(await this.app.api("POST", "/api/histogram", { site: this.app.draft.text, analyte: name, unit }));
    return { name, drawn, answers };
  }

  /** The dashed edges are those of the saved file: another file has others. */
  saved() {
    if (this.digest === this.app.draft.digest) return;
    this.digest = this.app.draft.digest;
    this.askBars();
  }

  histograms(counted, error) {
    this.note.removeAttribute("aria-busy");
    if (error) {
      this.bars = null;
      return fill(this.note, error.message);
    }
    const { drawn, answers } = counted;
    const values = answers.map((answer) => answer.bars.reduce((sum, bar) => sum + bar.count, 0));
    fill(this.note, `Bars: results of the population, ${drawn.map(({ unit }, at) => `${values[at].toLocaleString("en")} in ${unit}`).join(", ")}. Dashed: the saved file.`);
    drawn.forEach(({ plot }, at) => answers[at] && plot.setHistogram(answers[at]));
  }

  leave() {
    this.ask.stop();
    this.forget.forEach((stop) => stop());
    this.plots.forEach(({ plot }) => plot.observed.disconnect());
  }
}
