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


def children_of(process):
    """A server's processes beside its first; each is in a session of its own."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


class PostgreSql:
    """An empty database server as a context manager; as a standby of another server, a copy of it. Durability is not what
    is tested with it."""

    def __init__(self, standby_of=None):
        self.standby_of = standby_of

    def __enter__(self):
        self.programs = installed_programs()
        self.folder = tempfile.mkdtemp(prefix="backpain-postgresql-")
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.data = Path(self.folder, "data")
        if self.standby_of:
            self.run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-d",
                     f"{self.standby_of.address}?application_name=standby")
        else:
            self.run("initdb", "--pgdata", self.data, "--username", "backpain", "--auth", "trust", "--encoding", "UTF8",
                     "--no-locale", "--no-sync")
        self.port = free_port()
        self.address = f"postgresql://backpain@127.0.0.1:{self.port}/postgres"
        self.start()
        return self

    def run(self, program, *arguments):
        return subprocess.run([self.programs / program, *arguments], check=True, capture_output=True, cwd=self.folder, **self.user)

    def start(self):
        with open(Path(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
                 "unix_socket_directories=", "-c", "fsync=off"], stdout=log, stderr=log, cwd=self.folder, **self.user)
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                self.query("select 1")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.1)
        raise RuntimeError(Path(self.folder, "log").read_text())

    def query(self, statement, database=None):
        """The rows of an answer, as lines of text."""
        address = self.address if database is None else self.address.replace("/postgres", f"/{database}")
        run = subprocess.run(["psql", "--no-psqlrc", "-At", address, "-c", statement], check=True, capture_output=True, text=True)
        return run.stdout.splitlines()

    def dump(self):
        """All that the database holds, as text."""
        return subprocess.run(["pg_dump", self.address], check=True, capture_output=True, text=True).stdout

    def freeze(self):
        """Stops all its processes where they are, with their connections open."""
        os.kill(self.process.pid, signal.SIGSTOP)  # first: it starts no more of them
        for child in children_of(self.process.pid):
            os.kill(child, signal.SIGSTOP)

    def thaw(self):
        for child in children_of(self.process.pid):
            os.kill(child, signal.SIGCONT)
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self):
        """As the end of its machine would."""
        children = children_of(self.process.pid)
        self.process.kill()
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it went with the first
        self.process.wait(PATIENCE_SECONDS)

    def stop(self):
        """As an operator would: clients are disconnected ("fast")."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)

    def promote(self):
        """Makes a standby the server that is written to."""
        self.run("pg_ctl", "promote", "-w", "-D", self.data)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.thaw()  # a process that is stopped does not end
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
