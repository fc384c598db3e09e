// The cards as a client shows them: the page of `evaluate --format html`, in a frame that runs no script, sends nothing and leads nowhere.

import { element, fill } from "../shell/element.js";

/** The page with its styles under other names: parsed as they are, they would be refused by this page's policy. In words of a record `<` and `"` are escaped, so these are the page's own. */
function parsedWithoutStyles(html) {
  const renamed = html.replaceAll("<style>", "<x-style>").replaceAll("</style>", "</x-style>").replaceAll(' style="', ' data-style="');
  return new DOMParser().parseFromString(renamed, "text/html");
}

/** The parsed page put into an empty frame. A frame filled by `srcdoc` would inherit the policy; styles set through CSSOM are allowed. */
function pour(frame, html) {
  const parsed = parsedWithoutStyles(html);
  const inner = frame.contentDocument;
  const sheet = new frame.contentWindow.CSSStyleSheet();
  sheet.replaceSync([...parsed.querySelectorAll("x-style")].map((one) => one.textContent).join("\n") + "\nbody{padding:4px 2px;background:transparent}:root{color-scheme:light dark}");
  inner.adoptedStyleSheets = [sheet];
  inner.documentElement.lang = parsed.documentElement.lang || "en";
  parsed.querySelectorAll("script, style, x-style, meta, link, base, iframe, object, embed, h1").forEach((one) => one.remove());
  const body = inner.adoptNode(parsed.body);
  for (const styled of body.querySelectorAll("[data-style]")) styled.style.cssText = styled.dataset.style;
  for (const link of body.querySelectorAll("a[href]")) {
    link.title = link.getAttribute("href");
    link.removeAttribute("href");
  }
  inner.documentElement.replaceChild(body, inner.body);
}

function fit(frame) {
  if (!frame.contentDocument?.documentElement) return;
  frame.style.height = "0";
  frame.style.height = `${Math.ceil(frame.contentDocument.documentElement.scrollHeight) + 4}px`;
}

export class CardsView {
  constructor() {
    this.root = element("div", { class: "cards" });
    this.observed = new ResizeObserver(() => this.frame && fit(this.frame));
    this.observed.observe(this.root);
    this.turn = 0;
  }

  async draw(html) {
    const turn = ++this.turn;
    this.ready ??= this.emptyFrame();
    const frame = await this.ready;
    if (turn !== this.turn) return;
    this.frame = frame;
    pour(frame, html);
    fit(frame);
    this.root.removeAttribute("aria-busy");
  }

  emptyFrame() {
    const frame = element("iframe", { title: "Cards as the client shows them", sandbox: "allow-same-origin", class: "cards-frame", srcdoc: "<!doctype html><title>Cards</title>" });
    const ready = new Promise((resolve) => frame.addEventListener("load", () => resolve(frame), { once: true }));
    fill(this.root, frame);
    return ready;
  }

  /** What was shown is of another patient. */
  clear() {
    this.turn += 1;
    this.frame = this.ready = null;
    this.root.replaceChildren();
  }

  say(message) {
    this.clear();
    this.root.removeAttribute("aria-busy");
    fill(this.root, element("p", { class: "notice notice-bad", role: "alert" }, message));
  }

  leave() {
    this.observed.disconnect();
  }
}
