#!/usr/bin/env python3
"""axe-core (from npm, into the folder NPM_FOLDER) looks at every page of the workbench in every look: nothing serious or critical. AXE_PAGES names the pages, by
default all of them.

    axe_test.py PROGRAM [test...]

Exit status 77: skipped, there is no npm or it cannot install.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from looks_test import ES_2011, PAGES, SCHEMES, WINDOWS
from running_workbench import WorkbenchTest, main

AXE = "axe-core@4.10.3"
INSTALL_SECONDS = 300
SKIPPED = 77
GRAVE = {"serious", "critical"}
SCAN = """axe.run(document, {resultTypes: ['violations'], iframes: false}).then(result => result.violations.map(
    each => ({id: each.id, impact: each.impact, help: each.help, nodes: each.nodes.slice(0, 4).map(node => [node.html, node.failureSummary])})))"""


def installed(folder):
    """axe-core's source, fetched by npm unless it is there."""
    script = folder / "node_modules/axe-core/axe.min.js"
    if script.exists() and json.loads((script.parent / "package.json").read_text())["version"] == AXE.split("@")[1]:
        return script.read_text(encoding="utf-8")
    if not shutil.which("npm"):
        print("skipped: there is no npm")
        sys.exit(SKIPPED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", folder, AXE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        print(f"skipped: npm could not install {AXE} (no registry?)")
        sys.exit(SKIPPED)
    return script.read_text(encoding="utf-8")


class Axe(WorkbenchTest):
    is_full = seeks_changes = True
    source = None

    def setUp(self):
        super().setUp()
        # Once for a document, as the browser itself puts it there: the policy of the page lets nothing in, and the source is half a megabyte.
        self.page.call("Page.addScriptToEvaluateOnNewDocument", source=self.source)

    def violations(self):
        # Colours on their way from one scheme to the other are of neither: who wants no motion sees them turn at once.
        self.page.settle()
        return [f"{each['id']} ({each['impact']}): {each['help']}: {html[:160]} {why[:300]}"
                for each in self.page.evaluate(SCAN) if each["impact"] in GRAVE for html, why in each["nodes"]]

    def test_finds_nothing_serious_on_any_page_in_any_look(self):
        pages = os.environ.get("AXE_PAGES", " ".join(PAGES)).split()
        self.page.prefers("light", motion="reduce")
        for name in self.each_page(ES_2011, pages):
            for window, (width, height, zoom) in WINDOWS.items():
                self.page.viewport(width, height, zoom)
                for scheme in SCHEMES:
                    self.page.prefers(scheme, motion="reduce")
                    with self.subTest(page=name, window=window, scheme=scheme):
                        self.assertEqual(self.violations(), [])
            self.page.viewport(1280, 800)

    def test_hears_of_what_is_wrong(self):
        self.open("rules")
        self.page.evaluate("""document.querySelector('main').append(document.createElement('button'),
            Object.assign(document.createElement('p'), {textContent: 'Grey on white', className: 'grey'}));
            document.querySelector('.grey').style.setProperty('color', '#ddd')""")
        told = " ".join(self.violations())
        self.assertRegex(told, "button-name")
        self.assertRegex(told, "color-contrast")


if __name__ == "__main__":
    Axe.source = installed(Path(os.environ.get("NPM_FOLDER", "npm")))
    main(sys.argv)
