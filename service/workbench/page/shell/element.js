// Elements from words: what comes from a record, a pack or a file becomes text nodes and nothing else, so no markup of theirs is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

function setAttribute(made, name, value) {
  if (name === "on") {
    for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
  } else if (name === "style") {
    // Through CSSOM: the page's content security policy refuses style attributes.
    for (const [property, set] of Object.entries(value)) made.style.setProperty(property, set);
  } else if (name === "value" || name === "checked" || name === "disabled" || name === "selected" || name === "indeterminate") {
    made[name] = value;
  } else if (value === true) {
    made.setAttribute(name, "");
  } else if (value !== false && value !== null && value !== undefined) {
    made.setAttribute(name, String(value));
  }
}

function filled(made, attributes, children) {
  const { value, ...others } = attributes ?? {};
  for (const [name, set] of Object.entries(others)) setAttribute(made, name, set);
  append(made, children);
  // A select takes its value only once it has its options.
  if (value !== undefined && value !== null) setAttribute(made, made.namespaceURI === SVG ? "data-value" : "value", value);
  return made;
}

function append(made, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    made.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** An HTML element. `attributes`: as in HTML, and `on: {event: heard}`, `style: {property: value}`. Children are nodes, text, or lists of them. */
export function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** In place of what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** As `fill`, with what says nearly the same: what was unfolded stays so, and the focus where it was. Both are found again by `data-keep` (of a fold: its summary's), a link by its address. */
export function refill(node, ...children) {
  const keyOf = (one) => one?.dataset.keep ?? one?.getAttribute("href") ?? null;
  const folds = () => [...node.querySelectorAll("details")].map((fold) => [fold, keyOf(fold.querySelector("summary"))]).filter(([, key]) => key);
  const unfolded = new Set(folds().filter(([fold]) => fold.open).map(([, key]) => key));
  const focused = node.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  fill(node, ...children);
  for (const [fold, key] of folds()) if (unfolded.has(key)) fold.open = true;
  if (focused) [...node.querySelectorAll("[data-keep], a")].find((one) => keyOf(one) === focused)?.focus({ preventScroll: true });
  return node;
}

let lastId = 0;

/** An id that no other element of the page has, to tie labels and descriptions to what they speak of. */
export function freshId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** A link out of the workbench: only to where a browser may safely go, else the text alone. */
export function outside(url, text) {
  if (!/^https?:\/\//i.test(url ?? "")) return element("span", {}, text);
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text, element("span", { class: "visually-hidden" }, " (opens in a new tab)"));
}
