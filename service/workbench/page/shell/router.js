// Which page an address shows. Addresses name views and rules, never a patient: they end up in a browser's history.

export function partsOf(hash) {
  return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decoded);
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function addressOf(...parts) {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export class Router {
  /** `pages`: [{name, module}]; `root`: where a page is built; `moved(page)` hears where one is. */
  constructor(pages, root, app, moved) {
    Object.assign(this, { pages, root, app, moved, page: null, view: null });
    window.addEventListener("hashchange", () => this.show());
  }

  go(address) {
    const wanted = address.startsWith("#") ? address : `#/${address.replace(/^\//, "")}`;
    if (location.hash === wanted) this.show();
    else location.hash = wanted;
  }

  show() {
    const [name, ...parts] = partsOf(location.hash);
    const page = this.pages.find((one) => one.name === name) ?? this.pages[0];
    if (page === this.page && this.view?.move?.(parts)) return;
    this.leave();
    this.build(page, parts);
  }

  leave() {
    const view = this.view;
    this.view = null;
    if (typeof view === "function") view();
    else view?.leave?.();
  }

  build(page, parts) {
    const isOther = page !== this.page;
    const isFirst = this.page === null;
    this.page = page;
    document.title = `${page.module.title} · Workbench`;
    const { element } = this.app;
    const heading = element("h1", { tabindex: "-1", class: "page-title" }, page.module.title);
    const body = element("div", { class: "page" });
    this.root.replaceChildren(heading, body);
    this.moved(page);
    try {
      this.view = page.module.show(body, this.app, parts);
    } catch (failure) {
      body.replaceChildren(element("p", { class: "panel notice-bad" }, `This page could not be built: ${failure.message}`));
      console.error(failure);
    }
    if (isOther && !isFirst) {
      heading.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }
}
