// A tree by the ARIA pattern: one stop of the Tab key, arrows within it, and branches that are built when they are first opened.

import { element } from "../shell/element.js";

/**
 * `nodes`: [{content: [nodes], text, children: () → nodes | null, isOpen, references}]. `lit(references)` hears what the mouse or the focus is on.
 * `text` is what a typed letter is held against, and how a branch is known again: `before` is a tree of the same question, whose open branches and focus this one takes over.
 */
export function tree(label, nodes, lit, before = null) {
  const root = element("ul", { role: "tree", "aria-label": label, class: "tree" });
  const state = { root, lit, opened: before ? pathsOf(before, '[aria-expanded="true"]') : null };
  addItems(state, root, nodes, 1, "");
  const stop = before?.querySelector('[role="treeitem"][tabindex="0"]')?.path;
  const items = [...root.querySelectorAll('[role="treeitem"]')];
  const first = items.find((item) => item.path === stop) ?? items[0];
  if (first) first.tabIndex = 0;
  root.addEventListener("keydown", (event) => key(state, event));
  root.addEventListener("click", (event) => click(state, event));
  root.addEventListener("focusin", (event) => moved(state, event));
  root.addEventListener("mouseover", (event) => lit(itemOf(event.target)?.references ?? []));
  root.addEventListener("mouseleave", () => lit(root.contains(document.activeElement) ? (itemOf(document.activeElement)?.references ?? []) : []));
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) lit([]);
  });
  return root;
}

function pathsOf(root, which) {
  return new Set([...root.querySelectorAll(`[role="treeitem"]${which}`)].map((item) => item.path));
}

function addItems(state, list, nodes, level, above) {
  nodes.forEach((node, at) => {
    const hasChildren = Boolean(node.children);
    const item = element("li", {
      role: "treeitem", tabindex: "-1", class: "tree-item", "aria-level": level, "aria-setsize": nodes.length, "aria-posinset": at + 1,
      "aria-expanded": hasChildren ? "false" : null,
    }, element("div", { class: "tree-line" }, element("span", { class: "tree-mark", "aria-hidden": "true" }), element("div", { class: "tree-words" }, node.content)));
    item.references = node.references ?? [];
    item.node = node;
    item.path = `${above}/${node.text}`;
    list.append(item);
    if (hasChildren && (state.opened ? state.opened.has(item.path) : node.isOpen)) open(state, item);
  });
}

function itemOf(target) {
  return target.closest?.('[role="treeitem"]') ?? null;
}

function open(state, item) {
  if (item.getAttribute("aria-expanded") !== "false") return;
  item.setAttribute("aria-expanded", "true");
  if (item.querySelector(":scope > ul")) return;
  const group = element("ul", { role: "group", class: "tree-group" });
  item.append(group);
  addItems(state, group, item.node.children(), Number(item.getAttribute("aria-level")) + 1, item.path);
}

function close(item) {
  if (item.getAttribute("aria-expanded") === "true") item.setAttribute("aria-expanded", "false");
}

function toggle(state, item) {
  if (item.getAttribute("aria-expanded") === "true") close(item);
  else open(state, item);
}

function seen(state) {
  return [...state.root.querySelectorAll('[role="treeitem"]')].filter((item) => !item.parentElement.closest('[aria-expanded="false"]'));
}

function focus(item) {
  item?.focus({ preventScroll: true });
  item?.querySelector(".tree-line")?.scrollIntoView({ block: "nearest" });
}

function moved(state, event) {
  const item = itemOf(event.target);
  if (!item || item !== event.target) return;
  state.root.querySelectorAll('[tabindex="0"][role="treeitem"]').forEach((one) => (one.tabIndex = -1));
  item.tabIndex = 0;
  state.lit(item.references);
}

function click(state, event) {
  const item = itemOf(event.target);
  if (!item || event.target.closest("button, a") || !event.target.closest(".tree-line")) return;
  focus(item);
  toggle(state, item);
}

function key(state, event) {
  const item = event.target;
  if (item.getAttribute?.("role") !== "treeitem") return;
  if (event.ctrlKey && event.key === "Enter") return item.querySelector(":scope > .tree-line a")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const items = seen(state);
  const at = items.indexOf(item);
  const isOpen = item.getAttribute("aria-expanded");
  const acts = {
    ArrowDown: () => focus(items[at + 1]),
    ArrowUp: () => focus(items[at - 1]),
    Home: () => focus(items[0]),
    End: () => focus(items.at(-1)),
    ArrowRight: () => (isOpen === "true" ? focus(items[at + 1]) : open(state, item)),
    ArrowLeft: () => (isOpen === "true" ? close(item) : focus(item.parentElement.closest('[role="treeitem"]'))),
    Enter: () => toggle(state, item),
    " ": () => toggle(state, item),
    "*": () => [...item.parentElement.children].forEach((one) => open(state, one)),
  };
  const letter = event.key.length === 1 && /\S/.test(event.key) && event.key !== "*";
  if (!acts[event.key] && !letter) return;
  event.preventDefault();
  if (acts[event.key]) return acts[event.key]();
  const after = [...items.slice(at + 1), ...items.slice(0, at)];
  focus(after.find((one) => (one.node.text ?? "").toLowerCase().startsWith(event.key.toLowerCase())));
}
