"""A report of a deployment for the page Live: the program's own, over a store with invented calls in it."""

import contextlib
import datetime
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "population"), str(TESTS / "integration")]
import calls  # noqa: E402
from running_service import RunningService  # noqa: E402

FIRST_DAY = datetime.date(2026, 3, 2)
DAYS, CALLS = 91, 8_000
EPOCH = datetime.date(1970, 1, 1).toordinal()
NOW, BEFORE, CANARY = ("2.0.0", "sha256:11"), ("1.0.0", "sha256:00"), ("2.1.0", "sha256:22")
CHANGED_ON = 45  # the day from which the newer version spoke
MICROSECONDS = 1_000_000


class NoTruth:
    """Takes what calls.stream() counts."""

    def count(self, *_):
        pass


def tally(plan):
    """(day, digest, service, client, rule, kind, key, n)"""
    for day in range(plan.days):
        digest = (NOW if day >= CHANGED_ON else BEFORE)[1]
        for client in plan.clients(day):
            for (kind, rule, key), count in calls.counts_of_day(plan, client, day).items():
                if count:
                    yield FIRST_DAY.toordinal() - EPOCH + day, digest, calls.SERVICE, client, rule, kind, key, count


def cards(plan):
    """What the service kept of its cards and of what became of them: rows of decision, and rows of feedback."""
    decisions, feedback = [], []
    for line in map(json.loads, calls.stream(plan, NoTruth())):
        at = datetime.datetime.fromisoformat(line["at"])
        version, digest = NOW if (at.date() - FIRST_DAY).days >= CHANGED_ON else BEFORE
        micro = int(at.timestamp() * MICROSECONDS)
        for card in line["cards"]:
            name = f"card-{len(decisions)}"
            decisions.append((name, line["service"], card["rule"], "back-pain-labs", version, digest, micro, line["client"]))
            if card["outcome"] != "none":
                reason = card.get("reason", {})
                feedback.append((name, card["outcome"], micro + 60 * MICROSECONDS, "", reason.get("system"), reason.get("code"), micro + 60 * MICROSECONDS,
                                 card.get("comment", False), line["service"], line["client"]))
    return decisions, feedback


def fill(database, plan):
    decisions, feedback = cards(plan)
    with contextlib.closing(sqlite3.connect(database)) as store, store:
        store.executemany("INSERT INTO tally (day, digest, service, client, rule, kind, key, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", tally(plan))
        store.executemany("INSERT INTO decision (card, service, rule, pack, version, digest, decided_at, client) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", decisions)
        store.executemany("INSERT INTO feedback (card, outcome, outcome_at, suggestions, reason_system, reason_code, received_at, has_comment, service, client) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", feedback)


def report(program, path, *options):
    """Writes what `report --format json` says of invented calls of three months."""
    plan = calls.Plan(calls=CALLS, days=DAYS, start=FIRST_DAY.toordinal())
    with RunningService(program, store="sqlite:store.db") as service:
        service.stop()
        database = service.folder / "store.db"
        config = json.loads((service.folder / "config.json").read_text())
        (service.folder / "config.json").write_text(json.dumps(config | {"store": f"sqlite:{database}"}))
        fill(database, plan)
        told = subprocess.run([program, "report", "--config", service.folder / "config.json", "--since", FIRST_DAY.isoformat(), "--format", "json", *options],
                              capture_output=True, text=True, cwd=service.folder, check=False)
        if told.returncode not in (0, 1):
            raise RuntimeError(told.stderr)
        Path(path).write_text(told.stdout)
    return path


if __name__ == "__main__":
    report(*sys.argv[1:])
