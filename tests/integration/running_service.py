"""`backpain-cds serve` as a process on loopback, and a client that sends any bytes it likes.

    with RunningService(PROGRAM) as service:
        replies = service.send(b"GET /cds-services HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
"""

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from self_signed import write_self_signed

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "rules/packs/back-pain-labs"
PATIENT_VIEW = "/cds-services/back-pain-labs-patient-view"
PATIENCE_SECONDS = 60
# How long a connection may stay silent before it counts as kept open.
SILENCE_SECONDS = 1.0


@dataclass
class Reply:
    status: int
    head: str
    body: bytes

    def header(self, name):
        found = re.search(rf"^{name}: (.*)\r$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""


def split(received):
    """The replies in what a server sent; each has a Content-Length or no body."""
    replies = []
    while b"\r\n\r\n" in received:
        head, _, rest = received.partition(b"\r\n\r\n")
        text = head.decode("latin-1") + "\r\n"
        reply = Reply(int(text.split(" ", 2)[1]), text, b"")
        size = int(reply.header("Content-Length") or 0)
        reply.body, received = rest[:size], rest[size:]
        replies.append(reply)
    return replies


def wait_for(condition):
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError("it never came about")
        time.sleep(0.05)


class RunningService:
    def __init__(self, program, arguments=(), before=(), stderr=None, **settings):
        self.command, self.arguments, self.stderr, self.settings = [*before, program], arguments, stderr, settings
        self.killed = False

    def __enter__(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.folder = Path(self.keeper.name)
        write_self_signed(self.folder / "certificate.pem", self.folder / "key.pem")
        config = {"mode": "development", "authentication": "none", "listen": "127.0.0.1:0",
                  "admin": {"listen": "127.0.0.1:0"}, "threads": 2, "packs": [{"path": str(PACK)}],
                  "tls": {"certificate": "certificate.pem", "key": "key.pem"}} | self.settings
        (self.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen([*self.command, "serve", "--config", self.folder / "config.json",
                                             *self.arguments], stdout=subprocess.PIPE, stderr=self.stderr or log,
                                            text=True)
        ports = [re.search(r":(\d+)\n$", self.process.stdout.readline()) for _ in range(2)]
        if not all(ports):
            told = self.log()
            self.__exit__()
            raise RuntimeError(f"the service did not start: {told}")
        self.port, self.admin_port = (int(port[1]) for port in ports)
        self.trust = ssl.create_default_context(cafile=self.folder / "certificate.pem")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()
        told = self.log()[-2000:]
        self.keeper.cleanup()
        if status != (-signal.SIGKILL if self.killed else 0):
            raise RuntimeError(f"the service ended with {status}: {told}")  # a sanitizer's finding, for instance

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def reload(self, **changes):
        """Changes the configuration, sends SIGHUP and waits until the log tells what came of it. \returns that event."""
        if changes:
            file = self.folder / "config.json"
            file.write_text(json.dumps(json.loads(file.read_text()) | changes))
        before = self.log().count('"event":"reloaded"')
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count('"event":"reloaded"') > before)
        return json.loads([line for line in self.log().splitlines() if '"event":"reloaded"' in line][-1])

    def stop(self):
        """Ends the service as an operator would. \\returns its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self):
        """Ends the service as a power cut would."""
        self.killed = True
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        return self.trust.wrap_socket(raw, server_hostname="127.0.0.1")

    def send(self, data, silence_seconds=SILENCE_SECONDS, leave=False):
        """Sends bytes on a connection of their own; with `leave`, the end of the stream behind them. \\returns what came
        back until the service closed, as replies, and whether it did close; else until it had been silent for a while."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if leave:
                    socket.socket.shutdown(connection, socket.SHUT_WR)  # ssl's own would end the session for both
            except OSError:
                pass  # refused before everything was sent: the reply may be there
            received, closed = b"", False
            connection.settimeout(PATIENCE_SECONDS)
            try:
                while not closed:
                    piece = connection.recv(65536)
                    closed = piece == b""
                    received += piece
                    connection.settimeout(silence_seconds)
            except TimeoutError:
                pass
            except OSError:
                closed = True
        return split(received), closed

    def admin(self, path):
        with socket.create_connection(("127.0.0.1", self.admin_port), PATIENCE_SECONDS) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            received = b""
            while piece := connection.recv(65536):
                received += piece
        return split(received)[0]

    def resident_mib(self):
        """By the service's own account: where a test runs in a container, /proc may count processes otherwise."""
        metrics = self.admin("/metrics").body.decode()
        return float(re.search(r"^process_resident_memory_bytes (\S+)$", metrics, re.MULTILINE)[1]) / 2**20

    def serves(self):
        replies, _ = self.send(get("/cds-services", "Connection: close\r\n"))
        return len(replies) == 1 and replies[0].status == 200


def get(target, headers="", method="GET"):
    return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode("latin-1")


def post(target, body, headers=""):
    body = body if isinstance(body, bytes) else body.encode()
    head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
