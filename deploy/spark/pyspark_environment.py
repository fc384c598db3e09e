"""PySpark for impact.py where there is none: in a virtual environment, made once for all runs."""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PYSPARK = "3.5.8"  # of a cluster its own is taken: spark-submit brings it along
INSTALLED = Path.home() / ".cache" / f"backpain-cds-pyspark-{PYSPARK}"
ENVIRONMENT, USAGE = 4, 2  # exit statuses, as the program has them
NOT_FETCHED = "PySpark cannot be fetched"


class Refused(Exception):
    """What the user has to mend, and the exit status."""

    def __init__(self, status, told):
        super().__init__(told)
        self.status = status


def bring_pyspark(folder):
    """Goes on in a virtual environment with PySpark, which is made if it is not there."""
    python = folder / "bin" / "python"
    useless = Refused(ENVIRONMENT, f"PySpark in {folder} cannot be used: remove the folder, and it is made anew")
    if Path(sys.prefix).resolve() == folder.resolve():
        raise useless
    try:
        if not (folder / "made").exists():  # one that is there need not be writable
            folder.parent.mkdir(parents=True, exist_ok=True)
            with open(folder.with_name(folder.name + ".lock"), "w") as lock:
                wait_for(lock, folder)
                if not (folder / "made").exists():
                    make_environment(folder, python)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise Refused(ENVIRONMENT, f"PySpark cannot be installed: start this with spark-submit, or with a Python that has PySpark ({failed})") from failed
    try:
        os.execv(python, [str(python), *sys.argv])
    except OSError as failed:  # the Python that it was made with has gone
        raise useless from failed


def wait_for(lock, folder):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"waiting for another installation of PySpark in {folder}", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)


def make_environment(folder, python):
    begun = folder / "begun"  # what has it may be cleared: an installation that was broken off
    if folder.exists() and any(folder.iterdir()) and not begun.exists():
        raise Refused(USAGE, f"{folder} is not empty and was not made by this: name another folder with --environment, or start this with a Python that has PySpark")
    print(f"installing PySpark {PYSPARK} in {folder}", file=sys.stderr)
    if begun.exists():
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    begun.touch()
    venv.create(folder, with_pip=True)
    try:  # one more try, not pip's five: where no registry can be reached it is soon said
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--retries", "1", f"pyspark=={PYSPARK}"], check=True, stdout=sys.stderr)
    except subprocess.CalledProcessError as failed:
        raise Refused(ENVIRONMENT, f"{NOT_FETCHED}: start this with spark-submit, or with a Python that has PySpark ({failed})") from failed
    (folder / "made").touch()
