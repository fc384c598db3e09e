// Local codes: what this site's laboratory calls a test, and codes added to a set; each is a line of the site file.

import { element, fill, freshId } from "../shell/element.js";
import { systemName } from "./rulewords.js";

const PROPERTIES = ["MCnc", "SCnc", "any"];

function escaped(name) {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function field(label, attributes, options) {
  const id = freshId("code");
  const list = options ? freshId("known") : null;
  const input = element("input", { type: "text", class: "form-control", id, autocomplete: "off", spellcheck: "false", list, ...attributes });
  return { input, root: element("div", { class: "field" }, element("label", { for: id }, label), input, options ? element("datalist", { id: list }, options.map((one) => element("option", { value: one }))) : null) };
}

export class CodesView {
  constructor(app, edits, wanted) {
    Object.assign(this, { app, edits, wanted, sets: [] });
    this.list = element("section", { class: "panel stack stack-tight" });
    this.form = element("section", { class: "panel stack stack-tight" });
    this.root = element("div", { class: "stack" }, this.list, this.form);
    app.api("POST", "/api/rules", { site: app.draft.text }).then(({ rules }) => this.setsAre(rules), () => {});
  }

  setsAre(rules) {
    this.sets = [...new Map(rules.flatMap((rule) => (rule.codes ?? []).filter((code) => code.setId).map((code) => [code.setId, code.set])))].sort(([a], [b]) => a.localeCompare(b));
    this.drawSets();
  }

  /** A site file names a set by its id; the title helps to find it. */
  drawSets() {
    this.setList?.replaceChildren(...this.sets.map(([id, title]) => element("option", { value: id, label: title ?? id })));
  }

  draw({ analytes }) {
    this.analytes = analytes;
    if (!this.form.firstChild) this.build();
    const lines = analytes.flatMap((analyte) => (analyte.localCodes ?? []).map((code, at) => ({ analyte, code, at })));
    fill(this.list, element("h2", {}, "Local codes of tests"),
      lines.length === 0 ? element("p", { class: "quiet" }, "The site file adds no code to a test. Population, Survey lists what looks like a test and is not mapped, with the line for the file.") : this.table(lines));
  }

  table(lines) {
    const head = ["Test", "System", "Code", "Property", "Kind", ""].map((word) => element("th", { scope: "col" }, word || element("span", { class: "visually-hidden" }, "Remove")));
    const rows = lines.map(({ analyte, code, at }) => element("tr", {}, element("th", { scope: "row" }, analyte.title), element("td", {}, systemName(code.system)), element("td", {}, element("code", {}, code.code)), element("td", {}, code.property ?? ""), element("td", {}, code.kind ?? ""),
      element("td", {}, element("button", { type: "button", class: "btn btn-sm btn-secondary", "aria-label": `Take ${code.code} away from ${analyte.title}`, on: { click: () => this.edits.set(code.pointer ?? `/codes/analytes/${escaped(analyte.name)}/${at}`, undefined, `local code ${code.code} taken away`) } }, "Remove"))));
    return element("div", { class: "scrolls" }, element("table", { class: "table table-sm" }, element("caption", { class: "visually-hidden" }, "Local codes"), element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)));
  }

  build() {
    const name = freshId("adds-to");
    const test = element("select", { class: "form-select", id: freshId("test"), on: { change: () => this.testIs(test.value) } }, this.analytes.map((one) => element("option", { value: one.name }, one.title)), element("option", { value: "" }, "a set of codes…"));
    if (this.analytes.some((one) => one.name === this.wanted)) test.value = this.wanted;
    this.fields = {
      set: field("Set", { pattern: ".*\\S.*", title: "the id of a value set of the pack" }, []), system: field("System", { placeholder: "https://lab.example.org/codes", required: true }), code: field("Code", { required: true }), display: field("Display", { maxlength: "32" }),
      property: field("Property", { value: "any" }, PROPERTIES), kind: field("Kind", {}, []),
    };
    this.setList = this.fields.set.root.querySelector("datalist");
    this.drawSets();
    const confirmed = element("input", { type: "checkbox" });
    const form = element("form", { class: "row-of", "aria-labelledby": name, on: { submit: (event) => (event.preventDefault(), this.add(test.value, confirmed.checked)) } },
      element("div", { class: "field" }, element("label", { for: test.id }, "Adds to"), test), Object.values(this.fields).map((one) => one.root),
      element("label", { class: "switch" }, confirmed, "looked up with the laboratory"), element("button", { type: "submit", class: "btn btn-primary" }, "Add the code"));
    fill(this.form, element("h2", { id: name }, "Add a code"), element("p", { class: "quiet small" }, "A code of a test says which property (mass or substance concentration) and which kind of the test it measures: ask the laboratory. Code and system are matched together."), form);
    this.testIs(test.value);
  }

  testIs(name) {
    const analyte = this.analytes.find((one) => one.name === name);
    const { set, display, property, kind } = this.fields;
    set.root.hidden = display.root.hidden = Boolean(analyte);
    property.root.hidden = kind.root.hidden = !analyte;
    set.input.required = !analyte;
    const list = kind.root.querySelector("datalist");
    list.replaceChildren(...(analyte?.kinds ?? []).map((one) => element("option", { value: one })));
    if (analyte?.kinds?.length) kind.input.value = analyte.kinds[0];
    if (analyte?.properties?.length) property.root.querySelector("datalist").replaceChildren(...analyte.properties.map((one) => element("option", { value: one })));
  }

  add(test, isConfirmed) {
    const { set, system, code, display, property, kind } = this.fields;
    const base = { system: system.input.value.trim(), code: code.input.value.trim() };
    const value = test
      ? { ...base, property: property.input.value.trim() || "any", ...(kind.input.value.trim() && { kind: kind.input.value.trim() }), ...(isConfirmed && { confirmed: true }) }
      : { ...base, ...(display.input.value.trim() && { display: display.input.value.trim() }) };
    const to = test ? `/codes/analytes/${escaped(test)}/-` : `/codes/valueSets/${escaped(set.input.value.trim())}/-`;
    this.edits.set(to, value, `local code ${base.code}`);
    code.input.value = "";
    code.input.focus();
  }

  leave() {}
}
