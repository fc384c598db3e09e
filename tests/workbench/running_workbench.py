"""`backpain-cds workbench` as a process on loopback, over files of its own and invented patients, and pages of Chromium at its address."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]
import browser  # noqa: E402

PACK = ROOT / "rules/packs/back-pain-labs"
AT = "2026-03-02T09:00:00-05:00"  # the day of the sample patients' stories
PATIENCE_SECONDS = 120
SITE = """{
  // What General Hospital decides.
  "site": "General Hospital",
  "pack": "back-pain-labs",
  "version": "^2.0",
  "parameters": { "vitaminD.ruleset": "nam-2011" }
}
"""
PATIENTS = 120


def write_population(folder, patients=PATIENTS):
    """Invented patients with much back pain, so that few of them have many cards."""
    subprocess.run([sys.executable, "-B", ROOT / "tests/population/generate.py", "--patients", str(patients), "--out", folder, "--format", "bundles",
                    "--back-pain", ".6", "--more", "3", "--noise", "0"], check=True, stdout=subprocess.DEVNULL)


class RunningWorkbench:
    """`folder` holds site.json, and what else a test puts there; `address` is what the program prints."""

    def __init__(self, program, population=None, report=None, site=SITE, pack=PACK):
        self.program, self.options, self.pack = program, [], pack
        self.text = site
        if population:
            self.options += ["--population", population]
        if report:
            self.options += ["--report", report]

    def __enter__(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.folder = Path(self.keeper.name)
        self.site = self.folder / "site.json"
        self.begin_anew()
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([self.program, "workbench", "--pack", self.pack, "--site", self.site, "--at", AT, "--port", "0", *self.options],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        told = re.search(r"(http://127\.0\.0\.1:\d+/)#token=(\S+)", line)
        if not told:
            self.__exit__()
            raise RuntimeError(f"the workbench did not start: {line}")
        self.origin, self.token = told[1].rstrip("/"), told[2]
        return self

    def begin_anew(self):
        """The site file as it was at first."""
        if self.text is None:
            self.site.unlink(missing_ok=True)
        else:
            self.site.write_text(self.text, encoding="utf-8")

    def address(self, page=""):
        return f"{self.origin}/#token={self.token}&/{page}"

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()
        self.keeper.cleanup()


QUIET = "document.querySelector('main h1') && !document.querySelector('[aria-busy=true]') && " \
        "![...document.querySelectorAll('canvas[role=img]')].some(each => driver.isSeen(each) && each.closest('.figure-of') && !each.dataset.drawn)"


@unittest.skipIf(browser.CHROMIUM is None, browser.MISSING)
class WorkbenchTest(unittest.TestCase):
    """One workbench and one browser for a class; each test has a tab of its own, as a person would who begins anew."""

    program = None
    patients, report, site, pack = 0, None, SITE, PACK

    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        population = None
        if cls.patients:
            population = folder / "population"
            write_population(population, cls.patients)
        if cls.report:
            cls.report(cls.program, folder / "report.json")
        cls.workbench = cls.enterClassContext(RunningWorkbench(cls.program, population, folder / "report.json" if cls.report else None, cls.site, cls.pack))
        cls.browser = cls.enterClassContext(browser.started())

    def setUp(self):
        self.workbench.begin_anew()
        self.page = self.browser.page()
        self.addCleanup(self.page.close)

    def open(self, page):
        # An address that differs behind its # alone would not be loaded anew.
        self.page.open("about:blank")
        self.page.open(self.workbench.address(page))
        self.quiet()

    def quiet(self):
        """Waits until the page has all its answers and has drawn them."""
        self.page.wait(QUIET)

    def go(self, name):
        """To another page, by the mouse."""
        self.page.click("nav a", name)
        self.page.wait(f"document.querySelector('main h1')?.textContent === '{name}'")
        self.quiet()

    def begin_with(self, draft, page):
        """A page in a tab that holds this draft, as after a reload."""
        self.open("rules")
        self.page.evaluate(f"""(async () => {{
            const asked = await fetch('/api/session', {{headers: {{Authorization: `Bearer ${{sessionStorage.getItem('token')}}`}}}});
            const {{site}} = await asked.json();
            sessionStorage.setItem('draft', JSON.stringify({{path: site.path, text: {json.dumps(draft)}, saved: site.text, digest: site.digest, back: [], forth: []}}));
        }})()""")
        self.page.evaluate(f"history.replaceState(null, '', '#/{page}')")
        self.page.reload()
        self.quiet()

    def each_page(self, draft, pages):
        """Shows these pages in turn, in a tab with this draft."""
        self.begin_with(draft, "rules")
        self.ready_population()
        for name in pages:
            self.page.evaluate(f"location.hash = '#/{name}'")
            self.page.wait(f"document.querySelector('main h1').textContent === '{name.split('/')[0].capitalize()}'")
            self.quiet()
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


def main(argv):
    WorkbenchTest.program = argv.pop(1)
    unittest.main("__main__", argv=argv, verbosity=1)
