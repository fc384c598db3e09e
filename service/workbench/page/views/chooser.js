// One field to find a thing among many by its words: the ARIA combobox with a list, for patients and stories.

import { element, fill, freshId } from "../shell/element.js";

const MOST_SHOWN = 80;

function matches(option, words) {
  const text = `${option.title} ${option.group}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** `options()`: [{id, title, group}]; `chosen(id)` hears the choice. `.show(title)` writes what is chosen now. */
export class Chooser {
  constructor(label, options, chosen) {
    Object.assign(this, { options, chosen, shown: [], active: -1, title: "" });
    const list = freshId("choices");
    const input = freshId("chooser");
    this.input = element("input", { id: input, type: "text", class: "form-control", role: "combobox", "aria-expanded": "false", "aria-controls": list, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
    this.list = element("ul", { id: list, role: "listbox", "aria-label": label, class: "choices", hidden: true });
    this.root = element("div", { class: "field chooser" }, element("label", { for: input }, label), this.input, this.list);
    this.input.addEventListener("input", () => this.open(this.input.value));
    // A press that opens the list begins a new search, also where the field has kept the focus from the last one.
    this.input.addEventListener("click", () => this.list.hidden && (this.input.select(), this.open("")));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.key(event));
    // Before the blur that a press would cause.
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(Number(option.dataset.at));
    });
  }

  show(title) {
    this.title = title;
    this.input.value = title;
    this.input.title = title;  // a long name does not fit into the field
  }

  open(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.options().filter((option) => matches(option, words));
    this.shown = found.slice(0, MOST_SHOWN);
    this.active = words.length > 0 && this.shown.length > 0 ? 0 : -1;
    let group = null;
    fill(this.list, this.shown.flatMap((option, at) => {
      const head = option.group !== group ? element("li", { role: "presentation", class: "choices-head" }, option.group) : null;
      group = option.group;
      return [head, element("li", { role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": "false", class: "choice" }, option.title)];
    }), found.length > MOST_SHOWN ? element("li", { role: "presentation", class: "choices-head" }, `${found.length - MOST_SHOWN} more: type a word`) : null,
    found.length === 0 ? element("li", { role: "presentation", class: "choices-head" }, "Nothing of these words") : null);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.title;
  }

  mark() {
    this.list.querySelectorAll('[role="option"]').forEach((option) => option.setAttribute("aria-selected", String(Number(option.dataset.at) === this.active)));
    const active = this.list.querySelector('[aria-selected="true"]');
    if (!active) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  choose(at) {
    const option = this.shown[at];
    if (!option) return;
    this.show(option.title);
    this.close();
    this.chosen(option.id);
  }

  key(event) {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      if (this.list.hidden) return this.open("");
      this.active = Math.max(0, Math.min(this.shown.length - 1, this.active + move));
      this.mark();
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      this.choose(Math.max(this.active, 0));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }
}
