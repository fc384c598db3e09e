// What the page says to the person: in passing, heard by screen readers too; or to stay until it is dealt with.

import { element } from "./element.js";

const SHOWN_FOR = 6000;  // milliseconds
const SIGNS = { good: "✓", bad: "!", note: "i" };

let timer = null;

/** `kind`: good, bad or note. What is bad stays until something else is said. */
export function say(message, kind = "note") {
  const said = document.getElementById("said");
  clearTimeout(timer);
  said.replaceChildren(
    element("div", { class: `saying saying-${kind}` },
      element("span", { class: "saying-sign", "aria-hidden": "true" }, SIGNS[kind] ?? SIGNS.note),
      element("span", {}, message),
      element("button", { type: "button", class: "btn btn-sm btn-plain", "aria-label": "Close this message", on: { click: () => said.replaceChildren() } }, "×")));
  if (kind !== "bad") timer = setTimeout(() => said.replaceChildren(), SHOWN_FOR);
}

/**
 * A notice at the head of the page under a name of its own; one of the same name takes its place, `null` takes it away. `acts`: [{label, done}].
 * One that says the same stays as it is: it is not read out again, and keeps the focus.
 */
export function notice(name, message, kind = "note", acts = []) {
  const place = document.getElementById("notices");
  const says = JSON.stringify([message, kind, acts.map((act) => act.label)]);
  const before = [...place.children].find((one) => one.dataset.name === name);
  if (message && before?.says === says) {
    before.acts = acts;
    return;
  }
  before?.remove();
  if (!message) return;
  const made = element("div", { class: `notice notice-${kind}`, role: kind === "bad" ? "alert" : "status", "data-name": name },
    element("p", {}, message),
    acts.map((act, at) => element("button", { type: "button", class: "btn btn-sm btn-secondary", on: { click: () => made.acts[at].done() } }, act.label)));
  Object.assign(made, { says, acts });
  place.append(made);
}
