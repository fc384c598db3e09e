// Settings: rulesets, parameters and rules, each with its own range, its words and its source. Rows are built once and follow the draft.

import { element, fill, freshId, outside } from "../shell/element.js";
import { addressOf } from "../shell/router.js";

const GROUPS = { vitaminD: "Vitamin D", b12: "Vitamin B12", calcium: "Calcium", boneProfile: "Bone profile", magnesium: "Magnesium", backPain: "Back pain", condition: "Problems", medication: "Medicines", redFlag: "Red flags", labs: "Laboratory results", results: "Results", orders: "Orders", suggest: "Suggestions", stewardship: "Stewardship" };

function pointerOf(parameter) {
  return parameter.pointer ?? `/parameters/${parameter.name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function groupOf(name) {
  const prefix = name.split(".")[0];
  return GROUPS[prefix] ?? "Other settings";
}

function sentence(words) {
  return words ? words[0].toUpperCase() + words.slice(1) : "";
}

function isNumber(value) {
  return typeof value === "number";
}

function shown(value) {
  if (value === true) return "on";
  return value === false ? "off" : String(value);
}

/** A slider and a field that say the same number. */
class NumberControl {
  constructor(parameter, describedBy, labelledBy, changed) {
    const { minimum, maximum, step } = parameter;
    const range = isNumber(minimum) && isNumber(maximum);
    const attributes = { min: minimum ?? null, max: maximum ?? null, step: step ?? (parameter.type === "integer" ? 1 : "any"), "aria-labelledby": labelledBy, "aria-describedby": describedBy };
    this.slider = range ? element("input", { type: "range", ...attributes, on: { input: () => this.moved(this.slider, changed) } }) : null;
    this.field = element("input", { type: "number", class: "form-control number", ...attributes, on: { input: () => this.field.value !== "" && this.field.checkValidity() && this.moved(this.field, changed), change: () => this.left() } });
    this.fault = element("p", { class: "field-fault small", role: "alert" });
    this.parameter = parameter;
    this.root = element("div", { class: "number-control" }, this.slider, this.field, element("span", { class: "quiet unit" }, parameter.unit ?? ""), this.fault);
  }

  moved(from, changed) {
    const value = Number(from.value);
    this.value = value;
    this.write(value);
    this.fault.textContent = "";
    changed(value);
  }

  /** What is out of range goes nowhere; it says so, and stays for the person to mend. */
  left() {
    const { minimum, maximum, unit } = this.parameter;
    this.fault.textContent = this.field.checkValidity() && this.field.value !== "" ? "" : `A number from ${minimum} to ${maximum} ${unit ?? ""}.`;
  }

  write(value) {
    if (this.slider && this.slider.value !== String(value)) this.slider.value = value;
    if (document.activeElement !== this.field || Number(this.field.value) !== value) this.field.value = value;
  }
}

function controlOf(parameter, describedBy, labelledBy, changed) {
  if (parameter.type === "boolean") {
    const box = element("input", { type: "checkbox", role: "switch", "aria-labelledby": labelledBy, "aria-describedby": describedBy, on: { change: () => ((word.textContent = shown(box.checked)), changed(box.checked)) } });
    const word = element("span", { "aria-hidden": "true" });
    return { root: element("label", { class: "switch" }, box, word), write: (value) => ((box.checked = value), (word.textContent = shown(value))) };
  }
  if (parameter.type === "choice") {
    const select = element("select", { class: "form-select", "aria-labelledby": labelledBy, on: { change: () => changed(select.value) } }, (parameter.choices ?? []).map((one) => element("option", { value: one.id ?? one }, one.title ?? one)));
    return { root: select, write: (value) => (select.value = value) };
  }
  return new NumberControl(parameter, describedBy, labelledBy, changed);
}

class ParameterRow {
  constructor(parameter, edits) {
    this.name = parameter.name;
    this.words = `${parameter.name} ${parameter.words} ${parameter.title} ${parameter.source?.text ?? ""} ${(parameter.rules ?? []).join(" ")}`.toLowerCase();
    this.edits = edits;
    const label = freshId("setting");
    const note = freshId("note");
    this.control = controlOf(parameter, note, label, (value) => edits.set(pointerOf(parameter), value, `${parameter.name}: ${shown(value)}`));
    this.state = element("span", { class: "tag tag-warning" }, "set here");
    this.reset = element("button", { type: "button", class: "btn btn-sm btn-plain", "aria-label": `Back to the pack's own: ${parameter.name}`, on: { click: () => edits.set(pointerOf(parameter), undefined, `${parameter.name}: the pack's own`) } }, "Back to the pack's own");
    this.root = element("div", { class: "setting", id: `setting-${parameter.name}` },
      element("div", { class: "setting-words" }, element("p", { id: label }, sentence(parameter.words || parameter.title)),
        element("p", { class: "quiet small", id: note }, element("code", {}, parameter.name), isNumber(parameter.minimum) ? `, ${parameter.minimum} to ${parameter.maximum} ${parameter.unit ?? ""}` : "", `; the pack's own: ${shown(parameter.default)}`),
        this.more(parameter)),
      element("div", { class: "setting-control" }, this.control.root, element("div", { class: "acts" }, this.state, this.reset)));
    this.update(parameter);
  }

  more(parameter) {
    const rules = parameter.rules ?? [];
    return element("p", { class: "small quiet" }, parameter.source?.text ? ["Source: ", outside(parameter.source.url, parameter.source.text), ". "] : null,
      rules.length === 0 ? null : rules.length > 6 ? `Read by ${rules.length} rules.` : ["Read by ", rules.flatMap((rule, at) => [at > 0 ? ", " : "", element("a", { href: addressOf("rules", rule) }, rule)]), "."]);
  }

  update(parameter) {
    if (!this.edits.isPending(pointerOf(parameter))) this.control.write(parameter.value);
    this.state.hidden = !parameter.isSet;
    this.reset.hidden = !parameter.isSet;
  }
}

class RulesetGroup {
  constructor(ruleset, edits) {
    this.edits = edits;
    this.pointer = ruleset.pointer;
    const name = freshId("ruleset");
    this.radios = new Map();
    this.words = `ruleset guideline limits ${ruleset.parameter} ${ruleset.title} ${ruleset.choices.map((one) => `${one.id} ${one.title}`).join(" ")}`.toLowerCase();
    this.root = element("fieldset", { class: "ruleset" }, element("legend", {}, sentence(ruleset.title)),
      element("div", { class: "ruleset-choices" }, ruleset.choices.map((choice) => {
        const radio = element("input", { type: "radio", name, value: choice.id, on: { change: () => edits.set(this.pointer, choice.id, `${ruleset.title}: ${choice.title}`) } });
        this.radios.set(choice.id, radio);
        return element("label", { class: "ruleset-choice" }, radio, element("span", {}, element("strong", {}, choice.title), choice.id === ruleset.default ? element("span", { class: "tag" }, "the pack's own") : null, choice.words ? element("span", { class: "quiet small" }, choice.words) : null));
      })));
    this.update(ruleset);
  }

  update(ruleset) {
    this.isSet = ruleset.value !== ruleset.default;
    const radio = this.radios.get(ruleset.value);
    if (radio && !this.edits.isPending(this.pointer)) radio.checked = true;
  }
}

class RuleSwitches {
  constructor(rules, edits) {
    this.edits = edits;
    this.boxes = new Map();
    this.rows = [];
    this.root = element("div", { class: "switches" }, rules.map((rule) => {
      const box = element("input", { type: "checkbox", on: { change: () => this.changed(rule, box.checked) } });
      this.boxes.set(rule.id, box);
      const root = element("label", { class: "switch-line" }, box, element("span", {}, rule.title, " ", element("code", { class: "quiet" }, rule.id)));
      this.rows.push({ id: rule.id, root, words: `rule ${rule.title} ${rule.id}`.toLowerCase(), isSet: false });
      return root;
    }));
    this.update(rules);
  }

  changed(rule, isOn) {
    const off = [...this.boxes].filter(([, box]) => !box.checked).map(([id]) => id);
    this.edits.set("/off", off.length > 0 ? off : undefined, `${rule.title}: ${isOn ? "on" : "off"}`);
  }

  update(rules) {
    const off = new Set(rules.filter((rule) => rule.isOff).map((rule) => rule.id));
    for (const row of this.rows) row.isSet = off.has(row.id);
    if (this.edits.isPending("/off")) return;
    for (const rule of rules) if (this.boxes.has(rule.id)) this.boxes.get(rule.id).checked = !rule.isOff;
  }
}

export class SettingsView {
  constructor(edits, wanted) {
    Object.assign(this, { edits, wanted, rows: [], rulesets: [], switches: null });
    this.search = element("input", { type: "search", class: "form-control", id: "settings-search", placeholder: "a word, a rule, a source", value: wanted ?? "", on: { input: () => this.filter() } });
    this.onlySet = element("input", { type: "checkbox", on: { change: () => this.filter() } });
    this.count = element("p", { class: "quiet small", role: "status" });
    this.place = element("div", { class: "stack" });
    this.root = element("div", { class: "stack" },
      element("div", { class: "row-of" }, element("div", { class: "field grows" }, element("label", { for: "settings-search" }, "Find a setting"), this.search), element("label", { class: "switch" }, this.onlySet, "only what is set here"), this.count), this.place);
  }

  draw(tunables) {
    // What chooses a ruleset is drawn as such, at the head.
    const chooses = new Set(tunables.rulesets.map((one) => one.parameter));
    const parameters = tunables.parameters.filter((one) => !chooses.has(one.name));
    this.set = new Set(parameters.filter((one) => one.isSet).map((one) => one.name));
    if (!this.switches || this.rows.length !== parameters.length) this.build({ ...tunables, parameters });
    parameters.forEach((parameter, at) => this.rows[at].update(parameter));
    tunables.rulesets.forEach((ruleset, at) => this.rulesets[at]?.update(ruleset));
    this.switches.update(tunables.rules ?? []);
    this.filter();
  }

  build(tunables) {
    this.rows = tunables.parameters.map((parameter) => new ParameterRow(parameter, this.edits));
    this.rulesets = tunables.rulesets.map((ruleset) => new RulesetGroup(ruleset, this.edits));
    this.switches = new RuleSwitches(tunables.rules ?? [], this.edits);
    const groups = new Map();
    for (const row of this.rows) groups.set(groupOf(row.name), [...(groups.get(groupOf(row.name)) ?? []), row]);
    this.groups = [...groups].map(([head, rows]) => ({ rows, root: element("section", { class: "panel setting-group" }, element("h2", {}, head), rows.map((row) => row.root)) }));
    this.others = [
      element("section", { class: "panel stack stack-tight" }, element("h2", {}, "Rulesets: whose limits"), this.rulesets.map((one) => one.root)),
      element("section", { class: "panel stack stack-tight" }, element("h2", {}, "Rules that speak here"), element("p", { class: "quiet small" }, "A rule switched off gives no card at this site; the file names it. Why it is off is said by a \"note\" in Text."), this.switches.root),
    ];
    this.nothing = element("p", { class: "quiet" }, "No setting has all of these words. Limits of a test stand in Laboratory bands, codes in Local codes.");
    fill(this.place, this.nothing, this.others[0], this.groups.map((group) => group.root), this.others[1]);
    if (this.wanted && this.rows.some((row) => row.name === this.wanted)) requestAnimationFrame(() => document.getElementById(`setting-${this.wanted}`)?.scrollIntoView({ block: "center" }));
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isHidden = (row, isSet) => !words.every((word) => row.words.includes(word)) || (this.onlySet.checked && !isSet);
    for (const row of this.rows) row.root.hidden = isHidden(row, this.set.has(row.name));
    const switches = this.switches?.rows ?? [];
    for (const row of [...this.rulesets, ...switches]) row.root.hidden = isHidden(row, row.isSet);
    this.groups?.forEach((group) => (group.root.hidden = group.rows.every((row) => row.root.hidden)));
    [this.rulesets, switches].forEach((rows, at) => this.others && (this.others[at].hidden = rows.every((row) => row.root.hidden)));
    const all = [...this.rows, ...this.rulesets, ...switches];
    const seen = all.filter((row) => !row.root.hidden).length;
    if (this.nothing) this.nothing.hidden = seen > 0;
    this.count.textContent = seen < all.length ? `${seen} of ${all.length} settings and rules` : `${all.length} settings and rules`;
  }

  leave() {}
}
