"""The service in operation: reload by SIGHUP, metrics, feedback that survives a kill, and two replicas on one PostgreSQL.

    operation_test.py PROGRAM [test...]
"""

import concurrent.futures
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import uuid
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "conformance"), str(Path(__file__).resolve().parents[1])]
import postgresql
import served
from running_service import PATIENT_VIEW, RunningService, get, post, split, wait_for
from self_signed import write_self_signed
from shows import main, shows
from signed import ISSUER, PUBLIC_URL, Key

PROGRAM = None
FEEDBACK = f"{PATIENT_VIEW}/feedback"


def secured(key, **more):
    """The configuration of a service that asks for tokens of one client."""
    client = {"name": "General Hospital", "issuer": ISSUER, "jwks": {"keys": [key.jwk()]}}
    return {"authentication": "required", "publicUrl": PUBLIC_URL, "clients": [client]} | more


def bearer(token):
    return f"Authorization: Bearer {token}\r\nConnection: close\r\n"


def answer_to(service, request):
    replies, _ = service.send(request)
    return replies[-1]


def called(service, key=None, token=None):
    headers = bearer(token or key.token(PATIENT_VIEW)) if key or token else "Connection: close\r\n"
    return answer_to(service, post(PATIENT_VIEW, json.dumps(served.call()), headers))


def feedback_on(card, key=None, service=None):
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-01-15T09:00:00Z"}
    headers = bearer(key.token(FEEDBACK)) if key else "Connection: close\r\n"
    return answer_to(service, post(FEEDBACK, json.dumps({"feedback": [item]}), headers))


def one_reply(connection):
    """The next reply on a connection that stays open."""
    received = b""
    while not (replies := split(received)) or len(replies[0].body) < int(replies[0].header("Content-Length")):
        received += connection.recv(65536)
    return replies[0]


def counter(running, name, **labels):
    """The sum of the series of a metric that have these labels."""
    total = 0.0
    for series, value in re.findall(rf"^{name}(\{{.*\}}|) (\S+)$", running.admin("/metrics").body.decode(), re.MULTILINE):
        if all(f'{label}="{text}"' in series for label, text in labels.items()):
            total += float(value)
    return total


class Operation(unittest.TestCase):
    def setUp(self):
        keeper = tempfile.TemporaryDirectory()
        self.addCleanup(keeper.cleanup)
        self.folder = Path(keeper.name)
        self.key = Key(self.folder)

    def test_a_client_is_added_without_a_restart(self):
        stranger = Key(self.folder, identifier="key-2")
        with RunningService(PROGRAM, **secured(self.key)) as service:
            self.assertEqual(called(service, stranger).status, 401)
            wait_for(lambda: '"fault":"unknown-key","client":"General Hospital"' in service.log())
            told = service.reload(clients=secured(stranger)["clients"])
            self.assertEqual((told["fine"], "needRestart" in told), (True, False))
            self.assertEqual(called(service, stranger).status, 200)
            self.assertEqual(called(service, self.key).status, 401, "who was taken out is not served any longer")
            self.assertEqual(counter(service, "backpain_cds_reloads_total", outcome="in-use"), 1)

    def test_a_configuration_with_a_fault_changes_nothing(self):
        with RunningService(PROGRAM, **secured(self.key)) as service:
            self.assertFalse(service.reload(clients=[], packs=[])["fine"])
            self.assertIn('"code":"no-client"', service.log())
            self.assertEqual(called(service, self.key).status, 200)
            self.assertEqual(counter(service, "backpain_cds_reloads_total", outcome="refused"), 1)

    def test_a_broken_pack_changes_nothing_and_is_named(self):
        pack = self.folder / "pack"
        shutil.copytree(served.product.PACK, pack)
        with RunningService(PROGRAM, packs=[{"path": str(pack)}]) as service:
            (pack / "pack.json").write_text("{")
            self.assertFalse(service.reload()["fine"])
            self.assertRegex(service.log(), r'"event":"configuration-fault","place":"\S*pack\.json:1:')
            self.assertEqual(called(service).status, 200)

    def production(self, pack, **more):
        return secured(self.key, mode="production", packs=[{"path": str(pack)} | more])

    def make_moles_of_mass(self, pack):
        """A spelling that means a tenth of its unit: well formed, and the clinical linter's error `unit-scale`."""
        analyte = pack / "analytes/vitamin-d.json"
        text = analyte.read_text(encoding="utf-8")
        self.assertEqual(text.count('"ng/mL": ['), 1)
        analyte.write_text(text.replace('"ng/mL": [', '"ng/mL": ["ng/dL", '), encoding="utf-8")

    def test_an_error_of_the_linter_is_not_served_in_production_and_the_old_pack_goes_on(self):
        pack = self.folder / "pack"
        shutil.copytree(served.product.PACK, pack)
        with RunningService(PROGRAM, **self.production(pack)) as service:
            self.make_moles_of_mass(pack)
            self.assertFalse(service.reload()["fine"])
            self.assertRegex(service.log(), r'"event":"configuration-fault","place":"\S*vitamin-d\.json:\d+:\d+","code":"unit-scale"')
            self.assertEqual(called(service, self.key).status, 200)
            self.assertTrue(service.reload(**self.production(pack, waive=["unit-scale"]))["fine"])
            self.assertRegex(service.log(), r'"event":"pack-loaded".*"waived":\["unit-scale"\]')
            self.assertIn('"code":"version-reused"', service.log())

    def test_production_does_not_start_with_an_error_of_the_linter(self):
        pack = self.folder / "pack"
        shutil.copytree(served.product.PACK, pack)
        self.make_moles_of_mass(pack)
        with self.assertRaisesRegex(RuntimeError, "unit-scale"):
            with RunningService(PROGRAM, **self.production(pack)):
                pass
        with RunningService(PROGRAM, packs=[{"path": str(pack)}]) as service:
            self.assertIn("In production this would not be served.", service.log())

    def test_a_threshold_of_a_site_file_is_changed_without_a_restart(self):
        site = self.folder / "site.json"
        site.write_text(json.dumps({"pack": "back-pain-labs"}))
        with RunningService(PROGRAM, packs=[{"path": str(served.product.PACK), "site": str(site)}]) as service:
            self.assertEqual(served.rules_of(json.loads(called(service).body)["cards"]), ["vitamin-d-suggest"])
            site.write_text(json.dumps({"pack": "back-pain-labs", "off": ["vitamin-d-suggest"]}))
            self.assertTrue(service.reload()["fine"])
            self.assertEqual(json.loads(called(service).body)["cards"], [])

    def test_the_certificate_is_exchanged_without_a_restart(self):
        with RunningService(PROGRAM) as service:
            write_self_signed(service.folder / "certificate.pem", service.folder / "key.pem", name="another", days=9)
            ends = counter(service, "backpain_cds_certificate_not_after_seconds")
            with service.connect() as old:
                old.sendall(get("/cds-services"))
                self.assertEqual(one_reply(old).status, 200)
                self.assertTrue(service.reload()["fine"])
                old.sendall(get("/cds-services", "Connection: close\r\n"))
                self.assertEqual(one_reply(old).status, 200, "a connection that has begun goes on")
            service.trust.load_verify_locations(service.folder / "certificate.pem")
            with service.connect() as new:
                self.assertIn((("commonName", "another"),), new.getpeercert()["subject"])
            self.assertGreater(counter(service, "backpain_cds_certificate_not_after_seconds"), ends)

    def test_a_key_that_is_not_the_certificates_changes_nothing(self):
        with RunningService(PROGRAM) as service:
            subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-out", service.folder / "rsa.pem"], check=True,
                           capture_output=True)
            told = service.reload(tls={"certificate": "certificate.pem", "key": "rsa.pem"})
            self.assertFalse(told["fine"])
            self.assertRegex(service.log(), r'"event":"configuration-fault".*rsa\.pem')
            self.assertEqual(called(service).status, 200)

    def test_what_takes_a_restart_is_said(self):
        with RunningService(PROGRAM) as service:
            told = service.reload(threads=1, limits={"bodyBytes": 2048})
            self.assertEqual((told["fine"], told["needRestart"]), (True, ["limits", "threads"]))

    def test_the_mode_does_not_change_while_it_runs(self):
        with RunningService(PROGRAM, **secured(self.key)) as service:
            self.assertFalse(service.reload(mode="production")["fine"])

    def test_metrics_tell_what_was_done(self):
        with RunningService(PROGRAM, **secured(self.key, store="sqlite:cds.db")) as service:
            reply = called(service, self.key)
            card = json.loads(reply.body)["cards"][0]
            self.assertEqual(feedback_on(card["uuid"], self.key, service).status, 200)
            self.assertEqual(called(service).status, 401)
            self.assertEqual(counter(service, "backpain_cds_requests_total", service="back-pain-labs-patient-view", status="200"), 2)
            self.assertEqual(counter(service, "backpain_cds_cards_total", rule="vitamin-d-suggest", indicator="info"), 1)
            self.assertEqual(counter(service, "backpain_cds_token_refusals_total", fault="absent"), 1)
            self.assertEqual(counter(service, "backpain_cds_refusals_total", fault="unauthenticated"), 1)
            self.assertEqual(counter(service, "backpain_cds_feedback_total", told="first"), 1)
            self.assertGreater(counter(service, "backpain_cds_pack_loaded_seconds", pack="back-pain-labs"), 0)
            self.assertGreater(counter(service, "process_resident_memory_bytes"), 1 << 20)

    def test_feedback_is_not_offered_without_a_store(self):
        with RunningService(PROGRAM) as service:
            self.assertEqual(feedback_on(str(uuid.uuid4()), service=service).status, 404)

    @shows("R-110", "R-114", "R-116")
    def test_feedback_that_was_answered_survives_a_kill(self):
        store = self.folder / "cds.db"
        cards = [str(uuid.uuid4()) for _ in range(20)]
        with RunningService(PROGRAM, store=f"sqlite:{store}") as service:
            for card in cards:
                self.assertEqual(feedback_on(card, service=service).status, 200)
            service.kill()
        with RunningService(PROGRAM, store=f"sqlite:{store}") as service:
            self.assertEqual(feedback_on(cards[0], service=service).status, 200)
        with sqlite3.connect(store) as database:
            self.assertEqual({row[0] for row in database.execute("select card from feedback")}, set(cards))
            self.assertEqual(database.execute("select count(*) from feedback").fetchone()[0], len(cards))

    def test_a_stop_writes_which_cards_were_given(self):
        store = self.folder / "cds.db"
        with RunningService(PROGRAM, store=f"sqlite:{store}") as service:
            card = json.loads(called(service).body)["cards"][0]
            self.assertEqual(service.stop(), 0)
        with sqlite3.connect(store) as database:
            self.assertEqual(database.execute("select card, rule from decision").fetchall(), [(card["uuid"], "vitamin-d-suggest")])

    @shows("R-139", "R-141")
    def test_a_token_that_was_used_before_a_restart_is_refused_after_it(self):
        store = f"sqlite:{self.folder / 'cds.db'}"
        token = self.key.token(PATIENT_VIEW)
        for status in (200, 401):
            with RunningService(PROGRAM, **secured(self.key, store=store)) as service:
                self.assertEqual(called(service, token=token).status, status)


@unittest.skipUnless(postgresql.installed_programs(), "PostgreSQL is not installed")
class Replicas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keeper = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.keeper.cleanup)
        cls.key = Key(cls.keeper.name)
        cls.database = cls.enterClassContext(postgresql.PostgreSql())

    def replica(self, **settings):
        return RunningService(PROGRAM, **(secured(self.key, store=self.database.address) | settings))

    @shows("R-139", "R-141")
    def test_a_token_seen_by_one_is_refused_by_the_other(self):
        with self.replica() as first, self.replica() as second:
            token = self.key.token(PATIENT_VIEW)
            self.assertEqual(called(first, token=token).status, 200)
            self.assertEqual(called(second, token=token).status, 401)
            self.assertEqual(counter(second, "backpain_cds_token_refusals_total", fault="replayed"), 1)

    @shows("R-114")
    def test_feedback_sent_to_both_is_counted_once(self):
        with self.replica() as first, self.replica() as second:
            card = json.loads(called(first, self.key).body)["cards"][0]["uuid"]
            for service in (first, second, first):
                self.assertEqual(feedback_on(card, self.key, service).status, 200)
            self.assertEqual(self.database.query(f"select count(*) from feedback where card = '{card}'"), ["1"])
            wait_for(lambda: self.database.query(f"select rule from decision where card = '{card}'") == ["vitamin-d-suggest"])

    def test_a_replica_killed_under_load_loses_nothing_acknowledged(self):
        open_door = {"authentication": "none", "clients": []}
        acknowledged = []

        def report(service):
            card = str(uuid.uuid4())
            try:
                if feedback_on(card, service=service).status == 200:
                    acknowledged.append(card)
            except (OSError, IndexError):
                pass  # the replica is gone: nothing was acknowledged

        with self.replica(**open_door) as first, self.replica(**open_door) as second:
            with concurrent.futures.ThreadPoolExecutor(8) as clients:
                reports = [clients.submit(report, service) for _ in range(60) for service in (first, second)]
                wait_for(lambda: len(acknowledged) > 30)
                first.kill()
                concurrent.futures.wait(reports)
            self.assertTrue(second.serves())
        stored = set(self.database.query("select card from feedback"))
        self.assertGreater(len(acknowledged), 60, "the other replica went on")
        self.assertEqual(set(acknowledged) - stored, set())


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    served.PROGRAM = PROGRAM
    main()
