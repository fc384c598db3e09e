"""`backpain-cds serve` as a process: what it prints, how it stops, with which status it refuses to start.

    serve_test.py PROGRAM [test...]
"""

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from self_signed import write_self_signed
from shows import main, shows

PROGRAM = None
PACK = Path(__file__).resolve().parents[2] / "rules/packs/back-pain-labs"
PATIENCE_SECONDS = 60
ENVIRONMENT, BAD_INPUT, FINE = 4, 3, 0
MINIMAL = """{ "mode": "development", "authentication": "none", "listen": "127.0.0.1:0",
  "admin": { "listen": "127.0.0.1:0" }, "tls": { "certificate": "certificate.pem", "key": "key.pem" }, %s }"""


class Serve(unittest.TestCase):
    def setUp(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.addCleanup(self.keeper.cleanup)
        self.folder = Path(self.keeper.name)
        self.write("config.json", MINIMAL % "")
        write_self_signed(self.folder / "certificate.pem", self.folder / "key.pem")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def start(self):
        process = subprocess.Popen([PROGRAM, "serve", "--config", self.folder / "config.json"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        clinical = re.fullmatch(r"listening on https://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
        admin = re.fullmatch(r"admin on http://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
        self.assertTrue(clinical and admin)
        return process, int(clinical[1]), int(admin[1])

    def refused(self):
        return subprocess.run([PROGRAM, "serve", "--config", self.folder / "config.json"], capture_output=True,
                              text=True, timeout=PATIENCE_SECONDS)

    def trust(self):
        return ssl.create_default_context(cafile=self.folder / "certificate.pem")

    def connect(self, port, trust=None, session=None):
        raw = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.addCleanup(raw.close)
        connection = (trust or self.trust()).wrap_socket(raw, server_hostname="127.0.0.1", session=session)
        self.addCleanup(connection.close)
        return connection

    def first_line(self, connection):
        connection.sendall(b"GET /cds-services HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.recv(65536).partition(b"\r\n")[0]

    def test_stops_soon_when_nothing_is_under_way(self):
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            process, port, _ = self.start()
            idle = self.connect(port)
            process.send_signal(signal_number)
            self.assertEqual(process.wait(PATIENCE_SECONDS), FINE)
            self.assertEqual(idle.recv(1), b"")

    def test_finishes_a_request_that_is_under_way(self):
        process, port, _ = self.start()
        connection = self.connect(port)
        connection.sendall(b"GET /cds-services HTTP/1.1\r\nHost: x\r\n")
        # The server has the first half once it has answered a later call on the same thread or another: give it time.
        self.connect(port).sendall(b"GET /cds-services HTTP/1.1\r\nHost: x\r\n\r\n")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.send_signal(signal.SIGTERM)
            process.wait(0.5)
        connection.sendall(b"\r\n")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual(process.wait(PATIENCE_SECONDS), FINE)

    def test_sends_head_and_body_as_one_tls_record(self):
        self.write("config.json", MINIMAL % f'"packs": [{{ "path": "{PACK}" }}]')
        _, port, _ = self.start()
        connection = self.connect(port)
        connection.sendall(b"GET /cds-services HTTP/1.1\r\nHost: x\r\n\r\n")
        record = connection.recv(65536)  # never more than one
        head, _, body = record.partition(b"\r\n\r\n")
        self.assertEqual(int(re.search(rb"Content-Length: (\d+)", head)[1]), len(body))
        self.assertGreater(len(record), 8192, "too short to show it: Asio joins what is shorter by itself")

    def test_answers_health_on_the_administration_port(self):
        _, _, admin = self.start()
        with socket.create_connection(("127.0.0.1", admin), PATIENCE_SECONDS) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"))

    def test_does_not_start_on_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.write("config.json", (MINIMAL % "").replace('"127.0.0.1:0",\n', f'"127.0.0.1:{port}",\n'))
            refusal = self.refused()
        self.assertEqual(refusal.returncode, ENVIRONMENT)
        self.assertIn(f"error: Cannot listen on 127.0.0.1:{port}", refusal.stderr)
        self.assertEqual(refusal.stdout, "")

    def test_does_not_start_without_the_store_that_it_is_to_have(self):
        (self.folder / "folder").mkdir()
        self.write("text.db", "this is no database, " * 100)
        for store, says in (("sqlite:nowhere/x.db", "is not there and cannot be made"), ("sqlite:folder", "cannot be opened or reached"),
                            ("sqlite:text.db", "is there and refuses to be written"),
                            ("postgresql://nobody@127.0.0.1:1/x", "cannot be opened or reached")):
            with self.subTest(store):
                self.write("config.json", MINIMAL % f'\n"store": "{store}"')
                refusal = self.refused()
                self.assertEqual(refusal.returncode, ENVIRONMENT)
                self.assertRegex(refusal.stderr, rf"config\.json:\d+:10: error: store: .*{says}.*\[cannot-start\]")

    def test_does_not_start_with_a_fault_in_the_configuration(self):
        self.write("config.json", MINIMAL % '\n"treads": 1')
        refusal = self.refused()
        self.assertEqual(refusal.returncode, BAD_INPUT)
        self.assertRegex(refusal.stderr, r'config\.json:3:\d+: error: There is no key "treads"\..*"threads"')

    def test_names_the_pack_that_is_broken(self):
        def no_rule(pack):
            next((pack / "rules").glob("*.json")).write_text("{}")

        def no_service_id(pack):
            manifest = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
            manifest["services"][0]["id"] = "no id"
            (pack / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")

        shutil.copytree(PACK, self.folder / "good")
        for breaks, file in ((lambda pack: (pack / "pack.json").unlink(), "/pack.json"),
                             (lambda pack: (pack / "pack.json").write_text("{"), "/pack.json:1:1"),
                             (no_rule, "/rules/"), (no_service_id, ""), (shutil.rmtree, "")):
            broken = self.folder / "broken"
            shutil.copytree(PACK, broken)
            breaks(broken)
            self.write("config.json", MINIMAL % '"packs": [{ "path": "good" }, { "path": "broken" }]')
            with self.subTest(file):
                refusal = self.refused()
                self.assertEqual(refusal.returncode, BAD_INPUT)
                first = refusal.stderr.splitlines()[0]
                self.assertTrue(first.startswith(f"{broken}{file}") or "config.json" in first and "broken" in first, first)
            shutil.rmtree(broken, ignore_errors=True)

    def test_does_not_start_with_the_key_of_another_certificate(self):
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                        self.folder / "key.pem"], check=True, capture_output=True)
        refusal = self.refused()
        self.assertEqual(refusal.returncode, BAD_INPUT)
        self.assertIn("key.pem: error:", refusal.stderr)

    def test_says_aloud_that_it_is_not_for_patients_data(self):
        process, _, _ = self.start()
        process.terminate()
        self.assertIn("warning: development mode: not for patients' data", process.communicate()[1])

    @shows("R-130")
    def test_refuses_old_versions_of_tls(self):
        _, port, _ = self.start()
        for version in ("-tls1", "-tls1_1"):
            attempt = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", version, "-cipher",
                                      "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True,
                                     timeout=PATIENCE_SECONDS)
            self.assertNotEqual(attempt.returncode, 0, version)

    def test_takes_up_a_session_again_also_of_clients_with_a_certificate(self):
        for more in ("", ', "clientCa": "certificate.pem"'):
            self.write("config.json", (MINIMAL % "").replace('"key.pem" }', f'"key.pem"{more} }}'))
            _, port, _ = self.start()
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(more=more, version=version.name):
                    trust = self.trust()
                    trust.load_cert_chain(self.folder / "certificate.pem", self.folder / "key.pem")
                    trust.maximum_version = version
                    first = self.connect(port, trust)
                    self.assertEqual(self.first_line(first), b"HTTP/1.1 200 OK")
                    again = self.connect(port, trust, session=first.session)
                    self.assertEqual(self.first_line(again), b"HTTP/1.1 200 OK")
                    self.assertTrue(again.session_reused)


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    main()
