#!/usr/bin/env python3
"""`backpain-cds expand` at a terminology server of our own, page by page; what it says, and with which status it ends, if that server is bad;
and its file beside a site file: what it makes of a patient, of the digest, of `check` and of `doctor`.

    expand_test.py PROGRAM [test...]
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from terminology_server import EDITION, SYSTEM, VERSION, TerminologyServer, invented_code, roots_of

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "golden"), str(ROOT / "tests")]
import product  # noqa: E402
from self_signed import write_self_signed  # noqa: E402

PROGRAM = None
FINE, DOES_NOT_HOLD, USAGE, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3, 4
AT = "2026-03-02T12:00:00Z"
FEW_AT_A_TIME = 1000  # what the command asks for


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8",
                          timeout=product.PATIENCE_SECONDS, env={**os.environ, **environment})


def constraints():
    """What the shipped value sets ask for, read apart from the program."""
    asked = {}
    for path in sorted((product.PACK / "value-sets").glob("*.json")):
        value_set = json.loads(path.read_text(encoding="utf-8"))
        found = [include["filter"][0]["value"] for include in value_set["compose"]["include"]
                 if include["system"] == SYSTEM and "filter" in include]
        if found:
            asked[value_set["id"]] = found[0] if len(found) == 1 else " OR ".join(f"({each})" for each in found)
    return asked


class Expanding(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = Path(self.folder.name) / "expansions.json"

    def expand(self, server, *options, **environment):
        return run("expand", product.PACK, "--terminology", server.url, "-o", self.file, *options, **environment)

    def sets(self):
        bundle = json.loads(self.file.read_text(encoding="utf-8"))
        return {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}


class File(Expanding):
    def test_holds_every_concept_of_every_root(self):
        with TerminologyServer(below=2345) as server:
            answer = self.expand(server)
        self.assertEqual((answer.returncode, answer.stderr), (FINE, ""))
        sets = self.sets()
        self.assertEqual(set(sets), set(constraints()))
        for name, constraint in constraints().items():
            with self.subTest(name):
                expansion = sets[name]["expansion"]
                codes = [each["code"] for each in expansion["contains"]]
                self.assertEqual(len(codes), len(set(codes)))
                self.assertEqual(len(codes), expansion["total"])
                self.assertGreater(len(codes), FEW_AT_A_TIME * 2)
                self.assertLessEqual(set(roots_of(constraint)), set(codes))
                self.assertEqual(expansion["parameter"], [{"name": "version", "valueUri": f"{SYSTEM}|{VERSION}"}])
                self.assertIn(f"{name}: {len(codes)} concepts", answer.stdout)
        self.assertIn(VERSION, answer.stdout)

    def test_is_asked_for_by_implicit_value_sets_of_one_release(self):
        with TerminologyServer() as server:
            self.assertEqual(self.expand(server).returncode, FINE)
            asked = [parameters["url"] for parameters, _ in server.requests]
        first = sorted(constraints())[0]
        self.assertIn(f"{SYSTEM}?fhir_vs=ecl/", asked[0])
        self.assertEqual(asked[0].count("%"), sum(not character.isalnum() for character in constraints()[first]), "it is encoded")
        for url in asked[1:]:
            self.assertTrue(url.startswith(f"{VERSION}?fhir_vs=ecl/"), url)
        for parameters, authorization in server.requests:
            self.assertEqual((parameters["activeOnly"], authorization), ("false", None))

    def test_is_had_from_snowstorm_which_refuses_parameters(self):
        def as_snowstorm(parameters, answer):
            """Snowstorm 10 and Snowstorm Lite 2.5 refuse these even with their defaults, Snowstorm an offset that is no whole page;
            Snowstorm Lite's first page has at most 250 concepts, whatever was asked."""
            unsupported = {"valueSetVersion", "context", "contextDirection", "date", "designation", "excludeNested", "excludeNotForUI",
                           "excludePostCoordinated", "version"} & set(parameters)
            if unsupported:
                text = f"Input parameter '{min(unsupported)}' is not supported."
                return 400, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-supported", "diagnostics": text}]}
            if int(parameters["offset"]) < 100:
                answer["expansion"]["contains"] = answer["expansion"]["contains"][:250]
            return answer

        with TerminologyServer(below=700, spoil=as_snowstorm) as server:
            answer = self.expand(server)
        self.assertEqual((answer.returncode, answer.stderr), (FINE, ""))
        self.assertEqual(len(self.sets()["cirrhosis"]["expansion"]["contains"]), 701)

    def test_holds_nested_concepts_each_once_and_no_headings(self):
        def nested(_, answer):
            concepts = answer["expansion"]["contains"]
            root, first, *rest = concepts
            heading = {"abstract": True, "display": "Others", "contains": [*rest, first]}
            answer["expansion"]["contains"] = [{**root, "contains": [first, heading]}]
            return answer

        with TerminologyServer(below=30, spoil=nested) as server:
            answer = self.expand(server)
        self.assertEqual((answer.returncode, answer.stderr), (FINE, ""))
        cirrhosis = self.sets()["cirrhosis"]["expansion"]
        self.assertEqual((cirrhosis["total"], len({each["code"] for each in cirrhosis["contains"]}), len(cirrhosis["contains"])), (31, 31, 31))

    def test_is_whole_from_a_server_that_gives_no_total(self):
        def without_total(_, answer):
            answer["expansion"].pop("total")
            return answer

        with TerminologyServer(below=1500, spoil=without_total) as server:
            self.assertEqual(self.expand(server).returncode, FINE)
        cirrhosis = self.sets()["cirrhosis"]["expansion"]
        self.assertEqual((cirrhosis["total"], len(cirrhosis["contains"])), (1501, 1501))

    def test_is_whole_from_a_server_that_gives_smaller_pages(self):
        def shorter(parameters, answer):
            answer["expansion"]["contains"] = answer["expansion"]["contains"][:7]
            return answer

        with TerminologyServer(below=30, spoil=shorter) as server:
            self.assertEqual(self.expand(server).returncode, FINE)
        self.assertEqual(len(self.sets()["cirrhosis"]["expansion"]["contains"]), 31)

    def test_is_of_the_edition_that_is_asked_for_under_the_token_of_the_environment(self):
        with TerminologyServer() as server:
            answer = self.expand(server, "--edition", EDITION, "--token-env", "TS_TOKEN", TS_TOKEN="secret-canary")
            self.assertEqual(answer.returncode, FINE, answer.stderr)
            self.assertEqual({authorization for _, authorization in server.requests}, {"Bearer secret-canary"})
            self.assertTrue(server.requests[0][0]["url"].startswith(f"{EDITION}?fhir_vs=ecl/"))
            self.assertEqual(server.requests[0][0]["system-version"], f"{SYSTEM}|{EDITION}")
        self.assertNotIn("secret-canary", answer.stdout + answer.stderr + self.file.read_text(encoding="utf-8"))

    def test_asks_for_retired_concepts_with_history(self):
        with TerminologyServer() as server:
            self.assertEqual(self.expand(server, "--history").returncode, FINE)
            self.assertIn("HISTORY-MIN", server.requests[0][0]["url"])


class BadServer(Expanding):
    def refused(self, spoil=None, *, code=BAD_INPUT, says="", options=(), **server_options):
        with TerminologyServer(spoil=spoil, **server_options) as server:
            answer = self.expand(server, *options)
        self.assertEqual(answer.returncode, code, answer.stderr)
        self.assertIn(says, answer.stderr)
        self.assertFalse(self.file.exists(), "nothing is written")

    def test_its_outcome_is_told(self):
        issue = {"severity": "error", "code": "too-costly", "details": {"text": "more than 5000 concepts\n\x1b[31m"}}
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        self.refused(lambda *_: (422, outcome), says="answers 422")
        self.refused(lambda *_: (422, outcome), says="too-costly: more than 5000 concepts  [31m")
        self.refused(lambda *_: (200, outcome), says="too-costly")
        for status in (401, 403, 429, 500, 503):
            with self.subTest(status):
                self.refused(lambda *_: (status, outcome), code=ENVIRONMENT, says=f"answers {status}")

    def test_another_answer_is_refused(self):
        for answer in ("<html>", "{", "[]", {"resourceType": "Patient"}, {"resourceType": "ValueSet"}):
            with self.subTest(answer):
                self.refused(lambda *_: answer, says="is none")

    def test_a_version_that_is_missing_or_another_is_refused(self):
        def without(_, answer):
            answer["expansion"].pop("parameter")
            return answer

        self.refused(without, says="does not say of which release")
        self.refused(version="20250901", says="does not say of which release")
        self.refused(version="http://snomed.info/sct/999000021000000109/version/20250901", options=("--edition", EDITION),
                     says="is of another version")
        self.refused(options=("--edition", EDITION + "/version/20250301"), says="is of another version")

    def test_a_version_that_changes_between_pages_is_refused(self):
        def later(parameters, answer):
            if parameters["offset"] != "0":
                answer["expansion"]["parameter"][0]["valueUri"] = f"{SYSTEM}|{EDITION}/version/20260301"
            return answer

        self.refused(later, below=1500, says="is of another version")

    def test_fewer_concepts_than_the_total_are_refused(self):
        def more(_, answer):
            answer["expansion"]["total"] += 1
            return answer

        def growing(parameters, answer):
            answer["expansion"]["total"] += int(parameters["offset"])
            return answer

        self.refused(more, says="ends after 26 of 27 concepts")
        self.refused(growing, below=1500, says="changed while it was read")

    def test_a_server_that_does_not_page_is_refused(self):
        first = {}

        def again(parameters, answer):
            return copy.deepcopy(first.setdefault(parameters["url"].rpartition("?")[2], copy.deepcopy(answer)))

        self.refused(again, below=1500, says="gives the same page again")

    def test_foreign_concepts_and_nested_ones_in_several_pages_are_refused(self):
        def foreign(_, answer):
            answer["expansion"]["contains"][-1]["system"] = "http://loinc.org"
            return answer

        def nested(_, answer):
            answer["expansion"]["contains"][0]["contains"] = answer["expansion"]["contains"][1:]
            return answer

        self.refused(foreign, says="no concept of SNOMED CT")
        def nested_and_foreign(_, answer):
            answer["expansion"]["contains"][-1]["system"] = "http://loinc.org"
            return nested(_, answer)

        def without_code(_, answer):
            answer["expansion"]["contains"][-1].pop("code")
            return answer

        self.refused(without_code, says="no concept of SNOMED CT")
        self.refused(nested_and_foreign, says="no concept of SNOMED CT")
        self.refused(nested, below=1500, says="nests its concepts and gives them in several pages")

    def test_an_expansion_without_its_root_is_not_written(self):
        def without(_, answer):
            answer["expansion"]["contains"].pop(0)
            answer["expansion"]["total"] -= 1
            return answer

        self.refused(without, says="lacks its own root")

    def test_that_is_not_there_is_the_environments_fault(self):
        with TerminologyServer() as server:
            pass
        answer = self.expand(server)
        self.assertEqual((answer.returncode, self.file.exists()), (ENVIRONMENT, False))

    def test_wrong_options_are_usage(self):
        for options in (["--terminology", "terminology.example.org"], ["--edition", "731000124108"], ["--token-env", "NO_SUCH_TOKEN"]):
            with self.subTest(options):
                url = [] if "--terminology" in options else ["--terminology", "http://127.0.0.1:9/fhir"]
                self.assertEqual(run("expand", product.PACK, "-o", self.file, *url, *options).returncode, USAGE)

    def test_a_file_that_is_there_stays_whole_when_the_server_fails(self):
        self.file.write_text("as it was")
        with TerminologyServer(spoil=lambda *_: (500, "")) as server:
            self.assertEqual(self.expand(server).returncode, ENVIRONMENT)
        self.assertEqual(self.file.read_text(), "as it was")


class Site(Expanding):
    """The file in use."""

    def setUp(self):
        super().setUp()
        with TerminologyServer() as server:
            answer = self.expand(server)
        self.assertEqual(answer.returncode, FINE, answer.stderr)
        self.site = Path(self.folder.name) / "site.json"
        self.site.write_text(json.dumps({"expansions": "expansions.json"}))

    def change(self, edit):
        bundle = json.loads(self.file.read_text(encoding="utf-8"))
        edit(bundle)
        self.file.write_text(json.dumps(bundle), encoding="utf-8")

    def code_below(self, name):
        listed = {each["code"] for each in self.sets()[name]["expansion"]["contains"]}
        return next(code for code in sorted(listed) if "9999999" in code)

    def cards(self, *codes, site=True):
        conditions = [("278860009", "2024-01-10"), *((code, "2016-01-01") for code in codes)]
        entries = [{"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-05-05"}}]
        for number, (code, since) in enumerate(conditions):
            entries.append({"resource": {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": "Patient/p"},
                                         "clinicalStatus": {"coding": [{"code": "active"}]}, "onsetDateTime": since,
                                         "code": {"coding": [{"system": SYSTEM, "code": code}]}}})
        patient = Path(self.folder.name) / "patient.json"
        patient.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        answer = product.evaluate(PROGRAM, patient, AT, *(("--site", self.site) if site else ()))
        self.assertEqual(answer.returncode, FINE, answer.stderr)
        return json.loads(answer.stdout)["cards"]

    def rules(self, *codes, site=True):
        return [product.rule_of(card) for card in self.cards(*codes, site=site)]

    def test_finds_an_indication_below_its_root_under_the_packs_own_words(self):
        below = self.code_below("crohns-disease")
        self.assertEqual(self.rules(below, site=False), [])
        cards = self.cards(below)
        self.assertEqual([product.rule_of(card) for card in cards], ["vitamin-d-suggest"])
        self.assertIn("Crohn's disease", cards[0]["summary"])
        self.assertNotIn("Concept", json.dumps(cards))

    def test_finds_a_red_flag_below_its_root(self):
        self.assertEqual(self.rules("34000006"), ["vitamin-d-suggest"])
        self.assertEqual(self.rules("34000006", self.code_below("malignancy")), [])

    def test_what_the_pack_tells_apart_stays_out(self):
        def add(bundle):
            for entry in bundle["entry"]:
                if entry["resource"]["id"] == "crohns-disease":
                    entry["resource"]["expansion"]["contains"].append({"system": SYSTEM, "code": "762452003"})

        self.change(add)
        self.assertEqual(self.rules("762452003"), [])

    def test_changes_the_digest_of_cards(self):
        def digest():
            return self.cards("34000006")[0]["extension"]["org.backpain-cds"]["digest"]

        before = digest()
        self.change(lambda bundle: bundle["entry"][0]["resource"]["expansion"]["contains"].append(
            {"system": SYSTEM, "code": invented_code(99_999)}))
        self.assertNotEqual(digest(), before)

    def test_is_told_with_its_age_by_check(self):
        answer = run("check", product.PACK, "--site", self.site, "--at", "2026-03-02")
        self.assertEqual(answer.returncode, FINE, answer.stdout)
        self.assertIn(f"expansions: {EDITION} of 2025-09-01, 182 days old: {len(constraints())} value sets, ", answer.stdout)
        self.assertNotIn("expansion-old", answer.stdout)
        old = run("check", product.PACK, "--site", self.site, "--at", "2026-10-07")
        self.assertEqual(old.returncode, FINE, old.stdout)
        self.assertIn("401 days ago. [expansion-old]", old.stdout)

    def test_is_told_with_its_age_by_doctor(self):
        folder = Path(self.folder.name)
        write_self_signed(folder / "server.pem", folder / "server.key")
        config = {"mode": "development", "listen": "127.0.0.1:0", "tls": {"certificate": "server.pem", "key": "server.key"},
                  "packs": [{"path": str(product.PACK), "site": "site.json"}], "authentication": "none"}
        (folder / "config.json").write_text(json.dumps(config))
        answer = run("doctor", "--config", folder / "config.json")
        self.assertRegex(answer.stdout, rf"expansions: \S*expansions.json.*{EDITION} of 2025-09-01, \d+ days old")

    def test_of_two_releases_is_warned_of(self):
        def mix(bundle):
            bundle["entry"][-1]["resource"]["expansion"]["parameter"][0]["valueUri"] = f"{SYSTEM}|{EDITION}/version/20260301"

        self.change(mix)
        answer = run("check", product.PACK, "--site", self.site, "--at", "2026-03-02")
        self.assertIn("[expansion-releases]", answer.stdout)

    def test_that_is_broken_truncated_or_foreign_is_an_error_with_its_place(self):
        whole = self.file.read_text(encoding="utf-8")
        first = f'"{sorted(constraints())[0]}"'
        spoiled = {
            "cut": (whole[:len(whole) // 2], "expansions.json:"),
            "empty": ("", "expansions.json:"),
            "another file": ('{"resourceType": "Patient"}', "[expansion-form]"),
            "no sets": ('{"resourceType": "Bundle", "type": "collection"}', "[expansion-form]"),
            "another resource": (whole.replace('"resourceType": "ValueSet"', '"resourceType": "CodeSystem"'), "[expansion-form]"),
            "another set": (whole.replace(f'"id": {first}', '"id": "back-pane"'), "[unknown-value-set]"),
            "another root": (whole.replace("<< 34000006", "<< 34000007"), "[expansion-root]"),
            "no version": (whole.replace("/version/20250901", ""), "[expansion-version]"),
            "too few": (whole.replace('"total": 26', '"total": 27'), "[expansion-incomplete]"),
            "foreign codes": (whole.replace('"system": "http://snomed.info/sct",\n', '"system": "urn:x",\n', 1), "expansions.json:"),
        }
        for name, (text, says) in spoiled.items():
            with self.subTest(name):
                self.assertNotEqual(text, whole)
                self.file.write_text(text, encoding="utf-8")
                answer = run("check", product.PACK, "--site", self.site)
                self.assertIn(answer.returncode, (DOES_NOT_HOLD, BAD_INPUT))
                self.assertIn(says, answer.stdout)

    def test_that_is_not_there_is_an_error_at_the_site_file(self):
        self.file.unlink()
        answer = run("check", product.PACK, "--site", self.site)
        self.assertNotEqual(answer.returncode, FINE)
        self.assertIn("site.json:1:16: error: The expansions in", answer.stdout)


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
