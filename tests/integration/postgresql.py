"""Debian's PostgreSQL, started by a test on a free port of loopback, and stopped by its process id."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_SECONDS = 60


def installed_programs():
    """The folder with `initdb` and `postgres`; nothing if Debian's server is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class PostgreSql:
    """An empty database server as a context manager. Durability is not what is tested with it."""

    def __enter__(self):
        programs = installed_programs()
        self.folder = tempfile.mkdtemp(prefix="backpain-postgresql-")
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        data = Path(self.folder, "data")
        subprocess.run([programs / "initdb", "--pgdata", data, "--username", "backpain", "--auth", "trust", "--encoding", "UTF8",
                        "--no-locale", "--no-sync"], check=True, capture_output=True, cwd=self.folder, **self.user)
        self.port = free_port()
        with open(Path(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
                 "unix_socket_directories=", "-c", "fsync=off"], stdout=log, stderr=log, cwd=self.folder, **self.user)
        self.address = f"postgresql://backpain@127.0.0.1:{self.port}/postgres"
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                self.query("select 1")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        raise RuntimeError(Path(self.folder, "log").read_text())

    def query(self, statement):
        """The rows of an answer, as lines of text."""
        run = subprocess.run(["psql", "--no-psqlrc", "-At", self.address, "-c", statement], check=True, capture_output=True, text=True)
        return run.stdout.splitlines()

    def dump(self):
        """All that the database holds, as text."""
        return subprocess.run(["pg_dump", self.address], check=True, capture_output=True, text=True).stdout

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)  # "fast": clients are disconnected
        self.process.wait(PATIENCE_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
