// What the server knows, asked again while it reads and from time to time: the population's progress, and whether the file on disk is still the one that was read.

import { notice } from "./say.js";

const WHILE_READING = 1000;  // milliseconds
const OTHERWISE = 10_000;

/** The pack's files as they are, or what is wrong with them. */
function packOf(session) {
  return JSON.stringify([session.pack?.digest ?? null, session.findings ?? []]);
}

export class Session {
  constructor(app) {
    this.app = app;
    this.heard = new Set();
    this.timer = null;
    this.turn = 0;
  }

  subscribe(heard) {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  start() {
    this.plan();
    window.addEventListener("focus", () => this.ask());
  }

  plan() {
    clearTimeout(this.timer);
    const isReading = this.app.session.population?.state === "reading";
    this.timer = setTimeout(() => this.ask(), isReading ? WHILE_READING : OTHERWISE);
  }

  async ask() {
    if (document.hidden && this.app.session.population?.state !== "reading") return this.plan();
    this.turn += 1;
    const { turn } = this;
    const { digest } = this.app.draft;
    try {
      const session = await this.app.api("GET", "/api/session");
      const before = packOf(this.app.session);
      if (turn !== this.turn) return undefined;
      // Saved, or taken from disk, while this was on its way: what it says of the file may be of before.
      if (digest !== this.app.draft.digest) return this.plan();
      this.app.session = session;
      notice("server", null);
      this.compare();
      for (const heard of [...this.heard]) heard(this.app.session);
      // What pages show was told of the pack as it was.
      if (packOf(session) !== before) this.app.draft.changed("");
    } catch (failure) {
      notice("server", failure.message, "bad");
    }
    return this.plan();
  }

  /** Somebody else, or an editor, has written the file since: nothing is lost before the person has chosen. */
  compare() {
    const { draft, session } = this.app;
    const onDisk = session.site?.digest ?? null;
    if (onDisk === draft.digest) return notice("disk", null);
    const text = session.site?.text ?? "";
    if (!draft.isChanged) {
      draft.adopt(text, onDisk, "file changed on disk");
      return this.app.say("The site file was changed on disk and has been read anew. Undo brings the earlier text back.", "note");
    }
    const takeTheirs = () => {
      draft.adopt(text, onDisk, "took the file on disk");
      notice("disk", null);
    };
    const keepMine = () => {
      draft.rebase(text, onDisk);
      notice("disk", null);
    };
    notice("disk", "The site file was changed on disk since this draft was begun. Nothing has been overwritten.", "bad", [
      { label: "Compare, keeping my draft", done: () => (keepMine(), this.app.save()) },
      { label: "Keep my draft", done: keepMine },
      { label: "Take the file on disk (undo brings my draft back)", done: takeTheirs },
    ]);
  }
}
