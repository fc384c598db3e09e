#!/usr/bin/env python3
"""`backpain-cds doctor`: a good deployment has nothing to mend; each fault is found, told with what to do, and makes the exit status 1.

    doctor_test.py PROGRAM [test...]
"""

import base64
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from loopback_fhir import FhirServer
from running_service import PACK, PATIENCE_SECONDS, RunningService

PROGRAM = None
FINE, DOES_NOT_HOLD, USAGE, BAD_INPUT = 0, 1, 2, 3
WANTED = ["Patient", "Condition", "Observation", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "Procedure",
          "ServiceRequest"]
SHEETS = {"epic": ["patient-view", "order-select", "order-sign"], "oracle": ["patient-view"], "athena": ["order-select", "order-sign"]} | dict.fromkeys(
    ("medplum", "hapi", "smart"), ["patient-view", "encounter-start", "order-select", "order-sign"])
SAMPLE_SITE = {"site": "General Hospital", "notProvided": ["procedures"]}


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


def public_jwk(key, identity):
    """The JSON Web Key of a P-384 key in PEM form."""
    point = openssl("ec", "-in", key, "-pubout", "-outform", "DER")[-96:]
    x, y = (base64.urlsafe_b64encode(half).rstrip(b"=").decode() for half in (point[:48], point[48:]))
    return {"kty": "EC", "crv": "P-384", "kid": identity, "use": "sig", "alg": "ES384", "x": x, "y": y}


def capabilities(version="4.0.1", types=None):
    listed = [{"type": each} for each in (types or WANTED)]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": [{"mode": "server", "resource": listed}]}


class Authority:
    """A CA in a folder, and certificates of it."""

    def __init__(self, folder):
        self.folder = folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365", "-subj", "/CN=Test CA",
                "-addext", "keyUsage=keyCertSign", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")

    def issue(self, name, names, days=200):
        """NAME.pem and NAME.key."""
        key, request, extensions = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "ext"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                "-out", request)
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.folder / "ca.pem", "-CAkey", self.folder / "ca.key", "-CAcreateserial",
                "-days", days, "-extfile", extensions, "-out", self.folder / f"{name}.pem")


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keeper = tempfile.TemporaryDirectory()
        cls.addClassCleanup(keeper.cleanup)
        cls.folder = Path(keeper.name)
        authority = Authority(cls.folder)
        authority.issue("server", "DNS:cds.example.test,IP:127.0.0.1")
        authority.issue("short", "DNS:cds.example.test", days=12)
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", cls.folder / "client.key")
        cls.jwk = public_jwk(cls.folder / "client.key", "k1")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cls.folder / "server.pem", cls.folder / "server.key")
        cls.answers = {}  # (status, value) by path below the base
        cls.server = cls.enterClassContext(FhirServer([], spoil={"": cls.answer}, tls=tls))

    @classmethod
    def answer(cls, handler):
        handler.send(*cls.answers[handler.path.removeprefix("/fhir/")])

    def setUp(self):
        self.answers.clear()
        self.answers.update({"metadata": (200, capabilities()), "jwks.json": (200, {"keys": [self.jwk]})})
        keeper = tempfile.TemporaryDirectory()
        self.addCleanup(keeper.cleanup)
        self.here = Path(keeper.name)

    def config(self, **changes):
        client = {"name": "General Hospital", "issuer": "https://ehr.example.test", "jwksUrl": f"{self.server.url}/jwks.json",
                  "fhirServers": [self.server.url]}
        return {"mode": "production", "listen": "127.0.0.1:0", "admin": {"listen": "127.0.0.1:0"},
                "publicUrl": "https://cds.example.test", "packs": [{"path": str(PACK)}], "clients": [client],
                "tls": {"certificate": str(self.folder / "server.pem"), "key": str(self.folder / "server.key")},
                "fhir": {"privateNetworks": ["127.0.0.0/8"], "timeoutMs": 20000}, "limits": {"deadlineMs": 30000},
                "store": "sqlite:store.db", "timeZone": "Europe/Madrid"} | changes

    def client(self, **changes):
        client = {key: value for key, value in (self.config()["clients"][0] | changes).items() if value is not None}
        return [client]

    def run_doctor(self, config, *options, **environment):
        (self.here / "config.json").write_text(json.dumps(config), encoding="utf-8")
        environment = {"SSL_CERT_FILE": str(self.folder / "ca.pem")} | environment
        return subprocess.run([PROGRAM, "doctor", "--config", self.here / "config.json", *options], capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, env={**os.environ, **environment})

    def report(self, **changes):
        """What doctor says of a deployment that is good but for these changes, by verdict."""
        answer = self.run_doctor(self.config(**changes), "--format", "json")
        report = json.loads(answer.stdout)
        self.assertEqual(answer.returncode, DOES_NOT_HOLD if report["faults"] else FINE)
        for line in report["lines"]:
            self.assertEqual(bool(line["mend"]), line["verdict"] != "ok", line)
        return {verdict: [line for line in report["lines"] if line["verdict"] == verdict] for verdict in ("ok", "warning", "fault")}

    def lines(self, verdict, **changes):
        return self.report(**changes)[verdict]

    def has_one_fault(self, about, says, **changes):
        faults = self.lines("fault", **changes)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(about, faults[0]["about"])
        self.assertIn(says, faults[0]["says"])

    def warns(self, about, says, **changes):
        """Warns of this beside what it says of the pack, and finds no fault."""
        report = self.report(**changes)
        self.assertEqual(report["fault"], [])
        warnings = [line for line in report["warning"] if "linter" not in line["says"]]
        self.assertEqual(len(warnings), 1, warnings)
        self.assertIn(about, warnings[0]["about"])
        self.assertIn(says, warnings[0]["says"])
        return warnings[0]

    # ---- a good deployment

    def test_finds_a_good_deployment_good(self):
        answer = self.run_doctor(self.config())
        self.assertEqual(answer.returncode, FINE, answer.stdout)
        self.assertEqual(answer.stderr, "")
        for said in ("ok: mode: production", "ok: authentication: required, of 1 clients", "is the key of the certificate",
                     "ends in 199 days", "leads to a CA that this machine trusts", "is for cds.example.test", "ok: packs: ",
                     "sha256:", "1 keys, kept for 60 minutes, for ES384", "reached; FHIR 4.0.1", "is made at the first start",
                     "ok: listen: 127.0.0.1:0: free", "ok: timeZone: Europe/Madrid (CE"):
            self.assertIn(said, answer.stdout)
        self.assertRegex(answer.stdout, r"\n0 faults, \d+ warnings\n$")

    def test_leaves_a_store_as_it_was(self):
        store = self.here / "store.db"
        sqlite3.connect(store).close()
        store.touch()
        self.run_doctor(self.config())
        tables = sqlite3.connect(store).execute("SELECT name FROM sqlite_master").fetchall()
        self.assertEqual(tables, [])

    def test_knows_a_store_that_is_in_use(self):
        with RunningService(PROGRAM, store=f"sqlite:{self.here / 'store.db'}"):
            says = [line["says"] for line in self.lines("ok") if line["about"].startswith("store")]
        self.assertRegex(says[0], r"^can be written; schema \d+$")

    # ---- the certificate

    def test_finds_the_key_of_another_certificate(self):
        tls = {"certificate": str(self.folder / "server.pem"), "key": str(self.folder / "short.key")}
        self.has_one_fault("short.key", "not the private key of the certificate", tls=tls)

    def test_finds_a_name_that_the_certificate_lacks(self):
        self.has_one_fault("server.pem", "is not for cds.other.test", publicUrl=["https://cds.example.test", "https://cds.other.test"])

    def test_finds_certificates_that_do_not_lead_from_one_to_the_next(self):
        chain = self.here / "chain.pem"
        chain.write_text((self.folder / "server.pem").read_text() + (self.folder / "short.pem").read_text())
        self.has_one_fault("chain.pem", "do not lead from one to the next",
                           tls={"certificate": str(chain), "key": str(self.folder / "server.key")})

    def test_is_content_with_a_fresh_certificate_of_a_few_days(self):
        tls = {"certificate": str(self.folder / "short.pem"), "key": str(self.folder / "short.key")}
        self.assertIn("ends in 11 days", [line["says"] for line in self.lines("ok", tls=tls)])

    def test_warns_of_a_certificate_that_this_machine_does_not_trust(self):
        answer = self.run_doctor(self.config(clients=self.client(jwksUrl=None, jwks={"keys": [self.jwk]}, fhirServers=[])), SSL_CERT_FILE="")
        self.assertEqual(answer.returncode, FINE, answer.stdout)
        self.assertIn("this machine would not trust it: unable to get local issuer certificate", answer.stdout)

    def test_looks_at_the_ca_of_mutual_tls(self):
        tls = self.config()["tls"] | {"clientCa": str(self.folder / "ca.pem")}
        said = [line["says"] for line in self.lines("ok", tls=tls) if line["about"].startswith("tls.clientCa")]
        self.assertEqual(said, ["ends in 364 days"])

    def test_pages_that_desktops_cannot_open(self):
        tls = self.config()["tls"] | {"clientCa": str(self.folder / "ca.pem")}
        self.warns("aboutUrl", "asks a browser for a client's certificate", tls=tls)
        site = self.folder / "about-site.json"
        site.write_text(json.dumps({"aboutUrl": "https://intranet.example.test/advice/"}))
        packs = [{"path": str(PACK), "site": str(site)}]
        said = [line["says"] for line in self.lines("ok", tls=tls, packs=packs) if line["about"].startswith("aboutUrl")]
        self.assertEqual(said, ["https://intranet.example.test/advice"])

    # ---- packs

    def copy_of_the_pack(self, **changes):
        pack = self.here / "pack"
        shutil.copytree(PACK, pack)
        manifest = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
        (pack / "pack.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
        return [{"path": str(pack)}]

    def test_finds_a_pack_that_cannot_be_loaded(self):
        self.has_one_fault("packs: ", "cannot be loaded: ", packs=self.copy_of_the_pack(nonsense=1))

    def spoilt_pack(self):
        """A copy whose summary, once filled in, can be too long: well formed, and an error of the clinical linter."""
        [packs] = self.copy_of_the_pack()
        rule = self.here / "pack/rules/vitamin-d-suggest.json"
        text = rule.read_text(encoding="utf-8")
        summary = re.search(r'"summary": "', text)
        rule.write_text(text[:summary.end()] + "Before anything else, and whatever else there may be to do today: " + text[summary.end():],
                        encoding="utf-8")
        return packs

    def test_finds_an_error_of_the_linter_which_production_does_not_serve(self):
        self.has_one_fault("packs: ", "can reach", packs=[self.spoilt_pack()])

    def test_warns_of_an_error_that_is_waived(self):
        self.warns("waive: ", " [summary-too-long], the first in ", packs=[self.spoilt_pack() | {"waive": ["summary-too-long"]}])

    def test_warns_of_a_waiver_that_waives_nothing(self):
        self.warns("waive: ", 'nothing is found that "unit-scale" would waive', packs=[{"path": str(PACK), "waive": ["unit-scale"]}])

    def test_finds_one_service_offered_twice(self):
        self.has_one_fault("packs: ", "is offered twice", packs=[{"path": str(PACK)}, *self.copy_of_the_pack()])

    def test_warns_of_a_review_that_is_overdue(self):
        packs = self.copy_of_the_pack(approvalDate="2024-01-01", lastReviewDate="2024-01-01", nextReviewDate="2025-01-01")
        self.warns("packs: ", "The next review was due on 2025-01-01.", packs=packs)

    def test_warns_of_what_the_site_never_has(self):
        (self.here / "site.json").write_text(json.dumps(SAMPLE_SITE))
        self.warns("notProvided: ", "the site never has procedures", packs=[{"path": str(PACK), "site": "site.json"}])

    def test_finds_a_site_file_with_a_mistake(self):
        (self.here / "site.json").write_text('{"off": ["no-such-rule"]}')
        self.has_one_fault("packs: ", "no-such-rule", packs=[{"path": str(PACK), "site": "site.json"}])

    # ---- clients

    def test_finds_keys_of_no_use_for_the_clients_algorithms(self):
        self.has_one_fault("General Hospital", "none that fits the client's algorithms", clients=self.client(algorithms=["RS384"]))

    def test_warns_of_a_key_that_cannot_be_used(self):
        self.answers["jwks.json"] = (200, {"keys": [self.jwk, {"kty": "oct", "kid": "s"}]})
        self.warns("General Hospital", "1 of no use (the first: unknown-type)")

    def test_finds_a_key_server_that_fails(self):
        for answer, says in (((500, {}), "it answers with status 500"), ((200, [1]), "what is there is no key set")):
            with self.subTest(says):
                self.answers["jwks.json"] = answer
                self.has_one_fault("jwks.json", says)

    def test_finds_that_other_servers_may_not_be_reached(self):
        faults = self.lines("fault", fhir={})
        self.assertEqual(len(faults), 2, faults)
        for fault in faults:
            self.assertIn("its address is private, and no network in fhir.privateNetworks", fault["says"])

    def test_warns_of_tokens_that_may_be_used_again(self):
        self.warns("General Hospital", "replay is off", clients=self.client(replay="off"))

    # ---- FHIR servers

    def test_finds_a_fhir_server_that_is_not_there(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"https://127.0.0.1:{taken.getsockname()[1]}/fhir"
        self.has_one_fault(url, "nothing answers at its address", clients=self.client(fhirServers=[url]))

    def test_finds_a_fhir_server_of_another_version(self):
        self.answers["metadata"] = (200, capabilities(version="5.0.0"))
        self.has_one_fault("fhirServers: ", "it speaks FHIR 5.0.0")

    def test_finds_a_server_that_is_no_fhir_server(self):
        self.answers["metadata"] = (200, {"hello": "world"})
        self.has_one_fault("fhirServers: ", "/metadata is no CapabilityStatement")

    def test_finds_a_fhir_server_that_is_not_trusted(self):
        said = self.run_doctor(self.config(), SSL_CERT_FILE="").stdout
        self.assertIn("nothing can be had from it: TLS fails: its certificate is not trusted here", said)
        trusted = self.run_doctor(self.config(fhir=self.config()["fhir"] | {"ca": str(self.folder / "ca.pem")}), SSL_CERT_FILE="").stdout
        self.assertIn("reached; FHIR 4.0.1", trusted)

    def test_trusts_a_fhir_server_by_the_authority_of_its_client(self):
        said = self.run_doctor(self.config(clients=self.client(fhirCa=str(self.folder / "ca.pem"))), SSL_CERT_FILE="").stdout
        self.assertIn("reached; FHIR 4.0.1", said)
        self.assertIn("jwks.json: no key set can be had: TLS fails", said)

    def test_looks_at_a_fhir_server_once_for_each_authority(self):
        other = {"name": "Other", "issuer": "https://other.example.test", "fhirCa": str(self.folder / "ca.pem")}
        clients = self.client() + [self.client()[0] | other, self.client()[0] | {"name": "Third", "issuer": "https://third.example.test"}]
        said = self.run_doctor(self.config(clients=clients)).stdout
        self.assertEqual(said.count("reached; FHIR 4.0.1"), 2)

    def test_finds_an_authority_that_is_none(self):
        self.has_one_fault("clients: General Hospital, fhirCa: ", "holds no certificate in PEM form",
                           clients=self.client(fhirCa=str(self.folder / "server.key")))

    def test_warns_of_what_a_fhir_server_does_not_have(self):
        self.answers["metadata"] = (200, capabilities(types=[each for each in WANTED if each != "MedicationStatement"]))
        self.warns("fhirServers: ", "it has no MedicationStatement")

    def test_warns_of_a_fhir_server_that_does_not_show_what_it_is(self):
        self.answers["metadata"] = (401, {})
        self.warns("fhirServers: ", "to nobody without a token")

    def test_measures_a_fhir_server_and_recommends_how_long_to_wait_for_it(self):
        """Nothing comes over TLS within a millisecond, so one is too little on any machine."""
        fhir = self.config()["fhir"] | {"timeoutMs": 1}
        mend = self.warns("fhirServers: ", "and only 1 ms are allowed", fhir=fhir)["mend"]
        recommended = re.search(r"Set fhir.timeoutMs to (\d+) and limits.deadlineMs to (\d+)", mend)
        self.assertEqual(int(recommended[2]) - int(recommended[1]), 50)
        enough = {"fhir": fhir | {"timeoutMs": 20000}}
        measured = [line["says"] for line in self.lines("ok", **enough) if line["about"].startswith("fhirServers")]
        self.assertRegex(measured[-1], r"answers what a call asks within \d+ ms .* and 20000 ms are allowed")

    # ---- the store, the addresses, the settings

    def test_finds_a_store_that_cannot_be_made(self):
        self.has_one_fault("store: ", "is not there and cannot be made", store="sqlite:no/such/folder/store.db")

    def test_finds_a_store_that_is_no_database(self):
        (self.here / "store.db").write_bytes(b"x" * 4096)
        self.has_one_fault("store: ", "refuses to be written")

    def test_finds_a_store_of_a_newer_version(self):
        with sqlite3.connect(self.here / "store.db") as store:
            store.execute("CREATE TABLE backpain_cds_schema (version BIGINT NOT NULL)")
            store.execute("INSERT INTO backpain_cds_schema VALUES (99)")
        self.has_one_fault("store: ", "a newer version of backpain-cds")

    def test_finds_a_database_server_that_is_not_there_and_keeps_its_password(self):
        answer = self.run_doctor(self.config(store="postgresql://cds:Kanarienvogel@127.0.0.1:1/cds?password=x@Kanarienvogel"))
        self.assertEqual(answer.returncode, DOES_NOT_HOLD)
        self.assertIn("fault: store: postgresql at 127.0.0.1:1/cds: cannot be opened or reached", answer.stdout)
        self.assertNotIn("Kanarienvogel", answer.stdout + answer.stderr)

    def test_finds_an_address_that_is_not_of_this_machine(self):
        self.has_one_fault("listen: 192.0.2.1:8443", "cannot be listened on", listen="192.0.2.1:8443")

    def test_warns_of_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.warns("listen: ", "somebody listens there already", listen=f"127.0.0.1:{taken.getsockname()[1]}")

    def test_warns_of_what_is_not_for_patients(self):
        about = [line["about"] for line in self.lines("warning", mode="development", authentication="none", cors={"origins": ["*"]})]
        self.assertLessEqual({"mode", "authentication", "cors.origins"}, set(about))

    def test_warns_of_what_is_not_set(self):
        config = self.config()
        for key in ("store", "timeZone", "admin"):
            del config[key]
        said = self.run_doctor(config, TZ="UTC").stdout
        self.assertIn("warning: timeZone: not set: calendar days are counted in the system's zone, UTC, UTC+00:00", said)
        self.assertIn("warning: store: none", said)
        self.assertIn("warning: admin.listen: not set", said)

    # ---- the registration sheet

    def sheet(self, client, **changes):
        answer = self.run_doctor(self.config(**changes), "--sheet", client)
        self.assertEqual((answer.returncode, answer.stderr), (FINE, ""))
        return answer.stdout

    def test_fills_in_a_sheet_for_every_client(self):
        """Whatever cannot be reached: nothing is looked at."""
        for client, hooks in SHEETS.items():
            with self.subTest(client):
                sheet = self.sheet(client, clients=self.client(jwksUrl="https://127.0.0.1:1/keys", clientId="cds-at-general"))
                for hook in ("patient-view", "encounter-start", "order-select", "order-sign"):
                    address = f"https://cds.example.test/cds-services/back-pain-labs-{hook} "
                    (self.assertIn if hook in hooks else self.assertNotIn)(address, sheet)
                for said in ("https://ehr.example.test", "cds-at-general", self.server.url, "action-completed", "62292-8", "* pubmed.ncbi.nlm.nih.gov\n",
                             "Patient/{{context.patientId}}", "patient/Condition.rs"):
                    self.assertIn(said, sheet)

    def test_leaves_out_of_a_sheet_what_the_clients_fhir_server_refuses(self):
        queries = re.findall(r"`(\w+)`(?: \(required\))?:\n  `(.+)`", self.sheet("oracle"))
        types = {query.split("?")[0].split("/")[0] for _, query in queries}
        self.assertNotIn("MedicationStatement", types)
        self.assertLessEqual({"Patient", "Condition", "Observation", "ServiceRequest"}, types)
        for key, query in queries:
            refused = {"Observation": "_sort=", "ServiceRequest": "status="}.get(query.split("?")[0])
            self.assertFalse(refused and refused in query, f"{key}: {query}")
        self.assertIn("_sort=-date", self.sheet("epic"))

    def test_says_on_a_sheet_what_is_not_set(self):
        config = self.config()
        del config["publicUrl"]
        sheet = self.run_doctor(config | {"mode": "development", "authentication": "none"}, "--sheet", "smart").stdout
        self.assertIn("**not set** (publicUrl)/cds-services", sheet)

    def test_knows_no_sheet_for_others(self):
        for options in (["--sheet", "nobody"], ["--sheet", "epic", "--format", "json"]):
            with self.subTest(options):
                answer = self.run_doctor(self.config(), *options)
                self.assertEqual((answer.returncode, answer.stdout), (USAGE, ""))
        self.assertIn("epic|oracle|athena|medplum|hapi|smart", self.run_doctor(self.config(), "--sheet", "nobody").stderr)

    # ---- the command

    def test_refuses_a_configuration_that_it_cannot_read(self):
        answer = self.run_doctor(self.config(treads=1))
        self.assertEqual((answer.returncode, answer.stdout), (BAD_INPUT, ""))
        self.assertIn('There is no key "treads"', answer.stderr)
        missing = subprocess.run([PROGRAM, "doctor", "--config", "no-such-file"], capture_output=True, text=True)
        self.assertEqual(missing.returncode, BAD_INPUT)
        self.assertEqual(subprocess.run([PROGRAM, "doctor"], capture_output=True).returncode, USAGE)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main()
