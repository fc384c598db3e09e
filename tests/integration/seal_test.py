#!/usr/bin/env python3
"""`backpain-cds diff` and `seal`: what a change does is said where a reader looks for it; a sealed file is the same whoever makes it, loads
wherever a folder does, and is trusted only if a trusted key signed it.

    seal_test.py PROGRAM [test...]
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))
from faults_test import FAULTS  # noqa: E402
from running_service import PACK, PATIENCE_SECONDS  # noqa: E402

PROGRAM = None
FINE, DOES_NOT_HOLD, USAGE, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3, 4
SAMPLE = Path(__file__).resolve().parents[2] / "deploy/samples/ada-quill.json"
AT = "2026-03-02T12:00:00Z"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SMALL = Path(__file__).resolve().parents[1] / "rules/packs/good"  # sealed in a tenth of the time


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", timeout=5 * PATIENCE_SECONDS, **options)


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


# Where a reader looks for each fault that changes what a pack does, by its number in faults_test.py. "who": a safety set is read there too.
SAFETY, WHO, CARD, EVIDENCE, NOTHING = ("Safety sets and gates", "Who gets a card", "What the card says", "Evidence", "Nothing clinical")
TOLD = {
    "3": WHO, "4": WHO, "5": WHO, "6": WHO, "6s": WHO, "7": WHO, "11": SAFETY, "12": SAFETY, "12s": SAFETY, "13": SAFETY, "29": WHO, "30": WHO,
    "31": WHO, "32": WHO, "34": WHO, "35": WHO, "35r": WHO, "36a": WHO, "39": SAFETY, "40": WHO, "41": WHO, "42": WHO,
    "46": CARD, "49": WHO, "50": CARD, "51": WHO, "53": WHO, "54": WHO, "55": WHO, "56": WHO, "57": CARD, "58d": CARD, "59": WHO, "60": EVIDENCE,
    "62": SAFETY, "63": WHO, "64": NOTHING, "65": WHO, "66": WHO, "68": CARD, "69": WHO, "M3": WHO}


class Digests(unittest.TestCase):
    """A reader finds each digest of one output again in the others, under the same words."""

    LINE = re.compile(r"(digest (?:of|on|for) [a-z ]+):\s+(sha256:[0-9a-f]{64})")

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def told(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, FINE, done.stderr)
        return dict(self.LINE.findall(done.stdout))

    def test_are_the_same_in_check_diff_impact_survey_seal_and_on_pages(self):
        site, file = self.folder / "site.json", self.folder / "x.pack"
        site.write_text(json.dumps({"parameters": {"vitaminD.ruleset": "ros-2020"}}), encoding="utf-8")
        patient = self.folder / "patients"
        patient.mkdir()
        shutil.copyfile(SAMPLE, patient / "one.json")
        digests = self.told("check", PACK, "--site", site)
        self.assertEqual(len(set(digests.values())), 4, digests)
        self.assertEqual(self.told("diff", "--from", PACK, "--to", PACK, "--site-to", site), digests)
        self.assertEqual(self.told("impact", "--from", PACK, "--site-to", site, "--at", AT, patient), digests)
        self.assertEqual(self.told("survey", "--pack", PACK, "--site", site, "--at", AT, patient), digests)
        self.assertEqual(self.told("seal", PACK, "-o", file).items() & digests.items(), {("digest of the pack", digests["digest of the pack"])})
        run("about", PACK, "--site", site, "-o", self.folder / "pages")
        for page in (self.folder / "pages").rglob("index.html"):
            found = dict(self.LINE.findall(page.read_text(encoding="utf-8").replace("Digest", "digest")))
            self.assertEqual(found, digests, page)
        alone = self.told("check", PACK)
        self.assertEqual(self.told("check", file), alone)
        self.assertEqual(alone["digest on cards"], digests["digest of the pack"])
        members = json.loads(run("check", PACK, "--site", site, "--format", "json").stdout)[0]
        self.assertEqual({members[name] for name in ("packDigest", "siteDigest", "digest", "approvalDigest")}, set(digests.values()))


class Diff(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def difference(self, fault):
        pack = self.folder / f"pack-{fault.number}"
        shutil.copytree(PACK, pack)
        if fault.edit:
            fault.edit(pack)
        site = ()
        if fault.site is not None:
            file = self.folder / f"site-{fault.number}.json"
            file.write_text(json.dumps(fault.site), encoding="utf-8")
            site = ("--site-to", file)
        return run("diff", "--from", PACK, "--to", pack, *site, "--format", "json")

    def test_each_fault_that_changes_what_a_pack_does_is_told_in_its_section(self):
        faults = {fault.number: fault for fault in FAULTS}
        for number, section in TOLD.items():
            with self.subTest(number, says=faults[number].says):
                told = self.difference(faults[number])
                self.assertIn(told.returncode, (FINE, DOES_NOT_HOLD), told.stderr)
                diff = json.loads(told.stdout)
                self.assertIn(section, {change["section"] for change in diff["changes"]}, told.stdout)
                if faults[number].site is None:
                    self.assertEqual(told.returncode, DOES_NOT_HOLD, "the version was not raised")

    def test_what_is_no_change_is_nothing(self):
        told = run("diff", "--from", PACK, "--to", PACK)
        self.assertEqual(told.returncode, FINE)
        self.assertIn("Nothing differs.", told.stdout)

    def test_a_byte_order_mark_and_tabs_are_nothing_clinical(self):
        fault = next(fault for fault in FAULTS if fault.number == "24")
        diff = json.loads(self.difference(fault).stdout)
        self.assertEqual({change["section"] for change in diff["changes"]}, {NOTHING})
        self.assertEqual(diff["step"], "patch")

    def test_a_pack_that_cannot_be_read_is_said_with_its_place(self):
        fault = next(fault for fault in FAULTS if fault.number == "21")
        told = self.difference(fault)
        self.assertEqual(told.returncode, BAD_INPUT)
        self.assertRegex(told.stderr, r"rules/vitamin-d-suggest\.json:\d+:\d+: error: ")

    def test_a_number_that_steps_far_enough_is_fine(self):
        pack = self.folder / "pack"
        shutil.copytree(PACK, pack)
        rule = pack / "rules/vitamin-d-suggest.json"
        rule.write_text(rule.read_text(encoding="utf-8").replace('"indicator": "info"', '"indicator": "critical"'), encoding="utf-8")
        diff = json.loads(run("diff", "--from", PACK, "--to", pack, "--format", "json").stdout)
        self.assertEqual((diff["step"], diff["holds"]), ("major", False))
        identity = pack / "pack.json"
        old = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))["version"]
        identity.write_text(identity.read_text(encoding="utf-8").replace(f'"version": "{old}"', f'"version": "{diff["least"]}"'), encoding="utf-8")
        told = run("diff", "--from", PACK, "--to", pack)
        self.assertEqual(told.returncode, FINE, told.stdout)
        self.assertIn(f"must be {diff['least']} or more, and it is {diff['least']}.", told.stdout)

    def test_the_formats_are_three(self):
        self.assertIn("# back-pain-labs ", run("diff", "--from", PACK, "--to", PACK, "--format", "markdown").stdout)
        self.assertEqual(run("diff", "--from", PACK, "--to", PACK, "--format", "pdf").returncode, USAGE)


class Seal(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def key(self, name):
        secret, public = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        openssl("genpkey", "-algorithm", "ed25519", "-out", secret)
        openssl("pkey", "-in", secret, "-pubout", "-out", public)
        return secret, public

    def sealed(self, name="a.pack", pack=SMALL, *more):
        file = self.folder / name
        told = run("seal", pack, "-o", file, *more)
        self.assertEqual(told.returncode, FINE, told.stderr)
        return file

    def edited(self, name, file, old, new, version=None):
        pack = self.folder / name
        shutil.copytree(SMALL, pack)
        for path, before, after in ((file, old, new),) + ((("pack.json", *version),) if version else ()):
            text = (pack / path).read_text(encoding="utf-8")
            self.assertIn(before, text)
            (pack / path).write_text(text.replace(before, after, 1), encoding="utf-8")
        return pack

    def test_it_is_the_same_to_the_byte_in_another_folder_umask_locale_order_and_at_another_time(self):
        other = self.folder / "elsewhere" / "pack"
        other.mkdir(parents=True)
        for file in sorted((path for path in SMALL.rglob("*") if path.is_file()), reverse=True):
            (other / file.relative_to(SMALL)).parent.mkdir(exist_ok=True, parents=True)
            shutil.copyfile(file, other / file.relative_to(SMALL))
            os.utime(other / file.relative_to(SMALL), (1, 1))
            (other / file.relative_to(SMALL)).chmod(0o600)
        secret, _ = self.key("release")
        one = self.sealed("one.pack", SMALL, "--sign", secret)
        two = self.folder / "two.pack"
        told = run("seal", other, "-o", two, "--sign", secret, cwd="/", preexec_fn=lambda: os.umask(0o077),
                   env={"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE", "TZ": "Pacific/Auckland", "PATH": "/nowhere"})
        self.assertEqual(told.returncode, FINE, told.stderr)
        self.assertEqual(one.read_bytes(), two.read_bytes())
        self.assertEqual(stat.S_IMODE(two.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(one.stat().st_mode) & 0o022, 0)
        self.assertEqual([path.name for path in self.folder.glob("*.pack*")].count("one.pack"), 1)

    def test_the_shipped_pack_is_a_draft_that_lists_what_nobody_has_confirmed_and_loads_wherever_its_folder_does(self):
        file = self.sealed("shipped.pack", PACK)
        whole = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual(whole["status"], "draft")
        listed = json.loads(run("check", PACK, "--strict", "--format", "json").stdout)[0]["findings"]
        self.assertEqual(len(whole["unconfirmed"]), sum(1 for finding in listed if finding["code"] == "unconfirmed"))
        call = ("--service", "back-pain-labs-patient-view", "--patient", SAMPLE, "--at", AT)
        cards = [json.loads(run("evaluate", "--pack", pack, *call).stdout)["cards"] for pack in (file, PACK)]
        self.assertTrue(cards[0])
        self.assertEqual(*(UUID.sub("", json.dumps(each)) for each in cards))  # ids are new with every answer
        digest = re.compile(r"sha256:\w+")
        checks = [run("check", pack) for pack in (file, PACK)]
        self.assertEqual([check.returncode for check in checks], [FINE, FINE])
        self.assertEqual(*(digest.findall(check.stdout)[-1] for check in checks))
        self.assertEqual(run("test", file).returncode, FINE)
        self.assertEqual(run("diff", "--from", file, "--to", PACK).returncode, FINE)
        self.assertEqual(run("about", file, "-o", self.folder / "pages").returncode, FINE)

    def test_an_error_of_check_is_not_sealed(self):
        pack = self.edited("wrong", "analytes/vitamin-d.json", "62292-8", "62292-9")
        told = run("seal", pack, "-o", self.folder / "x.pack")
        self.assertEqual(told.returncode, DOES_NOT_HOLD)
        self.assertIn("[check-digit]", told.stderr)
        self.assertFalse((self.folder / "x.pack").exists())

    def test_a_story_that_fails_is_not_sealed(self):
        pack = self.edited("wrong", "rules/vitamin-d-suggest.json", '"indicator": "info"', '"indicator": "warning"')
        told = run("seal", pack, "-o", self.folder / "x.pack")
        self.assertEqual(told.returncode, DOES_NOT_HOLD)
        self.assertIn("stories do not hold", told.stderr)
        self.assertFalse((self.folder / "x.pack").exists())

    def test_a_version_that_steps_less_than_its_changes_is_not_sealed(self):
        before = self.sealed()
        says = json.loads((SMALL / "rules/vitamin-d-suggest.json").read_text(encoding="utf-8"))["title"]
        change = ("rules/vitamin-d-suggest.json", f'"title": "{says}"', f'"title": "{says}, perhaps"')
        told = run("seal", self.edited("same", *change), "-o", self.folder / "b.pack", "--previous", before)
        self.assertEqual(told.returncode, DOES_NOT_HOLD)
        self.assertIn("not sealed: These changes are patch", told.stderr)
        old = json.loads((SMALL / "pack.json").read_text(encoding="utf-8"))["version"]
        new = ".".join(old.split(".")[:2] + [str(int(old.split(".")[2]) + 1)])
        more = self.edited("more", *change, version=(f'"version": "{old}"', f'"version": "{new}"'))
        self.assertEqual(run("seal", more, "-o", self.folder / "b.pack", "--previous", before).returncode, FINE)

    def test_what_was_sealed_is_never_written_over_by_something_else(self):
        file = self.sealed()
        once = file.read_bytes()
        self.sealed()  # the same again
        file.write_bytes(once.replace(b'"status": "draft"', b'"status": "retired"', 1))
        told = run("seal", SMALL, "-o", file)
        self.assertEqual(told.returncode, DOES_NOT_HOLD)
        self.assertIn("is there already", told.stderr)

    def test_a_key_that_is_none_and_a_place_that_is_none_are_said(self):
        self.assertEqual(run("seal", SMALL, "-o", self.folder / "x.pack", "--sign", SAMPLE).returncode, BAD_INPUT)
        self.assertEqual(run("seal", SMALL, "-o", self.folder / "no/x.pack").returncode, ENVIRONMENT)

    def doctor(self, pack, **more):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", self.folder / "tls.key", "-out", self.folder / "tls.pem")
        config = {"mode": "development", "authentication": "none", "listen": "127.0.0.1:0", "publicUrl": "https://localhost:8443",
                  "tls": {"certificate": "tls.pem", "key": "tls.key"}, "packs": [{"path": str(pack)} | more]}
        file = self.folder / "service.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        return file, run("doctor", "--config", file, "--format", "json")

    def packs_line(self, told):
        return next(line for line in json.loads(told.stdout)["lines"] if line["about"].startswith("packs: "))

    def test_trusted_keys_let_in_only_what_one_of_them_signed_and_doctor_proves_it(self):
        (secret, public), (_, other) = self.key("release"), self.key("other")
        signed, unsigned = self.sealed("signed.pack", SMALL, "--sign", secret), self.sealed("unsigned.pack")
        for pack, keys, says in ((signed, [other, public], "sealed, signed by release.pem"), (unsigned, [public], "is not signed"),
                                 (signed, [other], "none of"), (SMALL, [public], "is a folder")):
            with self.subTest(pack.name, keys=[key.name for key in keys]):
                config, told = self.doctor(pack, trustedKeys=[str(key) for key in keys])
                line = self.packs_line(told)
                self.assertIn(says, line["says"])
                self.assertEqual(line["verdict"], "ok" if "signed by" in says else "fault")
        config, _ = self.doctor(unsigned, trustedKeys=[str(public)])
        told = run("serve", "--config", config)
        self.assertNotEqual(told.returncode, FINE)
        self.assertIn("is not signed", told.stderr + told.stdout)
        _, told = self.doctor(unsigned, trustedKeys=[])
        self.assertIn("must name at least one key", told.stdout + told.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
