#!/usr/bin/env python3
"""The alerts for Prometheus: its own promtool finds them sound and hears with them what it should; what they name is what a running service says of
itself; and the runbook tells what to do on each.

    alerts_test.py PROGRAM
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from report_test import RECORDS, call  # noqa: E402
from running_service import PATIENT_VIEW, RunningService, post  # noqa: E402

ALERTS = ROOT / "deploy" / "alerts.yaml"
TESTS = [Path(__file__).with_name(name) for name in ("alerts_test.yaml", "silence_alerts_test.yaml")]
PROGRAM = None
# Counted only where something fails that no test can bring about in a moment: of these the program's own text is looked at.
OF_FAULTS = {"backpain_cds_decisions_lost_total", "backpain_cds_key_set_fetches_total"}
OURS = r"\b(?:backpain_cds_\w+|process_\w+)\b"


def expressions():
    """What the alerts and the recorded shares ask for, without what is for people."""
    text = ALERTS.read_text(encoding="utf-8")
    return re.findall(r"^ +expr: (?:>-\n)?((?:.*\n)+?)(?= +(?:for|labels|- record|- alert):|\s*\n|\Z)", text, re.MULTILINE)


def alerts():
    return re.findall(r"- alert: (\w+)", ALERTS.read_text(encoding="utf-8"))


@unittest.skipUnless(shutil.which("promtool"), "skipped: there is no promtool (Debian package prometheus)")
class Promtool(unittest.TestCase):
    def run_tool(self, *arguments, cwd):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, cwd=cwd, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_finds_the_rules_sound(self):
        self.run_tool("check", "rules", ALERTS, cwd=ROOT)

    def test_hears_what_it_should_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (ALERTS, *TESTS):
                shutil.copy(path, folder)
            self.run_tool("test", "rules", *(path.name for path in TESTS), cwd=folder)

    def test_is_asked_about_each_alert(self):
        told = "".join(path.read_text(encoding="utf-8") for path in TESTS)
        for alert in alerts():
            self.assertRegex(told, rf"alertname: {alert}\n +exp_alerts:", "it should be heard in a test")
            self.assertRegex(told, rf"alertname: {alert} }}", "it should be silent in a test")


def told_by_a_running_service(test):
    """The metrics of a service that answered, refused, and was reloaded well and badly: name, label, values."""
    with RunningService(PROGRAM, store="sqlite:store.db") as service:
        for body in (*map(call, RECORDS), call([]) | {"prefetch": {}}):
            replies, _ = service.send(post(PATIENT_VIEW, json.dumps(body), "Connection: close\r\n"))
            test.assertEqual(replies[0].status, 200 if body["prefetch"] else 412)
        config = service.folder / "config.json"
        for text in ("{", config.read_text()):
            config.write_text(text)
            service.reload()
        metrics = service.admin("/metrics").body.decode()
    told = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", metrics, re.MULTILINE):
        for label, value in [("", ""), *re.findall(r'(\w+)="(.*?)"', labels)]:
            told.setdefault(name, {}).setdefault(label, set()).add(value)
    return told


class Alerts(unittest.TestCase):
    def test_stand_in_the_runbook_each(self):
        told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "deploy" / "RUNBOOK.md").read_text(encoding="utf-8"), re.MULTILINE))
        self.assertEqual(set(alerts()), {name for name in told if name.startswith("BackpainCds")})

    def test_ask_for_what_a_running_service_tells(self):
        told = told_by_a_running_service(self)
        known = (ROOT / "service" / "observe" / "metrics.cpp").read_text(encoding="utf-8")
        for expression in expressions():
            expression = re.sub(r"backpain_cds:\w+(:\w+)?", "", expression)
            for name in set(re.findall(OURS, expression)) & OF_FAULTS:
                self.assertIn(f'"{name}"', known)
            for name in set(re.findall(OURS, expression)) - OF_FAULTS:
                self.assertIn(name, told, expression)
            for name, selected in re.findall(rf"({OURS})\{{(.*?)\}}", expression):
                for label, how, value in re.findall(r'(\w+)(=~|!=|=)"(.*?)"', selected) if name not in OF_FAULTS else ():
                    self.assertIn(label, told[name], expression)
                    self.assertTrue(how != "=" or value in told[name][label], (expression, told[name]))
            for labels, name in re.findall(rf"by \((.*?)\) \((?:increase|rate)\(({OURS})", expression):
                if name not in OF_FAULTS:
                    self.assertLessEqual(set(labels.split(", ")), told[name].keys(), expression)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
