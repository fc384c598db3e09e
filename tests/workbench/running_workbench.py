"""`backpain-cds workbench` as a process on loopback, over files of its own and invented patients, and pages of Chromium at its address."""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]
import browser  # noqa: E402
import live_report  # noqa: E402

PACK = ROOT / "rules/packs/back-pain-labs"
AT = "2026-03-02T09:00:00-05:00"  # the day of the sample patients' stories
PATIENCE_SECONDS = 120
SITE = """{
  // What General Hospital decides.
  "site": "General Hospital",
  "pack": "back-pain-labs",
  "version": "^3.0",
  "parameters": { "vitaminD.ruleset": "nam-2011" }
}
"""
PATIENTS = 120


def write_population(folder, patients=PATIENTS):
    """Invented patients with much back pain, so that few of them have many cards."""
    subprocess.run([sys.executable, "-B", ROOT / "tests/population/generate.py", "--patients", str(patients), "--out", folder, "--format", "bundles",
                    "--back-pain", ".6", "--more", "3", "--noise", "0"], check=True, stdout=subprocess.DEVNULL)


class RunningWorkbench:
    """`folder` holds site.json, and what else a test puts there; `address` is what the program prints. `patients`: how many it has for a population; `has_report`:
    it is started with the report of a deployment, `report`; `previous`: the version before `pack`."""

    def __init__(self, program, pack=PACK, patients=0, has_report=False, previous=None):
        self.program, self.pack, self.patients, self.has_report, self.previous = program, pack, patients, has_report, previous

    def __enter__(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.folder = Path(self.keeper.name)
        self.site, self.report = self.folder / "site.json", self.folder / "report.json"
        self.site.write_text(SITE, encoding="utf-8")
        options = ["--previous", self.previous] if self.previous else []
        if self.patients:
            write_population(self.folder / "population", self.patients)
            options += ["--population", self.folder / "population"]
        if self.has_report:
            live_report.report(self.program, self.report)
            options += ["--report", self.report]
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([self.program, "workbench", "--pack", self.pack, "--site", self.site, "--at", AT, "--port", "0", *options],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        told = re.search(r"(http://127\.0\.0\.1:\d+/)#token=(\S+)", line)
        if not told:
            self.__exit__()
            raise RuntimeError(f"the workbench did not start: {line}")
        self.origin, self.token = told[1].rstrip("/"), told[2]
        return self

    def begin_anew(self, site):
        """The site file as it was at first; nothing: none."""
        if site is None:
            self.site.unlink(missing_ok=True)
        else:
            self.site.write_text(site, encoding="utf-8")

    def address(self, page=""):
        return f"{self.origin}/#token={self.token}&/{page}"

    def session(self):
        """What the program says of itself."""
        asked = urllib.request.Request(f"{self.origin}/api/session", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()
        self.keeper.cleanup()


class Running:
    """What tests of one process share: one browser, and one workbench of a kind. Each begins when it is first asked for."""

    def __init__(self):
        self.keeper, self.begun = contextlib.ExitStack(), {}

    def get(self, kind, begin):
        if kind not in self.begun:
            self.begun[kind] = self.keeper.enter_context(begin())
        return self.begun[kind]


QUIET = "document.querySelector('main h1') && ![...document.querySelectorAll('[aria-busy=true]')].some(each => WHOLE || !each.matches('.near')) && " \
        "![...document.querySelectorAll('canvas[role=img]')].some(each => driver.isSeen(each) && !each.dataset.drawn)"


@unittest.skipIf(browser.CHROMIUM is None, browser.MISSING)
class WorkbenchTest(unittest.TestCase):
    """Each test has a tab and a site file of its own, as a person would who begins anew. `is_full`: its workbench has a population and the report of a deployment.
    `seeks_changes`: the engine looks for what would change a patient's cards, which takes it seconds for each patient that is opened; without it none is found."""

    program, running = None, Running()
    is_full, site, seeks_changes = False, SITE, False

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.running.get("browser", browser.started)
        cls.workbench = cls.running.get(cls.is_full, cls.begin_workbench)

    @classmethod
    def begin_workbench(cls):
        return RunningWorkbench(cls.program, patients=PATIENTS, has_report=True) if cls.is_full else RunningWorkbench(cls.program)

    def setUp(self):
        self.workbench.begin_anew(self.site)
        self.page = self.browser.page()
        self.addCleanup(self.page.close)
        if not self.seeks_changes:
            self.page.answer("*/api/changes", {"changes": []})

    def open(self, page):
        # An address that differs behind its # alone would not be loaded anew.
        self.page.open("about:blank")
        self.page.open(self.workbench.address(page))
        self.quiet()

    def quiet(self, whole=False):
        """Waits until the page has all its answers and has drawn them; the engine's search for near changes takes seconds and is waited for where the `whole` is looked at."""
        self.page.wait(QUIET.replace("WHOLE", json.dumps(whole)))

    def go(self, name):
        """To another page, by the mouse."""
        self.page.click("nav a", name)
        self.page.wait(f"document.querySelector('main h1')?.textContent === '{name}'")
        self.quiet()

    def begin_with(self, draft, page):
        """A page in a tab that holds this draft, as after a reload."""
        site = self.workbench.session()["site"]
        kept = {"path": site["path"], "text": draft, "saved": site["text"], "digest": site["digest"], "back": [], "forth": []}
        self.page.open("about:blank")
        held = f"sessionStorage.setItem('token', {json.dumps(self.workbench.token)}); sessionStorage.setItem('draft', {json.dumps(json.dumps(kept))})"
        script = self.page.call("Page.addScriptToEvaluateOnNewDocument", source=held)
        self.page.open(f"{self.workbench.origin}/#/{page}")
        self.page.call("Page.removeScriptToEvaluateOnNewDocument", **script)
        self.quiet()

    def each_page(self, draft, pages):
        """Shows these pages in turn, in a tab with this draft."""
        self.begin_with(draft, pages[0])
        self.ready_population()
        for name in pages:
            self.page.evaluate(f"location.hash = '#/{name}'")
            self.page.wait(f"document.querySelector('main h1').textContent === '{name.split('/')[0].capitalize()}'")
            self.quiet(whole=True)
            with self.subTest(page=name):
                yield name

    def draft(self):
        """The site file's text as this tab has it."""
        return self.page.evaluate("JSON.parse(sessionStorage.getItem('draft')).text")

    def ready_population(self):
        self.page.wait("document.getElementById('pack').textContent.includes('population: ')")
        self.quiet()

    def assert_fine(self):
        self.assertEqual((self.page.faults, self.page.dialogs), ([], []))


def main(argv, module="__main__"):
    """`argv`: the program, and tests as unittest names them."""
    WorkbenchTest.program = str(Path(argv.pop(1)).resolve())
    with WorkbenchTest.running.keeper:
        tests = unittest.main(module, argv=argv, verbosity=1, exit=False)
    sys.exit(not tests.result.wasSuccessful())
