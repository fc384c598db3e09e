// Edits of the site file by value: the server puts them into the text in place, so that order, spaces and remarks of the file stay as a person wrote them.

const WAIT = 60;  // milliseconds: what a slider passes in between is one edit

export class Edits {
  constructor(app) {
    this.app = app;
    this.pending = new Map();
    this.heard = new Set();
    this.isSending = false;
    this.timer = null;
  }

  /** Whether a value of this pointer has not reached the draft yet: what the person just did is newer than what the draft says. */
  isPending(key) {
    return this.pending.has(key) || this.sent?.has(key);
  }

  get isBusy() {
    return this.isSending || this.pending.size > 0;
  }

  /** `value` of nothing takes the member away. */
  set(pointer, value, label) {
    this.add(pointer, { label, body: { pointer, ...(value !== undefined && { value }) } });
  }

  edge(edge, label) {
    this.add(`edge ${edge.analyte} ${edge.kind ?? ""} ${edge.index}`, { label, body: { edge } });
  }

  add(key, change) {
    this.pending.set(key, { ...change, key });
    this.timer ??= setTimeout(() => this.send(), WAIT);
    for (const heard of this.heard) heard(true);
  }

  async send() {
    this.timer = null;
    if (this.isSending || this.pending.size === 0) return;
    this.isSending = true;
    this.sent = this.pending;
    this.pending = new Map();
    const changes = [...this.sent.values()];
    let made = null;
    try {
      made = await this.made(changes);
    } catch (failure) {
      this.app.say(failure.message, "bad");
    }
    // What was being sent counts as arrived before the views hear of the new draft.
    this.sent = null;
    this.isSending = false;
    if (made !== null) this.app.draft.set(made, changes.at(-1).label, changes.at(-1).key);
    if (!this.isBusy) for (const heard of this.heard) heard(false);
    if (this.pending.size > 0) this.timer ??= setTimeout(() => this.send(), WAIT);
  }

  /** The draft's text with the changes in it. */
  async made(changes) {
    const { api, draft } = this.app;
    let from;
    let text;
    // Undo or typing meanwhile has made another draft: the edit belongs into that one.
    do {
      from = draft.text;
      ({ site: text } = await api("POST", "/api/edit", { site: from, set: changes.map((change) => change.body) }));
    } while (draft.text !== from);
    return text;
  }
}
