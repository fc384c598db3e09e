// The site file's own text, with every fault at its place. It and the sliders are two hands on one draft, with one way back.

import { element, fill } from "../shell/element.js";

const WAIT = 250;  // milliseconds after a keystroke

export class SiteTextView {
  constructor(app, consequences, place) {
    Object.assign(this, { app, consequences, place });
    this.holder = element("div", { class: "editor" }, element("p", { class: "quiet" }, "Opening the editor…"));
    this.root = element("section", { class: "panel stack stack-tight" },
      element("p", { class: "quiet small" }, `${app.session.site?.path ?? "The site file"}, as it would be saved. Faults stand in the margin and in the list beside; Ctrl+Z and Ctrl+Y are those of the whole workbench.`), this.holder);
    this.forget = app.draft.subscribe(() => this.follow());
    this.hear = (findings) => this.mark(findings);
    consequences.heard.add(this.hear);
    this.open();
  }

  async open() {
    let CodeMirror;
    try {
      CodeMirror = await this.app.library("codemirror");
    } catch (failure) {
      return this.plain(failure.message);
    }
    if (this.isLeft) return;
    const { draft } = this.app;
    this.holder.replaceChildren();
    this.editor = CodeMirror(this.holder, {
      value: draft.text, mode: { name: "javascript", json: true }, lineNumbers: true, lineWrapping: true, matchBrackets: true, autoCloseBrackets: true,
      gutters: ["CodeMirror-lint-markers"], lint: { getAnnotations: () => this.annotations(), lintOnChange: false, highlightLines: true }, screenReaderLabel: "Text of the site file", tabSize: 2,
      // Tab leaves the editor: a field that keeps the key is a trap for whoever has no mouse.
      extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Z": () => draft.undo(), "Cmd-Z": () => draft.undo(), "Ctrl-Y": () => draft.redo(), "Shift-Ctrl-Z": () => draft.redo(), "Shift-Cmd-Z": () => draft.redo() },
    });
    this.editor.on("change", (_, change) => change.origin !== "setValue" && this.typed());
    this.mark(this.consequences.findings);
    if (this.place) this.goTo(this.place);
  }

  /** Without the library the text can still be written. */
  plain(message) {
    const area = element("textarea", { class: "form-control plain-text", rows: "24", spellcheck: "false", "aria-label": "Text of the site file", value: this.app.draft.text, on: { input: () => this.app.draft.set(area.value, "typed in the text") } });
    this.area = area;
    fill(this.holder, element("p", { class: "notice" }, message), area);
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), WAIT);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    this.app.draft.set(this.editor.getValue(), "typed in the text");
  }

  /** The draft moved by another hand: the text follows, and the cursor stays about where it was. */
  follow() {
    const { text } = this.app.draft;
    if (this.area && this.area.value !== text) this.area.value = text;
    if (!this.editor || this.editor.getValue() === text) return;
    const cursor = this.editor.getCursor();
    const scroll = this.editor.getScrollInfo();
    this.editor.setValue(text);
    this.editor.setCursor(cursor, null, { scroll: false });
    this.editor.scrollTo(scroll.left, scroll.top);
  }

  annotations() {
    const { editor } = this;
    if (!editor) return [];
    return this.consequences.findings.filter((one) => one.line).map((one) => {
      const line = Math.min(one.line, editor.lineCount()) - 1;
      const ch = Math.max((one.column ?? 1) - 1, 0);
      const word = editor.findWordAt({ line, ch });
      const to = word.head.ch > ch ? word.head : { line, ch: ch + 1 };
      return { from: { line, ch }, to, severity: one.severity === "error" ? "error" : "warning", message: [one.message, one.mend].filter(Boolean).join(" ") };
    });
  }

  mark() {
    this.editor?.performLint();
  }

  goTo(finding) {
    if (!this.editor) return void (this.place = finding);
    const at = { line: finding.line - 1, ch: Math.max((finding.column ?? 1) - 1, 0) };
    this.editor.focus();
    this.editor.setCursor(at);
    this.editor.scrollIntoView(at, 80);
  }

  draw() {}

  leave() {
    this.isLeft = true;
    if (this.timer) this.flush();
    this.forget();
    this.consequences.heard.delete(this.hear);
  }
}
