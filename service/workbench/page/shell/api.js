// The way to the server: JSON with the token of this session, and errors that carry the server's own sentence.

const TOKEN = "token";
const UNREACHABLE = "The workbench does not answer. Is it still running? Start it again and open the address that it prints.";

export class ApiError extends Error {
  /** `error`: the server's sentence, for a place that lists the findings; `message` has the first of them. `told`: all that the server said, some of it beside the sentence. */
  constructor(status, error, findings = [], told = {}) {
    super([error, firstOf(findings)].filter(Boolean).join(" "));
    this.told = told;
    this.status = status;
    this.error = error;
    this.findings = findings;
  }
}

/** The token stands behind the `#` of the address that the command prints: it is taken out of the address and kept for this tab alone. Says whether there was one. */
export function takeToken() {
  const given = /^#token=([^&]+)(?:&(.*))?$/.exec(location.hash);
  if (!given) return false;
  sessionStorage.setItem(TOKEN, given[1]);
  history.replaceState(null, "", given[2] ? `#${given[2]}` : location.pathname);
  return true;
}

/** A finding of check: where, what, and how to mend it. One of a whole file has no line. `file`: the name to show; none where the page speaks of one file alone. */
export function findingInWords(finding, file = finding.file) {
  const place = [file, finding.line ? `${file ? "line" : "Line"} ${finding.line}` : null].filter(Boolean).join(" ");
  return [place ? `${place}:` : null, finding.message, finding.mend].filter(Boolean).join(" ");
}

function firstOf(findings) {
  const first = findings.find((one) => one.severity === "error") ?? findings[0];
  return first ? findingInWords(first) : null;
}

async function errorOf(response) {
  let told = {};
  try {
    told = await response.json();
  } catch {
    told = {};
  }
  if (response.status === 403 && !told.error) told.error = "This tab has no valid token. Open the address that the workbench printed when it started.";
  return new ApiError(response.status, told.error ?? `The workbench answered with status ${response.status}.`, told.findings ?? [], told);
}

/** `body`: an object, or text or a file to be sent as it is. `signal` ends a request whose answer nobody wants any more. */
export async function api(method, path, body, { signal } = {}) {
  const asIs = typeof body === "string" || body instanceof Blob;
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(TOKEN) ?? ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, cache: "no-store", body: body === undefined || asIs ? body : JSON.stringify(body) });
    // Inside: a server that ends in the middle of its answer has not answered.
    if (response.ok) return await response.json();
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ApiError(0, UNREACHABLE);
  }
  throw await errorOf(response);
}
