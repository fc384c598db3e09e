#!/usr/bin/env python3
"""axe-core (from npm, into the folder NPM_FOLDER) looks at every page of the workbench, in light and dark: nothing serious or critical.

    axe_test.py PROGRAM [test...]

Exit status 77: skipped, there is no npm or it cannot install.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import live_report
from looks_test import ES_2011, PAGES, SCHEMES
from running_workbench import PATIENTS, WorkbenchTest, main

AXE = "axe-core@4.10.3"
INSTALL_SECONDS = 300
SKIPPED = 77
GRAVE = {"serious", "critical"}


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
    patients = PATIENTS
    report = staticmethod(live_report.report)
    source = None

    def violations(self):
        self.page.evaluate(f"void (window.axe || (() => {{ {self.source} }})())")
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false}).then(result => result.violations)")
        return [f"{each['id']} ({each['impact']}): {each['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
                for each in found if each["impact"] in GRAVE for node in each["nodes"][:4]]

    def test_finds_nothing_serious_on_any_page_in_either_scheme(self):
        for name in self.each_page(ES_2011, PAGES):
            for scheme in SCHEMES:
                self.page.prefers(scheme)
                # Colours on their way from one scheme to the other are of neither.
                self.page.wait("document.getAnimations().length === 0")
                with self.subTest(page=name, scheme=scheme):
                    self.assertEqual(self.violations(), [])
            self.page.prefers("light")

    def test_hears_of_what_is_wrong(self):
        self.open("rules")
        self.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        self.assertRegex(" ".join(self.violations()), "button-name")


if __name__ == "__main__":
    Axe.source = installed(Path(os.environ.get("NPM_FOLDER", "npm")))
    main(sys.argv)
