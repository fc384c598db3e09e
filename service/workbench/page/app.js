// The workbench's page: it brings the shell together and shows the page that the address names.

import { ApiError, api, findingInWords, takeToken } from "./shell/api.js";
import { Draft } from "./shell/draft.js";
import { element, fill, outside, svg } from "./shell/element.js";
import { DraftBar, drawPack, drawPages } from "./shell/header.js";
import { latest } from "./shell/latest.js";
import { library, missingBase } from "./shell/library.js";
import { Router } from "./shell/router.js";
import { saveDialog } from "./shell/save.js";
import { notice, say } from "./shell/say.js";
import { Session } from "./shell/session.js";
import * as live from "./pages/live.js";
import * as patient from "./pages/patient.js";
import * as population from "./pages/population.js";
import * as release from "./pages/release.js";
import * as rules from "./pages/rules.js";
import * as tune from "./pages/tune.js";

const PAGES = [
  { name: "patient", module: patient },
  { name: "rules", module: rules },
  { name: "tune", module: tune },
  { name: "population", module: population },
  { name: "release", module: release },
  { name: "live", module: live },
];

const main = document.getElementById("main");

function appOf(session) {
  const app = { api, ApiError, element, svg, fill, outside, say, notice, latest, library, session, patient: null };
  app.draft = new Draft(session.site?.path);
  const wasKept = app.draft.restore();
  if (!wasKept) {
    Object.assign(app.draft, { text: session.site?.text ?? "", saved: session.site?.text ?? "", digest: session.site?.digest ?? null });
    app.draft.store();
  }
  const watch = new Session(app);
  app.onSession = (heard) => watch.subscribe(heard);
  app.refresh = () => watch.ask();
  app.save = () => saveDialog(app);
  app.go = (address) => app.router.go(address);
  app.openPatient = (id, hook = null) => {
    Object.assign(app, { patient: id, patientHook: hook });
    app.go("#/patient");
  };
  return { app, watch, wasKept };
}

function begin(session) {
  const { app, watch, wasKept } = appOf(session);
  app.router = new Router(PAGES, main, app, (page) => drawPages(PAGES, page.name));
  drawPack(session);
  new DraftBar(app);
  app.onSession(drawPack);
  window.addEventListener("beforeunload", (event) => {
    if (app.draft.isChanged) event.preventDefault();
  });
  app.router.show();
  watch.compare();
  watch.start();
  faultsOf(session);
  app.onSession(faultsOf);
  if (wasKept && app.draft.isChanged) say("Your unsaved changes of this tab are still here.");
  keepingOf(app.draft);
  app.draft.subscribe(keepingOf);
}

/** A browser keeps some megabytes for a tab: a draft beyond them would be gone with a reload, and nobody loses work unwarned. */
function keepingOf(draft) {
  notice("keeping", draft.isKept || !draft.isChanged ? null : "This draft is too large for the browser to keep: a reload would lose what is not saved. Save it before you leave this tab.", "bad");
}

/** A pack or a saved file that cannot be used: what is wrong stays in sight on every page until it is mended. */
function faultsOf(session) {
  const [first, ...others] = session.findings ?? [];
  const what = session.pack ? "The saved site file cannot be used, so the pack is shown without it" : "The pack cannot be used";
  notice("faults", first ? `${what}: ${findingInWords(first)}${others.length > 0 ? ` And ${others.length} more: Tune, Text lists them.` : ""}` : null, "bad");
}

async function start() {
  takeToken();
  // The address of a workbench that was started again, opened in a tab of the one before it.
  window.addEventListener("hashchange", () => takeToken() && location.reload());
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  notice("base", missingBase(), "bad");
  drawPages(PAGES, "");
  fill(main, element("p", { class: "quiet" }, "Reading the pack…"));
  try {
    begin(await api("GET", "/api/session"));
  } catch (failure) {
    fill(main, element("h1", { class: "page-title" }, "The workbench could not start"), element("p", { class: "notice notice-bad", role: "alert" }, failure.message));
    if (!(failure instanceof ApiError)) console.error(failure);
  }
}

start();
