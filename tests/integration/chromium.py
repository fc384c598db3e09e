"""Pages of ours in Chromium: served on loopback, opened without a window, and what they post back."""

import contextlib
import json
import queue
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHROMIUM = shutil.which("chromium")
MISSING = "skipped: there is no chromium (deploy/install-packages test)"
PATIENCE_SECONDS = 240


class PageServer:
    """Serves `files`, (media type, bytes) by path, on loopback; `result` waits for what a page posts, `asked` holds the paths asked for."""

    def __init__(self, files):
        self.files, self.asked = dict(files), []
        self.results = queue.Queue()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.origin = f"http://127.0.0.1:{self.http.server_port}"

    def result(self):
        return self.results.get(timeout=PATIENCE_SECONDS)

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def handler(server):  # noqa: N805 - the request's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                server.asked.append(self.path)
                self.send(*server.files.get(self.path, ("text/plain", b"")))

            def do_POST(self):
                server.results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send("text/plain", b"")

            def send(self, media_type, body):
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


@contextlib.contextmanager
def opened(address, hosts, *options):
    """Chromium at an address. `hosts`: which names it finds, as its --host-resolver-rules; it finds no others."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
             f"--host-resolver-rules={hosts}", *options, address],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            browser.terminate()
            browser.wait(PATIENCE_SECONDS)


def dumped(address, hosts):
    """A page as it stands once it has loaded, as HTML, and what Chromium logged meanwhile, its console's messages too."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
             f"--host-resolver-rules={hosts}", "--enable-logging=stderr", "--dump-dom", address],
            capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_SECONDS, check=True)
    return done.stdout, done.stderr
