#!/usr/bin/env python3
"""`backpain-cds workbench` as a process on loopback: who is let in, what it answers, saving, and what is broken, huge or full of markup.

    workbench_test.py PROGRAM [test...]
"""

import http.client
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from running_service import PACK, PATIENCE_SECONDS, ROOT

PROGRAM = None
AT = "2026-03-02"
SMALL = ROOT / "tests/rules/packs/good"  # its stories are told in a moment
PATIENT_VIEW = "back-pain-labs-patient-view"
ADDRESS = re.compile(r"workbench on http://127\.0\.0\.1:(\d+)/#token=([0-9a-f]{64})\n")
MARKUP = "<script>document.title='run'</script><img src=x onerror=alert(1)>"


def wait_until(bench, state):
    """Until the population is that far; on a busy machine its reading takes a while."""
    give_up = time.monotonic() + 5 * PATIENCE_SECONDS
    while (population := bench.told("GET", "/api/session")["population"])["state"] != state:
        if time.monotonic() > give_up or population["state"] == "failed":
            raise AssertionError(population)
        time.sleep(0.1)


def patient(name="Mira Holt"):
    return {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1961-05-04", "name": [{"text": name}]}},
        {"resource": {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "recordedDate": "2025-10-01",
                      "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
                      "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007", "display": "Low back pain"}], "text": name}}}]}


def write_patients(folder):
    """Eighty invented ones with much back pain."""
    subprocess.run([sys.executable, "-B", ROOT / "tests/population/generate.py", "--patients", "80", "--until", AT, "--years", "2", "--back-pain", "0.5",
                    "--more", "4", "--noise", "0", "--format", "ndjson", "--out", folder], check=True, timeout=PATIENCE_SECONDS)


class Workbench:
    """One that runs, and a page that asks it."""

    def __init__(self, *arguments, pack=PACK):
        self.process = subprocess.Popen([PROGRAM, "workbench", "--pack", str(pack), "--at", AT, *map(str, arguments)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        said = ADDRESS.fullmatch(self.process.stdout.readline())
        if said is None:
            raise AssertionError(self.process.communicate()[1])
        self.port, self.token = int(said[1]), said[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.errors = self.process.communicate(timeout=PATIENCE_SECONDS)[1]

    def ask(self, method, path, body=None, headers=None, token=True):
        """The status, the headers and the body of an answer."""
        sent = {"Host": f"127.0.0.1:{self.port}", **({"Authorization": f"Bearer {self.token}"} if token else {}), **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5 * PATIENCE_SECONDS)
        try:
            text = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def api(self, method, path, body=None):
        status, _, text = self.ask(method, path, body)
        return status, json.loads(text)

    def told(self, method, path, body=None):
        """What is answered to a question that is in order."""
        status, document = self.api(method, path, body)
        if status != 200:
            raise AssertionError(f"{path}: {status} {document}")
        return document


class WhoIsLetIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = cls.enterClassContext(Workbench(pack=SMALL))

    def test_files_are_open_and_guarded(self):
        status, headers, body = self.bench.ask("GET", "/", token=False)
        self.assertEqual(status, 200, body)
        self.assertIn("default-src 'none'; script-src 'self'", headers["Content-Security-Policy"])
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")

    def test_api_wants_the_token(self):
        for authorization in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer " + "0" * 64}, {"Authorization": self.bench.token},
                              {"Authorization": f"Bearer {self.bench.token}0"}):
            with self.subTest(authorization):
                status, _, body = self.bench.ask("GET", "/api/session", headers=authorization, token=False)
                self.assertEqual(status, 403)
                self.assertIn("token", json.loads(body)["error"])

    def test_a_page_of_another_origin_is_not_let_in(self):
        port = self.bench.port
        for origin in ("http://evil.example", "null", f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", f"http://localhost:{port}"):
            with self.subTest(origin):
                self.assertEqual(self.bench.ask("GET", "/api/session", headers={"Origin": origin})[0], 403)
        self.assertEqual(self.bench.ask("GET", "/api/session", headers={"Origin": f"http://127.0.0.1:{port}"})[0], 200)

    def test_a_name_of_the_net_is_not_this_host(self):
        port = self.bench.port
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", f"127.0.0.1.evil.example:{port}"):
            for path in ("/", "/api/session"):
                with self.subTest(host=host, path=path):
                    self.assertIn(self.bench.ask("GET", path, headers={"Host": host})[0], (400, 403))  # 400: it looks like an address and is none
        for host in (f"localhost:{port}", f"[::1]:{port}"):
            with self.subTest(host):
                self.assertEqual(self.bench.ask("GET", "/api/session", headers={"Host": host})[0], 200)

    def test_nothing_but_files_of_the_page_is_served(self):
        for path in ("/../README.md", "/..%2fREADME.md", "/lib/../../etc/passwd", "/lib/bootstrap5/../../../../etc/passwd", "/lib/jquery/jquery.js",
                     "/lib/", "/lib/bootstrap5", "/no-such.js"):
            with self.subTest(path):
                self.assertEqual(self.bench.ask("GET", path)[0], 404)

    def test_what_is_no_address_and_no_method_is_said(self):
        self.assertEqual(self.bench.api("GET", "/api/nothing")[0], 404)
        self.assertEqual(self.bench.api("GET", "/api/check")[0], 405)
        self.assertEqual(self.bench.ask("POST", "/")[0], 405)
        status, told = self.bench.api("POST", "/api/check", b"{")
        self.assertEqual(status, 400)
        self.assertIn("JSON", told["error"])


class Patients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = cls.enterClassContext(Workbench())

    def evaluated(self, id, **more):
        return self.bench.told("POST", "/api/evaluate", {"patient": id, "service": PATIENT_VIEW, **more})

    def test_session_tells_what_there_is(self):
        session = self.bench.told("GET", "/api/session")
        self.assertEqual(session["pack"]["name"], "back-pain-labs")
        self.assertEqual((session["at"], session["site"]["path"], session["site"]["exists"]), (AT, None, False))
        self.assertIn(PATIENT_VIEW, [one["id"] for one in session["services"]])
        self.assertIn("epic", session["clients"])
        self.assertIn("sample/ada-quill", [one["id"] for one in session["samples"]])
        self.assertTrue(all(re.fullmatch(r"story/[\w-]+/\d+", one["id"]) for one in session["stories"]))

    def test_a_sample_is_evaluated_as_the_command_evaluates_it(self):
        told = self.evaluated("sample/ada-quill")
        command = subprocess.run([PROGRAM, "evaluate", "--pack", PACK, "--service", PATIENT_VIEW, "--patient", ROOT / "deploy/samples/ada-quill.json",
                                  "--at", AT, "--explain=full"], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
        self.assertEqual(told["evaluation"], json.loads(command.stdout))
        self.assertEqual([card["source"]["topic"]["code"] for card in told["cards"]], ["vitamin-d-suggest"])

    def test_a_story_gets_the_cards_that_it_expects(self):
        story = next(one for one in self.bench.told("GET", "/api/session")["stories"] if one["rule"] == "vitamin-d-deficient")
        shown = self.bench.told("GET", f"/api/patients/{quote(story['id'], safe='')}")
        self.assertEqual((shown["title"], shown["bundle"]["resourceType"]), (story["title"], "Bundle"))
        self.assertTrue(shown["at"].startswith("20"))
        session = self.bench.told("GET", "/api/session")
        cards = [card["source"]["topic"]["code"] for service in session["services"] if service["hook"] == "patient-view"
                 for card in self.bench.told("POST", "/api/evaluate", {"patient": story["id"], "service": service["id"]})["cards"]]
        self.assertIn("vitamin-d-deficient", cards)
        order_hook = next(service["id"] for service in session["services"] if service["hook"] == "order-select")
        status, told = self.bench.api("POST", "/api/evaluate", {"patient": story["id"], "service": order_hook})
        self.assertEqual(status, 400)
        self.assertIn("no draft orders", told["error"])

    def test_a_record_that_is_opened_stays_and_can_be_changed_in_a_copy(self):
        opened = self.bench.told("POST", "/api/patients", patient())
        self.assertEqual((opened["title"], opened["resources"]), ("Mira Holt", 2))
        copy = self.bench.told("POST", "/api/patients", {"copyOf": opened["patient"], "remove": "Condition/c"})
        self.assertEqual(copy["resources"], 1)
        sentences = [self.evaluated(one["patient"])["evaluation"]["sentence"] for one in (opened, copy)]
        self.assertNotEqual(*sentences)

    def test_the_preview_is_that_of_the_command(self):
        told = self.bench.told("POST", "/api/preview", {"patient": "sample/ada-quill", "service": PATIENT_VIEW, "client": "epic", "width": 300})
        self.assertIn(">Epic</h2>", told["html"])
        self.assertEqual(self.bench.api("POST", "/api/preview", {"patient": "sample/ada-quill", "service": PATIENT_VIEW, "client": "x"})[0], 400)

    def test_a_patient_who_is_not_there_is_said(self):
        status, told = self.bench.api("POST", "/api/evaluate", {"patient": "p999", "service": PATIENT_VIEW})
        self.assertEqual(status, 404)
        self.assertIn("open the record again", told["error"])

    def test_what_is_no_record_is_refused_with_its_place(self):
        for body, part in ((b"{\n  \"a\": }", "line 2"), (b"[1]", "no resource"), (b"", "cannot be read"), (b"\xff\xfe", "cannot be read")):
            with self.subTest(body):
                status, told = self.bench.api("POST", "/api/patients", body)
                self.assertEqual(status, 400)
                self.assertIn(part, told["error"])

    def test_markup_in_a_record_is_text_in_the_answer(self):
        opened = self.bench.told("POST", "/api/patients", patient(MARKUP))
        self.assertEqual(opened["title"], MARKUP)
        html = self.bench.told("POST", "/api/preview", {"patient": opened["patient"], "service": PATIENT_VIEW})["html"]
        self.assertNotIn("<script>document", html)
        self.assertNotIn("<img src=x", html)

    def test_a_bundle_of_sixty_megabytes_is_read_or_refused_and_one_that_is_larger_is_refused(self):
        record = patient()
        record["entry"].append({"resource": {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "QQ" * (30 << 20)}})
        opened = self.bench.told("POST", "/api/patients", record)
        self.assertEqual(opened["resources"], 3)
        self.assertIn("sentence", self.evaluated(opened["patient"])["evaluation"])
        record["entry"][-1]["resource"]["data"] = "QQ" * (33 << 20)
        status, told = self.bench.api("POST", "/api/patients", record)
        self.assertEqual(status, 413)
        self.assertIn("64 MiB", told["error"])
        self.assertEqual(self.bench.api("GET", "/api/session")[0], 200)


class SiteFile(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.site = self.folder / "site.json"

    def bench(self, *arguments, pack=PACK):
        return self.enterContext(Workbench("--site", self.site, *arguments, pack=pack))

    def test_is_made_at_the_first_save_and_then_noticed_when_somebody_else_changed_it(self):
        bench = self.bench()
        site = bench.told("GET", "/api/session")["site"]
        self.assertEqual((site["exists"], site["digest"]), (False, None))
        text = '{\n  "pack": "back-pain-labs" // ours\n}\n'
        saved = bench.told("PUT", "/api/site", {"site": text, "digest": None})
        self.assertEqual(self.site.read_text(), text)
        self.assertEqual(saved["digest"], sha256(text.encode()).hexdigest())
        self.site.write_text("{ }\n")
        os.chmod(self.site, 0o640)
        status, told = bench.api("PUT", "/api/site", {"site": text, "digest": saved["digest"]})
        self.assertEqual((status, told["text"]), (409, "{ }\n"))
        self.assertEqual(self.site.read_text(), "{ }\n")
        bench.told("PUT", "/api/site", {"site": text, "digest": told["digest"]})
        self.assertEqual((self.site.read_text(), self.site.stat().st_mode & 0o777), (text, 0o640))

    def test_a_draft_is_checked_as_the_command_checks_the_file(self):
        text = '{ "pack": "back-pain-labs", "parameters": { "backPain.chronicDays": 5 } }'
        self.site.write_text(text)
        command = subprocess.run([PROGRAM, "check", PACK, "--site", self.site, "--format", "json", "--at", AT], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS)
        bench = self.bench()
        self.assertEqual(bench.told("POST", "/api/check", {"site": text}), json.loads(command.stdout))
        self.assertEqual(bench.told("POST", "/api/check"), json.loads(command.stdout))

    def test_a_draft_is_compared_with_the_file_in_words_and_line_by_line(self):
        self.site.write_text('{\n  "pack": "back-pain-labs"\n}\n')
        bench = self.bench()
        edited = bench.told("POST", "/api/edit", {"site": self.site.read_text(), "set": [{"pointer": "/parameters/backPain.chronicDays", "value": 60}]})
        told = bench.told("POST", "/api/diff", edited)
        self.assertIn("60", told["markdown"])
        self.assertIn({"kind": "+", "text": '  "parameters": { "backPain.chronicDays": 60 }'}, told["lines"])
        self.assertIn({"kind": " ", "text": "{"}, told["lines"])

    def test_an_edit_leaves_notes_and_order_as_they_are(self):
        text = '{\n  // ours\n  "pack": "back-pain-labs", // note\n  "off": ["b12-low"]\n}\n'
        bench = self.bench()
        for edit, expected in (({"pointer": "/off/0"}, text.replace('["b12-low"]', "[]")),
                               ({"pointer": "/off/-", "value": "b12-high"}, text.replace('"]', '", "b12-high"]')),
                               ({"pointer": "/site", "value": "Ours"}, text.replace(']\n', '],\n  "site": "Ours"\n'))):
            with self.subTest(edit):
                self.assertEqual(bench.told("POST", "/api/edit", {"site": text, "set": [edit]})["site"], expected)
        self.assertEqual(bench.api("POST", "/api/edit", {"site": "{", "set": [{"pointer": "/a", "value": 1}]})[0], 400)

    def test_a_limit_that_is_moved_moves_in_the_other_units_too(self):
        bench = self.bench()
        text = '{\n  "pack": "back-pain-labs"\n}\n'
        tunables = bench.told("POST", "/api/tunables", {"site": text})
        test = next(one for one in tunables["analytes"] if one["name"] == "vitamin-d")
        scale = next(one for one in test["units"] if one["unit"] == "ng/mL")
        edge = scale["edges"][0]
        self.assertFalse(edge["isSet"])
        moved = edge["value"] + edge["allowed"]["step"]
        site = bench.told("POST", "/api/edit", {"site": text, "set": [{"edge": {"analyte": "vitamin-d", "unit": "ng/mL", "index": 0, "value": moved}}]})
        after = bench.told("POST", "/api/tunables", site)
        units = {one["unit"]: one for one in next(one for one in after["analytes"] if one["name"] == "vitamin-d")["units"]}
        self.assertEqual(units["ng/mL"]["edges"][0]["value"], moved)
        self.assertTrue(units["ng/mL"]["edges"][0]["isSet"])
        self.assertAlmostEqual(units["nmol/L"]["edges"][0]["value"], moved * 2.496, delta=1)  # LOINC 1989-3 to 14635-7: 1 ng/mL is 2.496 nmol/L
        errors = [one for one in bench.told("POST", "/api/check", site)[0]["findings"] if one["severity"] == "error"]
        self.assertEqual(errors, [])
        beyond = {"analyte": "vitamin-d", "unit": "ng/mL", "index": 0, "value": 9999}
        self.assertEqual(bench.api("POST", "/api/edit", {"site": text, "set": [{"edge": beyond}]})[0], 400)

    def test_bands_of_a_laboratory_are_written_a_member_a_line_and_the_rest_stays(self):
        bench = self.bench()
        text = '{\n  // ours\n  "pack": "back-pain-labs", // note\n  "off": ["b12-low"]\n}\n'
        edge = {"analyte": "vitamin-d", "unit": "ng/mL", "index": 0, "value": 13}
        site = bench.told("POST", "/api/edit", {"site": text, "set": [{"edge": edge}]})["site"]
        before, after = site.split('  "laboratories": [\n')
        self.assertEqual(before, text.replace(']\n}\n', '],\n'))
        lines = after.splitlines()
        self.assertEqual(lines[:3], ["    {", '      "name": "Our laboratory",', '      "default": true,'])
        self.assertIn('              { "band": "low", "words": "low", "from": { "ng/mL": 13, "nmol/L": 32 } },', lines)
        self.assertEqual(lines[-4:], ["      }", "    }", "  ]", "}"])
        self.assertLess(max(map(len, lines)), 140)
        # A second move changes its numbers alone.
        moved = bench.told("POST", "/api/edit", {"site": site, "set": [{"edge": edge | {"value": 14}}]})["site"]
        self.assertEqual([line for line in moved.splitlines() if line not in site.splitlines()],
                         ['              { "band": "low", "words": "low", "from": { "ng/mL": 14, "nmol/L": 35 } },'])

    def test_what_is_broken_is_said_and_the_rest_works(self):
        self.site.write_text('{ "pack": 7, ' + json.dumps(MARKUP))
        bench = self.bench()
        session = bench.told("GET", "/api/session")
        self.assertEqual(session["site"]["text"], self.site.read_text())
        self.assertTrue(session["findings"])
        status, told = bench.api("POST", "/api/evaluate", {"patient": "sample/ada-quill", "service": PATIENT_VIEW})
        self.assertEqual(status, 400)
        self.assertTrue(told["findings"][0]["message"])
        bench.told("POST", "/api/evaluate", {"patient": "sample/ada-quill", "service": PATIENT_VIEW, "site": '{ "pack": "back-pain-labs" }'})

    def test_a_pack_that_is_broken_is_said(self):
        pack = self.folder / "pack"
        shutil.copytree(SMALL, pack)
        (pack / "pack.json").write_text('{ "id": ' + json.dumps(MARKUP))
        bench = self.bench(pack=pack)
        session = bench.told("GET", "/api/session")
        self.assertIsNone(session["pack"])
        self.assertTrue(session["findings"])
        for path in ("/api/check", "/api/stories", "/api/rules", "/api/tunables", "/api/diff", "/api/release", "/api/seal"):
            with self.subTest(path):
                status, told = bench.api("POST", path, {"site": "{}"})
                self.assertIn(status, (200, 400, 409))
                self.assertNotIn("exception", str(told))
        shutil.copy(SMALL / "pack.json", pack / "pack.json")
        self.assertIsNotNone(bench.told("GET", "/api/session")["pack"])  # mended on the disk, noticed here

    def test_two_workbenches_do_not_disturb_each_other_and_a_killed_one_starts_again(self):
        one, other = self.bench(), self.bench()
        self.assertNotEqual(one.token, other.token)
        self.assertEqual(other.ask("GET", "/api/session", headers={"Authorization": f"Bearer {one.token}"}, token=False)[0], 403)
        digest = one.told("PUT", "/api/site", {"site": "{ }", "digest": None})["digest"]
        self.assertEqual(other.told("GET", "/api/session")["site"]["digest"], digest)
        self.assertEqual(other.api("PUT", "/api/site", {"site": "{}", "digest": None})[0], 409)
        one.process.kill()
        one.process.wait(PATIENCE_SECONDS)
        self.assertEqual(self.bench().told("GET", "/api/session")["site"]["text"], "{ }")


class RulesAndRelease(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.report = folder / "report.json"
        cls.report.write_text('{ "a": 1.10 }')
        cls.bench = cls.enterClassContext(Workbench("--report", cls.report, pack=SMALL))

    def test_stories_are_those_that_the_command_tells(self):
        command = subprocess.run([PROGRAM, "test", SMALL, "--format", "json"], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        told = self.bench.told("POST", "/api/stories")
        changed = told.pop("changed")
        self.assertEqual(told, {member: json.loads(command.stdout)[member] for member in ("examples", "counts")})
        self.assertEqual(changed, [])

    def test_stories_that_a_draft_changes_are_named(self):
        rule = self.bench.told("GET", "/api/rules")["rules"][0]
        text = json.dumps({"off": [rule["id"]]})
        changed = self.bench.told("POST", "/api/stories", {"site": text})["changed"]
        self.assertTrue(changed)
        for one in changed:
            self.assertNotEqual(one["before"], one["after"])
            self.assertNotIn(rule["id"], one["after"])

    def test_rules_are_told_with_their_stories_codes_and_coverage(self):
        rules = self.bench.told("GET", "/api/rules")["rules"]
        self.assertTrue(rules)
        for rule in rules:
            with self.subTest(rule["id"]):
                self.assertTrue(rule["about"]["sections"])
                self.assertTrue(rule["services"])
                self.assertLessEqual(rule["coverage"]["touched"], rule["coverage"]["criteria"])
        self.assertTrue(any(rule["codes"] for rule in rules))

    def test_what_is_sealed_is_what_the_command_seals(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.sealed.json"
            subprocess.run([PROGRAM, "seal", SMALL, "-o", file], capture_output=True, timeout=PATIENCE_SECONDS, check=True)
            sealed = self.bench.told("POST", "/api/seal")
            self.assertEqual(sealed["text"], file.read_text())
            self.assertTrue(sealed["name"].endswith(".sealed.json"))

    def test_the_gate_is_told_step_by_step(self):
        steps = {step["id"]: step for step in self.bench.told("POST", "/api/release")["steps"]}
        self.assertEqual(set(steps), {"check", "stories", "version", "approval", "unconfirmed"})
        self.assertTrue(steps["check"]["passed"] and steps["stories"]["passed"])
        status, told = self.bench.api("POST", "/api/release", {"site": '{ "parameters": { "no.such": 1 } }'})
        self.assertEqual((status, [step["id"] for step in told["steps"]]), (200, ["check"]))
        self.assertFalse(told["steps"][0]["passed"])

    def test_the_report_is_shown_as_it_is(self):
        self.assertEqual(self.bench.ask("GET", "/api/report")[2], b'{ "a": 1.10 }')


class WhatIsSealed(unittest.TestCase):
    def test_is_what_the_gate_saw_though_somebody_saves_meanwhile(self):
        pack = Path(self.enterContext(tempfile.TemporaryDirectory())) / "pack"
        shutil.copytree(SMALL, pack)
        name = "stories/vitamin-d.json"
        good = (pack / name).read_text()
        bad = good.replace('["vitamin-d-suggest (info), offers 25-OH vitamin D"]', "[]", 1)  # a story that fails
        self.assertNotEqual(good, bad)
        done = threading.Event()

        def save_in_turn():
            for text in itertools.cycle((bad, good)):
                (pack.parent / "next").write_text(text)
                os.replace(pack.parent / "next", pack / name)
                if done.is_set():
                    return

        saving = threading.Thread(target=save_in_turn)
        with Workbench(pack=pack) as bench:
            saving.start()
            self.addCleanup(saving.join)
            self.addCleanup(done.set)
            answers, give_up = [], time.monotonic() + 5 * PATIENCE_SECONDS
            while (len(answers) < 40 or not {"text", "steps"} <= set().union(*answers)) and time.monotonic() < give_up:
                answers.append(bench.api("POST", "/api/seal")[1])
        self.assertLessEqual({"text", "steps"}, set().union(*answers))  # some were sealed, some refused by the gate
        for sealed in (told["text"] for told in answers if "text" in told):
            self.assertEqual(json.loads(sealed)["files"][name], good)


class AMixedPopulation(unittest.TestCase):
    def test_captured_requests_that_are_not_held_are_told(self):
        request = {"hook": "patient-view", "hookInstance": "2f0f5b56-6f0c-4a30-9a1c-0a4a6a8d7c11", "context": {"userId": "Practitioner/1", "patientId": "1"},
                   "prefetch": {}}
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "patients.ndjson").write_text(f"{json.dumps(patient())}\n{json.dumps(request)}\n")
            with Workbench("--population", folder) as bench:
                wait_until(bench, "ready")
                population = bench.told("GET", "/api/session")["population"]
        self.assertEqual(population["message"], "Captured requests, which are no records (1), are not counted here: `impact` counts them all.")


class ThePopulation(unittest.TestCase):
    """Counted while somebody moves a slider as `impact` counts it."""

    DRAFT = json.dumps({"pack": "back-pain-labs", "parameters": {"vitaminD.ruleset": "es-2011"}})

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.patients = cls.folder / "patients"
        write_patients(cls.patients)
        with open(cls.patients / "patients.ndjson", "a", encoding="utf-8") as lines:
            lines.write("{ broken\n")
        cls.bench = cls.enterClassContext(Workbench("--population", cls.patients))
        wait_until(cls.bench, "ready")

    def test_how_far_it_is_and_what_could_not_be_read_is_told(self):
        population = self.bench.told("GET", "/api/session")["population"]
        self.assertEqual(population["patients"], 80)
        self.assertEqual([fault["count"] for fault in population["faults"]], [1])
        self.assertTrue(population["faults"][0]["places"][0].endswith("patients.ndjson:81"))

    def test_whom_a_draft_touches_is_what_impact_counts(self):
        site = self.folder / "site.json"
        site.write_text(self.DRAFT)
        command = subprocess.run([PROGRAM, "impact", "--from", PACK, "--site-to", site, "--at", AT, "--json", "-", "--quiet", self.patients],
                                 capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
        impact = json.loads(command.stdout)
        told = self.bench.told("POST", "/api/impact", {"site": self.DRAFT})
        impact["impact"]["at"] = told["impact"]["at"]  # the day, as each was told it
        self.assertEqual(told, impact)
        tuned = self.bench.told("POST", "/api/tune", {"site": self.DRAFT})
        self.assertGreater(tuned["gained"] + tuned["changed"], 0)
        self.assertEqual((tuned["touched"], tuned["losesWarning"]), (impact["patients"]["touched"], impact["patients"].get("losesWarning", 0)))
        for example in tuned["examples"]:
            shown = self.bench.told("GET", f"/api/patients/{quote(example['patient'], safe='')}")
            self.assertEqual(shown["bundle"]["resourceType"], "Bundle")

    def test_patients_that_are_found_are_evaluated_to_the_cards_that_were_told(self):
        found = self.bench.told("POST", "/api/find", {"site": self.DRAFT, "filter": {"rule": "vitamin-d-suggest", "side": "draft"}})
        self.assertTrue(found["patients"])
        for one in found["patients"][:5]:
            told = self.bench.told("POST", "/api/evaluate", {"patient": one["patient"], "service": PATIENT_VIEW, "site": self.DRAFT})
            self.assertEqual([card["source"]["topic"]["code"] for card in told["cards"]], one["cards"])

    def test_the_histogram_has_the_limits_of_both_sides(self):
        told = self.bench.told("POST", "/api/histogram", {"site": self.DRAFT, "analyte": "vitamin-d", "unit": "ng/mL"})
        self.assertTrue(told["bars"])
        self.assertEqual({edge["side"] for edge in told["edges"]}, {"saved", "draft"})

    def test_a_survey_is_that_of_the_command(self):
        command = subprocess.run([PROGRAM, "survey", "--pack", PACK, "--at", AT, "--json", "-", "--quiet", self.patients], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS, check=True)
        self.assertEqual(self.bench.told("POST", "/api/survey"), json.loads(command.stdout))

    def test_without_one_it_is_said_how_to_get_one(self):
        with Workbench(pack=SMALL) as bench:
            for path in ("/api/tune", "/api/impact", "/api/survey", "/api/find", "/api/histogram"):
                status, told = bench.api("POST", path)
                self.assertEqual((path, status), (path, 409))
                self.assertIn("--population", told["error"])

    def test_one_that_cannot_be_read_is_said(self):
        with Workbench("--population", self.folder / "nowhere", pack=SMALL) as bench:
            wait_until(bench, "failed")
            self.assertIn("nowhere", bench.told("GET", "/api/session")["population"]["message"])


class NearChanges(unittest.TestCase):
    def test_what_is_proposed_flips_the_card_when_it_is_done(self):
        with Workbench() as bench:
            asked = {"patient": "sample/ada-quill", "service": PATIENT_VIEW}
            changes = bench.told("POST", "/api/changes", {**asked, "rule": "vitamin-d-suggest"})["changes"]
            self.assertTrue(changes)
            for change in changes[:6]:
                with self.subTest(change["words"]):
                    edit = change["edit"]
                    now = dict(asked)
                    if "site" in edit:
                        now["site"] = bench.told("POST", "/api/edit", {"site": "{}", "set": edit["site"]})["site"]
                    else:
                        now["patient"] = bench.told("POST", "/api/patients", {"copyOf": asked["patient"], **edit})["patient"]
                    cards = [card["source"]["topic"]["code"] for card in bench.told("POST", "/api/evaluate", now)["cards"]]
                    self.assertEqual(change["rule"] in cards, change["gives"])


class Command(unittest.TestCase):
    def test_a_port_that_is_taken_is_said(self):
        with Workbench(pack=SMALL) as bench:
            run = subprocess.run([PROGRAM, "workbench", "--pack", SMALL, "--port", str(bench.port)], capture_output=True, text=True,
                                 timeout=PATIENCE_SECONDS)
        self.assertEqual(run.returncode, 4)
        self.assertIn("--port", run.stderr)

    def test_a_stop_ends_it(self):
        with Workbench(pack=SMALL) as bench:
            bench.process.send_signal(signal.SIGINT)
            self.assertEqual(bench.process.wait(PATIENCE_SECONDS), 0)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
