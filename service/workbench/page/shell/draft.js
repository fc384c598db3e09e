// The draft: the site file's text as the person has it. It lives in this tab, survives a reload, and knows its way back.

const KEY = "draft";
const MOST_STEPS = 200;
const MOST_STORED = 2_000_000;  // characters: beyond it a browser's sessionStorage refuses; then the oldest steps are let go
const ONE_MOVE = 1500;  // milliseconds within which changes of one thing are one step: a slider on its way

export class Draft {
  constructor(path) {
    this.path = path ?? "";
    this.text = "";
    this.saved = "";
    this.digest = null;
    this.back = [];
    this.forth = [];
    this.heard = new Set();
    this.isKept = true;
    this.lastMove = null;
    this.lastTime = 0;
  }

  get isChanged() {
    return this.text !== this.saved;
  }

  get undoLabel() {
    return this.back.at(-1)?.label ?? null;
  }

  get redoLabel() {
    return this.forth.at(-1)?.label ?? null;
  }

  subscribe(heard) {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  /** `label`: what was done, for undo; `move`: what moved, where one move has many labels, as a slider's has. */
  set(text, label, move = label) {
    if (text === this.text) return;
    const now = Date.now();
    const isSameMove = move === this.lastMove && now - this.lastTime < ONE_MOVE && this.back.length > 0;
    if (isSameMove) this.back.at(-1).label = label;
    else this.back.push({ text: this.text, label });
    if (this.back.length > MOST_STEPS) this.back.shift();
    this.forth = [];
    this.lastMove = move;
    this.lastTime = now;
    this.text = text;
    this.changed(label);
  }

  /** The file as it was saved; undo brings back what it takes the place of. */
  discard() {
    this.lastMove = null;
    this.set(this.saved, "discarded the draft");
  }

  undo() {
    this.step(this.back, this.forth, "Undone");
  }

  redo() {
    this.step(this.forth, this.back, "Done again");
  }

  step(from, to, word) {
    const step = from.pop();
    if (!step) return;
    to.push({ text: this.text, label: step.label });
    this.text = step.text;
    this.lastMove = null;
    this.changed(`${word}: ${step.label}`);
  }

  /** The file as it is on disk: read at the start, or just written. The draft itself stays. */
  rebase(saved, digest) {
    this.saved = saved;
    this.digest = digest;
    this.changed("");
  }

  /** As `rebase`, and the draft becomes what the file says; undo brings the other one back. */
  adopt(saved, digest, label) {
    this.saved = saved;
    this.digest = digest;
    if (this.text === saved) this.changed("");
    else this.set(saved, label);
  }

  changed(label) {
    this.store();
    for (const heard of [...this.heard]) heard(this, label);
  }

  store() {
    const kept = { path: this.path, text: this.text, saved: this.saved, digest: this.digest, back: this.back, forth: this.forth };
    while (kept.back.length > 0 && size(kept) > MOST_STORED) kept.back = kept.back.slice(Math.ceil(kept.back.length / 2));
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
      this.isKept = true;
    } catch {
      // An older text under this tab's name would come back as if it were this one.
      sessionStorage.removeItem(KEY);
      this.isKept = false;
    }
  }

  /** What this tab held before a reload, if it was of the same file. */
  restore() {
    let kept;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    } catch {
      return false;
    }
    if (!kept || kept.path !== this.path) return false;
    Object.assign(this, { text: kept.text, saved: kept.saved, digest: kept.digest, back: kept.back, forth: kept.forth });
    return true;
  }
}

function size(kept) {
  return [...kept.back, ...kept.forth].reduce((sum, step) => sum + step.text.length, kept.text.length + kept.saved.length);
}
