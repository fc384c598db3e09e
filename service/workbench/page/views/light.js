// What is spoken of now: a reason that the mouse or the focus is on lights up its resources, in the record and in the plots.

export class Light {
  constructor() {
    this.references = [];
    this.heard = new Set();
  }

  subscribe(heard) {
    this.heard.add(heard);
    return () => this.heard.delete(heard);
  }

  on(references) {
    if (references.length === this.references.length && references.every((one, at) => one === this.references[at])) return;
    this.references = references;
    for (const heard of [...this.heard]) heard(references);
  }

  off() {
    this.on([]);
  }
}

const REFERENCE = /^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?=$|[\s"])/;

/** The resource that a line of an explanation begins with, and the words behind it. */
export function referenceIn(line) {
  const found = REFERENCE.exec(line ?? "");
  if (!found) return { reference: null, words: line ?? "" };
  return { reference: found[1], words: line.slice(found[1].length).trim().replace(/^"([^"]*)"/, "$1") };
}
