#!/usr/bin/env python3
"""What a tired hand can break in a pack or a site file: each fault is planted in a copy by a small edit, and `check` or `test` must notice it.

    BACKPAIN_CDS=PROGRAM faults_test.py [test...]

A fault is noticed if `check` says an error or a warning that it does not say of the sound pack, or if `test` fails. What is not noticed stands
here with the reason, so that the list stays true when a later rule of the linter catches it. Prints how many were noticed, and by whom.
"""

import json
import random
import sys
import unittest
from dataclasses import dataclass, field
from typing import Callable, Optional

from planted import (AT, ICD, PROGRAM, RXNORM, SNOMED, band, change_json, copy_rule, include, is_a, keep_stories, laboratory, listed, noticed, raw, remove, run,
                     swap)
from product import PACK


@dataclass
class Fault:
    number: str
    says: str
    edit: Optional[Callable] = None
    site: Optional[object] = None  # a site file: text, or what is printed as JSON
    why_not: str = ""  # why nobody can notice it; empty: somebody must
    codes: tuple = field(default=())  # of the linter, where it is the linter's to find


D, B, SUGGEST = "analytes/vitamin-d.json", "analytes/b12.json", "rules/vitamin-d-suggest.json"
TOTAL_ONLY = laboratory(total=[band("low"), band("indeterminate", **{"from": {"pg/mL": 190, "pmol/L": 140}}),
                               band("unlikely", above={"pg/mL": 298, "pmol/L": 220}, orMore=True)])
FERRITIN = {"loinc": "2276-4", "property": "MCnc", "kind": "total"}

FAULTS = [
    Fault("1", "unles", swap(SUGGEST, '"unless"', '"unles"')),
    Fault("2", "sumary", swap(SUGGEST, '"summary"', '"sumary"')),
    Fault("3", "LOINC check digit", swap(D, "62292-8", "62292-9"), codes=("check-digit",)),
    Fault("4", "62290-2 for 62292-8", swap(D, "62292-8", "62290-2"), codes=("loinc-lookalike",)),
    Fault("5", "ferritin in place of total B12", swap(B, '"2132-9"', '"2276-4"'), codes=("code-not-reviewed", "code-gone")),
    Fault("6", "ferritin added to vitamin D in the pack", change_json(D, lambda tree: tree["codes"].append(FERRITIN)), codes=("code-not-reviewed",)),
    Fault("6s", "ferritin added to vitamin D by the site", site={"codes": {"analytes": {"vitamin-d": [FERRITIN]}}}, codes=("unknown-loinc",)),
    Fault("7", "ng/dL as a spelling of ng/mL", swap(D, '"ng/mL": [', '"ng/mL": ["ng/dL", '), codes=("unit-scale",)),
    Fault("8", "ng/mL and nmol/L swapped in a band", swap(D, '{ "ng/mL": 20, "nmol/L": 50 }', '{ "ng/mL": 50, "nmol/L": 20 }')),
    Fault("9", "descending limits", swap(B, '"from": { "pg/mL": 180, "pmol/L": 133 }', '"from": { "pg/mL": 480, "pmol/L": 433 }'), codes=("band-order",)),
    Fault("10", "summary too long", swap(SUGGEST, '"summary": "', '"summary": "Before anything else, and whatever else there may be to do today: '),
          codes=("summary-too-long",)),
    Fault("11", "coeliac code also in dialysis", include("dialysis", SNOMED, concept=listed("396331005", "coeliac disease")), codes=("overlap",)),
    Fault("12", "is-a N18 in dialysis", include("dialysis", ICD, filter=is_a("N18")), codes=("overlap", "code-not-reviewed")),
    Fault("12s", "N18.30 in dialysis by the site", site={"codes": {"valueSets": {"dialysis": [{"system": ICD, "code": "N18.30", "display": "CKD 3"}]}}},
          codes=("overlap",)),
    Fault("13", "Crohn K50.90 in dialysis", include("dialysis", ICD, concept=listed("K50.90", "Crohn")), codes=("overlap", "code-not-reviewed")),
    Fault("14", "value set in use deleted", remove("value-sets/coeliac-disease.json")),
    Fault("15", "%coeliacDiseas", swap("facts.json", '"%coeliacDisease"', '"%coeliacDiseas"')),
    Fault("16", "ageDay", swap("facts.json", "ageDays >=", "ageDay >=")),
    Fault("17", "exist()", swap("facts.json", ".exists()", ".exist()")),
    Fault("18", "band 'defficient'", swap("facts.json", "band = 'deficient'", "band = 'defficient'")),
    Fault("19", "%param of a wrong name", swap("facts.json", "%param.vitaminD.earliestDays", "%param.vitaminD.earliestDay")),
    Fault("20", "citation forgotten", swap(SUGGEST, '"cites": [', '"cites": ["nobody-2020", ')),
    Fault("21", "comma missing", swap(SUGGEST, '"kind": "suggestion",', '"kind": "suggestion"')),
    Fault("22", "decimal comma", swap(D, '"nmol/L": 2.496', '"nmol/L": 2,496')),
    Fault("23", "curly quotes", swap(SUGGEST, '"kind"', "\u201ckind\u201d")),
    Fault("24", "byte order mark, tabs", raw("orders.json", lambda text: b"\xef\xbb\xbf" + text.replace(b"  ", b"\t")),
          why_not="is no fault: a byte order mark and tabs change nothing, and are taken"),
    Fault("25", "UTF-16", raw("facts.json", lambda text: text.decode().encode("utf-16"))),
    Fault("26", "member twice", swap(SUGGEST, '"kind": "suggestion",', '"kind": "suggestion", "kind": "suggestion",')),
    Fault("27", "number as text", swap("pack.json", '"atMost": 2', '"atMost": "2"')),
    Fault("28", "copy of a rule under its id", copy_rule("b12-low", "b12-low-copy"), codes=("twice",)),
    Fault("29", "copy of a rule under a new id", copy_rule("b12-low", "b12-low-copy", id="b12-low-copy"), codes=("rule-without-story",)),
    Fault("30", "above in place of from", swap(B, '"from": { "pg/mL": 180', '"above": { "pg/mL": 180')),
    Fault("31", "180 to 108 in one unit", swap(B, '"pg/mL": 180, "pmol/L": 133', '"pg/mL": 108, "pmol/L": 133'), codes=("pair",)),
    Fault("32", "180/133 to 190/140", swap(B, '"pg/mL": 180, "pmol/L": 133', '"pg/mL": 190, "pmol/L": 140')),
    Fault("33", "a ruleset's limits times ten", swap(B, '"pg/mL": 180, "pmol/L": 133', '"pg/mL": 1800, "pmol/L": 1330')),
    Fault("34", "a laboratory's limits times ten", site=laboratory(total=[
        band("low"), band("indeterminate", **{"from": {"pg/mL": 1897, "pmol/L": 1400}}),
        band("unlikely", above={"pg/mL": 2981, "pmol/L": 2200}, orMore=True)]), codes=("band-far",)),
    Fault("34r", "a laboratory's names reversed", site=laboratory(total=[
        band("unlikely"), band("indeterminate", **{"from": {"pg/mL": 190, "pmol/L": 140}}),
        band("low", above={"pg/mL": 298, "pmol/L": 220}, orMore=True)]), codes=("band-order",)),
    Fault("34t", "a laboratory without the highest band", site=laboratory(total=[
        band("low"), band("indeterminate", **{"from": {"pg/mL": 190, "pmol/L": 140}})]), codes=("band-top",)),
    Fault("35", "a laboratory that bands the total only", site=TOTAL_ONLY,
          why_not="is no fault any longer: the kinds that it leaves out are banded by the ruleset (site_test, LaboratoryBands)"),
    Fault("35r", "a ruleset without bands for active B12", site={"parameters": {"b12.ruleset": "aafp-2017"}}, codes=("kind-without-bands",)),
    Fault("36", "a window of ten years in pack.json", swap("pack.json", '"type": "integer", "default": 90, "range": [28, 365], "unit": "days",\n      "says": "a calcium result',
                                                         '"type": "integer", "default": 3650, "range": [28, 365], "unit": "days",\n      "says": "a calcium result')),
    Fault("36a", "the same in the analyte", swap(D, '"validDays": "%param.vitaminD.validDays"', '"validDays": 3650')),
    Fault("37", "warnning", swap("rules/b12-low.json", '"indicator": "warning"', '"indicator": "warnning"')),
    Fault("38", "red-flag gate of info deleted", swap("pack.json", '"unless": ["%redFlags"],', '"unless": [],')),
    Fault("39", "code taken from a red-flag set", change_json("value-sets/red-flags-active.json", lambda tree: tree["compose"]["include"][0]["concept"].pop(3)),
          codes=("code-gone",)),
    Fault("40", "K90.0 to K09.0", swap("value-sets/coeliac-disease.json", "K90.0", "K09.0"), codes=("code-gone", "code-not-reviewed")),
    Fault("41", "SNOMED digit", swap("value-sets/coeliac-disease.json", "396331005", "396331050"), codes=("check-digit",)),
    Fault("42", "RxNorm and ATC digits", swap("value-sets/digoxin.json", "3407", "3404"), codes=("code-gone",)),
    Fault("43", "SNOMED URL with a slash", swap("value-sets/coeliac-disease.json", f'"{SNOMED}"', f'"{SNOMED}/"'), codes=("unknown-system",)),
    Fault("44", "rule saved as .json.bak", lambda pack: (pack / "rules/b12-low-neuro.json").rename(pack / "rules/b12-low-neuro.json.bak")),
    Fault("45", "rule deleted", remove("rules/calcium-high.json")),
    Fault("46", "active without approval", swap("pack.json", '"status": "draft"', '"status": "active"'), codes=("missing-approval",)),
    Fault("47", "status = 'activ'", swap("rules/b12-suggest.json", '"unless": [', '"unless": [\n    { "if": "%b12Therapy.where(status = \'activ\')", "because": "x" },'),
          codes=("unknown-word",)),
    Fault("48", "brace typo", swap(SUGGEST, "{{%", "{%"), codes=("braces",)),
    Fault("49", "or in place of and", swap("facts.json", "band = 'low' and preDates.not() and ageDays", "band = 'low' or preDates.not() and ageDays")),
    Fault("50", "a card that commands", swap(SUGGEST, '"options": ["', '"options": ["Order vitamin D now", "'), codes=("unwanted-word",)),
    Fault("51", "MCnc to SCnc on a code", swap(B, '{ "loinc": "2132-9", "property": "MCnc"', '{ "loinc": "2132-9", "property": "SCnc"'),
          codes=("code-not-reviewed",)),
    Fault("52", "a drug set under conditions", swap("facts.json", '"title": "Metformin", "medications": "metformin", "currentDays": "%param.medication.currentDays"',
                                                    '"title": "Metformin", "conditions": "metformin"'), codes=("wrong-world",)),
    Fault("53", "value < 200 whatever the unit", swap("facts.json", '"items": "%b12.result.where(band = \'low\' and preDates.not())"',
                                                      '"items": "%b12.result.where(value < 200 and preDates.not())"'), codes=("bare-value",)),
    Fault("54", "currentDays dropped", swap("facts.json", '"medications": "metformin", "currentDays": "%param.medication.currentDays"', '"medications": "metformin"'),
          codes=("no-window",)),
    Fault("55", "info to critical", swap(SUGGEST, '"indicator": "info"', '"indicator": "critical"')),
    Fault("56", "suggestion called a result", swap("rules/mma-suggest.json", '"kind": "suggestion"', '"kind": "result"'), codes=("offer-past-gates",)),
    Fault("57", "a vitamin D rule offers B12", swap(SUGGEST, '"order": "vitamin-d"', '"order": "b12"')),
    Fault("58", "B12's code is placed for vitamin D", swap("orders.json", '"place": { "conventional": "62292-8"', '"place": { "conventional": "2132-9"'), codes=("order-place",)),
    Fault("58d", "the D3 fraction is placed", swap("orders.json", '"place": { "conventional": "62292-8"', '"place": { "conventional": "1989-3"'), codes=("order-place",)),
    Fault("59", "CPT 82306 to 82308", swap("orders.json", '"82306"', '"82308"'), codes=("code-not-reviewed",)),
    Fault("60", "a number in a citation's sentence", change_json("citations.json", lambda tree: tree["nam-2011"].update(
        says=tree["nam-2011"]["says"].replace("12", "120"))),
          why_not="is prose of whoever is cited: no program knows what a guideline says; the review reads it (REVIEW.md), and a change of the text is a "
                  "change of the pack's digest, which takes the approval away"),
    Fault("61", "code with a space", swap("value-sets/coeliac-disease.json", "K90.0", "K90.0 ")),
    Fault("62", "age 18 to 81", swap("pack.json", "%age >= 18", "%age >= 81")),
    Fault("63", "an exclusion deleted", swap("rules/mma-suggest.json", ',\n    { "if": "%b12Therapy", "because": "on B12 replacement a level tells nothing" }', "")),
    Fault("64", "stories deleted", keep_stories("magnesium.json"), codes=("rule-without-story",)),
    Fault("65", "iron in a vitamin set", include("vitamin-d-supplements", RXNORM, concept=listed("90176", "iron")),
          codes=("code-not-reviewed", "short-name")),
    Fault("66", "is-a K in coeliac disease", include("coeliac-disease", ICD, filter=is_a("K")), codes=("code-not-reviewed",)),
    Fault("67", "a site file with a wrong name", site={"parameters": {"vitaminD.rulset": "ros-2020"}}),
    Fault("68", "an approval older than the pack", site={"approval": {"by": "Dr X, chair", "date": "2020-01-01"}}, codes=("early-approval", "approval-digest")),
    Fault("68b", "an approval by nobody", site={"approval": {"by": " ", "date": "2026-11-29"}}),
    Fault("68c", "an approval of something else", site={"approval": {"by": "Dr X, chair", "date": "2026-11-29", "digest": "sha256:00"}}, codes=("approval-digest",)),
    Fault("69", "safety rules switched off", site={"off": ["vitamin-d-toxic", "b12-low-neuro", "calcium-high"]}, codes=("safety-rule-off",)),
    Fault("70", "http://snomed.info as a system", site={"codes": {"valueSets": {"osteoporosis": [
        {"system": "http://snomed.info", "code": "64859006", "display": "osteoporosis"}]}}}, codes=("unknown-system",)),
    Fault("70b", "http://snomed.org/sct as a system", site={"codes": {"valueSets": {"osteoporosis": [
        {"system": "http://snomed.org/sct", "code": "64859006", "display": "osteoporosis"}]}}}, codes=("unknown-system",)),
    Fault("M3", "a new rule of a rank with others", copy_rule("magnesium-suggest", "tsh-suggest", id="tsh-suggest"), codes=("rank-order", "rule-without-story")),
]


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not PROGRAM:
            print("BACKPAIN_CDS names no program", file=sys.stderr)
            sys.exit(77)

    def test_a_sound_pack_has_no_errors(self):
        self.assertEqual(run("check", PACK, "--at", AT).returncode, 0)

    def test_the_seventy_faults_are_noticed_or_have_their_reason(self):
        tally = {"check": 0, "test": 0}
        for fault in FAULTS:
            with self.subTest(fault.number, says=fault.says):
                who = noticed(fault.edit, fault.site)
                if fault.why_not:
                    self.assertEqual(who, set(), "it is noticed now: take the reason away")
                    print(f"{fault.number}: {fault.says}: not noticed; it {fault.why_not}")
                    continue
                self.assertNotEqual(who, set(), "nobody notices it")
                self.assertTrue(not fault.codes or who & set(fault.codes), f"{who} instead of {fault.codes}")
                tally["test" if who == {"test"} else "check"] += 1
        reasons = sum(1 for fault in FAULTS if fault.why_not)
        print(f"{len(FAULTS)} faults: {tally['check']} noticed by check, {tally['test']} by test, {reasons} with a reason")

    def test_a_code_that_vanishes_is_noticed_whichever_it_is(self):
        chance = random.Random(7)
        sets = sorted(file.name for file in (PACK / "value-sets").iterdir())
        for _ in range(24):
            file = chance.choice(sets)

            def delete(tree):
                includes = [one for one in tree["compose"]["include"] if one.get("concept")]
                concepts = chance.choice(includes)["concept"]
                concepts.pop(chance.randrange(len(concepts)))

            with self.subTest(file):
                self.assertIn("code-gone", noticed(change_json(f"value-sets/{file}", delete)))

    def test_every_laboratory_with_a_digit_too_many_is_noticed(self):
        for file in sorted((PACK / "analytes").glob("*.json")):
            analyte = json.loads(file.read_text(encoding="utf-8"))
            for name, ruleset in analyte.get("rulesets", {}).items():
                for kind, bands in ruleset["bands"].items():
                    times_ten = [{key: {unit: number * 10 for unit, number in value.items()} if isinstance(value, dict) else value
                                  for key, value in each.items() if key in ("band", "from", "above", "orMore")} for each in bands]
                    with self.subTest(analyte["id"], ruleset=name, kind=kind):
                        self.assertNotEqual(noticed(None, laboratory(analyte["id"], **{kind: times_ten})), set())

    def test_every_suggestion_that_is_called_a_result_is_noticed(self):
        for file in sorted((PACK / "rules").glob("*.json")):
            if '"kind": "suggestion"' not in file.read_text(encoding="utf-8"):
                continue
            with self.subTest(file.stem):
                edit = swap(f"rules/{file.name}", '"kind": "suggestion"', '"kind": "result"')
                self.assertIn("offer-past-gates", noticed(edit))

    def test_every_rule_that_is_copied_without_a_story_is_noticed(self):
        for file in sorted((PACK / "rules").glob("*.json")):
            with self.subTest(file.stem):
                self.assertIn("rule-without-story", noticed(copy_rule(file.stem, "copied", id="copied")))

    def test_every_code_to_place_that_is_another_tests_is_noticed(self):
        orders = json.loads((PACK / "orders.json").read_text(encoding="utf-8"))
        for intent, order in orders.items():
            place = order.get("place")
            if not place:
                continue
            other = "2132-9" if intent != "b12" else "17861-6"
            with self.subTest(intent):
                self.assertTrue(noticed(change_json("orders.json", lambda tree: tree[intent]["place"].update(conventional=other))))


if __name__ == "__main__":
    unittest.main()
