"""FHIR servers on loopback for tests: one of our own that does as badly as a test wants, and Medplum's in memory."""

import json
import shutil
import subprocess
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEDPLUM = "@medplum/fhir-router@4.5.2"
NODE_WANTED = "20.19"  # what that version says it needs
INSTALL_SECONDS = 240
POLL_SECONDS = 0.02


class Unavailable(Exception):
    """A server that this machine cannot run, and why."""


class Listener(ThreadingHTTPServer):
    request_queue_size = 256  # as many connections may come at once


class FhirServer:
    """Serves the resources of one patient, as a context manager. Of all search parameters it knows `patient` alone: no code, no
    status, no `_sort`, no `_count`. `page` is its own page size, `next_link` how it writes the address of the next one.

    `spoil` maps the beginning of a path below the base to a function of the handler that answers instead.
    """

    def __init__(self, resources, page=1000, spoil=None, tls=None, next_link="{base}/{kind}?{query}"):
        self.resources, self.page, self.spoil, self.next_link = resources, page, spoil or {}, next_link
        self.requests = []  # (path, Authorization)
        self.http = Listener(("127.0.0.1", 0), self.handler())
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.http.server_port}/fhir"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def handler(server):  # noqa: N805 - the request's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.removeprefix("/fhir/")
                server.requests.append((path, self.headers.get("Authorization")))
                for beginning, answer in server.spoil.items():
                    if path.startswith(beginning):
                        return answer(self)
                return self.send(*server.answer(path))

            def send(self, status, value):
                self.send_text(status, json.dumps(value), "application/fhir+json")

            def send_text(self, status, text, media_type="text/html"):
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler

    def answer(self, path):
        kind, _, query = path.partition("?")
        if not query:
            found = [each for each in self.resources if f"{each['resourceType']}/{each['id']}" == kind]
            return (200, found[0]) if found else (404, outcome("not-found"))
        parameters = dict(urllib.parse.parse_qsl(query))
        return 200, self.bundle(kind, parameters["patient"], int(parameters.get("page", 0)))

    def bundle(self, kind, patient, page):
        owners = {f"Patient/{patient}", patient}
        found = [each for each in self.resources if each["resourceType"] == kind and owner_of(each) in owners]
        begin, end = page * self.page, (page + 1) * self.page
        entries = [{"resource": each, "search": {"mode": "match"}} for each in found[begin:end]]
        result = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
        if end < len(found):
            url = self.next_link.format(base=self.url, kind=kind, query=f"patient={patient}&page={page + 1}")
            result["link"] = [{"relation": "next", "url": url}]
        return result


def owner_of(resource):
    return (resource.get("subject") or resource.get("patient") or {}).get("reference")


def outcome(code, severity="error"):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, "diagnostics": "Kanarienvogel"}]}


class MedplumServer:
    """Medplum's FHIR server in memory with these resources, as a context manager. `folder` keeps the npm packages from run to run."""

    def __init__(self, resources, folder):
        self.folder = Path(folder)
        install_medplum(self.folder)
        self.file = self.folder / "resources.ndjson"
        self.file.write_text("\n".join(json.dumps(each) for each in resources), encoding="utf-8")

    def __enter__(self):
        command = ["node", HERE / "fhir_server.mjs", self.folder, self.file]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            self.__exit__()
            raise RuntimeError("the FHIR server did not start")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def install_medplum(folder):
    """Installs the server's npm packages into `folder` unless they are there; raises Unavailable where that cannot be."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Unavailable("there is no node and npm")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")
    if [int(part) for part in version.split(".")[:2]] < [int(part) for part in NODE_WANTED.split(".")]:
        raise Unavailable(f"{MEDPLUM} needs Node {NODE_WANTED} or newer, this is {version}")
    if (folder / "installed").exists() and (folder / "installed").read_text() == MEDPLUM:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", folder]
    try:
        subprocess.run([*command, MEDPLUM], check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        raise Unavailable(f"npm could not install {MEDPLUM} (no registry?)") from failure
    (folder / "installed").write_text(MEDPLUM)
