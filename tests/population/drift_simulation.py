#!/usr/bin/env python3
"""How often `report --drift` cries wolf, and how soon it hears what is wrong: years of simulated calls in a store, and the program itself looks at them.

    drift_simulation.py PROGRAM [--years 200] [--runs 20] [--calls 200000] [--seed 1]

Prints false alarms a year where nothing is wrong, and for each fault the days until it is heard, as Markdown. A day's alarm is one that the report of
the morning after tells: a delay of 1 is the first day with the fault. Every hospital has its own shares of cards, and one of them joins on the way.
"""

import argparse
import collections
import contextlib
import datetime
import json
import sqlite3
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]
import calls  # noqa: E402
from calls import CLIENTS, RULES, SERVICE, Fault, Plan, counts_of_day  # noqa: E402
from running_service import RunningService  # noqa: E402

FIRST_DAY = datetime.date(2005, 1, 3)  # of every run; long enough ago for the longest of them
DAYS_BEFORE = 392      # that listening takes before the first day
YEARS_OF_A_RUN = 10    # of quiet ones
FAULT_DAY = 420
LISTENED = {"decay": 360}  # days from a fault on, and of all others:
LISTENED_ELSE = 100
FAULTS = ("code-change", "unit-change", "key-dropped", "interface-down", "decay")
WITHIN = 7             # an alarm that is silent for fewer days is the same
CARDS_A_WEEK = (80, 40, 20, 10, 5, 2, 0)  # bounds of the rows
# Thirty rules: the pack's, and three of a site's own.
RULES.update({"site-rule-1": ("info", 10, .2, .5, "test"), "site-rule-2": ("info", 2, .2, .5, "test"), "site-rule-3": ("info", 1, .2, .5, "test")})


@dataclass(frozen=True)
class Alarm:
    """From the first to the last day on which one thing was heard."""

    what: str
    client: str
    name: str
    first: int
    last: int


class Simulation:
    """A store that the program made, filled anew for each run."""

    def __init__(self, program, service):
        self.program, self.config, self.folder = program, service.folder / "config.json", service.folder
        self.database = service.folder / "store.db"

    def fill(self, plan):
        first = plan.start - datetime.date(1970, 1, 1).toordinal()

        def rows():
            for day in range(plan.days):
                for client in plan.clients(day):
                    for (kind, rule, key), number in counts_of_day(plan, client, day).items():
                        if number:
                            yield first + day, "sha256:00", SERVICE, client, rule, kind, key, number

        with contextlib.closing(sqlite3.connect(self.database)) as store, store:
            store.execute("PRAGMA cache_size = -400000")  # a store that nobody else uses, and that nobody misses
            store.execute("PRAGMA synchronous = OFF")
            store.execute("DELETE FROM tally")
            store.executemany("INSERT INTO tally (day, digest, service, client, rule, kind, key, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows())

    def report(self, plan, first, last):
        """What the program hears on each of these days."""
        date = lambda day: datetime.date.fromordinal(plan.start + day).isoformat()
        run = subprocess.run([self.program, "report", "--config", self.config, "--drift", "--since", date(first), "--until", date(last), "--format", "json"],
                             capture_output=True, text=True, cwd=self.folder, check=False)
        if run.returncode not in (0, 1):
            raise RuntimeError(run.stderr)
        return json.loads(run.stdout)

    def alarms(self, plan, first, last):
        self.fill(plan)
        told = self.report(plan, first, last)
        day = lambda text: datetime.date.fromisoformat(text).toordinal() - plan.start
        spans = collections.defaultdict(list)
        for one in told["changes"]:
            spans[one["what"], one.get("client", ""), one.get("name", "")].append((day(one["firstHeard"]), day(one["lastHeard"])))
        return [Alarm(*of, *span) for of, those in spans.items() for span in merged(those)], told


def merged(spans):
    """Those against the weeks before and against the year before are one alarm."""
    made = []
    for first, last in sorted(spans):
        if made and first - made[-1][1] <= WITHIN:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    return made


@contextlib.contextmanager
def simulation(program):
    with RunningService(program, store="sqlite:store.db") as service:
        service.stop()  # it has made the store; nobody sweeps old days out of it now
        config = json.loads((service.folder / "config.json").read_text())
        (service.folder / "config.json").write_text(json.dumps(config | {"store": f"sqlite:{service.folder / 'store.db'}"}))
        yield Simulation(program, service)


def plan_of(seed, days, calls_a_year, faults=(), joins_on=None):
    joins = () if joins_on is None else (("hospital-c", joins_on),)
    return Plan(seed, round(calls_a_year * days / 364), days, FIRST_DAY.toordinal(), joins, faults)


def quiet_years(simulated, years, calls_a_year, seed):
    """Alarms of years in which nothing is wrong."""
    alarms, done = [], 0
    while done < years:
        some = min(YEARS_OF_A_RUN, years - done)
        days = DAYS_BEFORE + 364 * some
        plan = plan_of(seed + done, days, calls_a_year, joins_on=DAYS_BEFORE + 100)
        found, told = simulated.alarms(plan, DAYS_BEFORE, days - 1)
        alarms += found
        done += some
    return alarms, told


def delays_of(simulated, kind, runs, calls_a_year, seed):
    """For each thing that the fault touches: the days until it was heard, None where it was not."""
    delays = collections.defaultdict(list)
    listened = LISTENED.get(kind, LISTENED_ELSE)
    for run in range(runs):
        plan = plan_of(f"{seed} {kind} {run}", FAULT_DAY + listened, calls_a_year, (Fault(kind, FAULT_DAY),))
        alarms, _ = simulated.alarms(plan, FAULT_DAY, plan.days - 1)
        for rule in calls.OF_ANALYTE["vitaminD"]:
            delays["cards", rule].append(first_of(alarms, lambda one: one.what == "cards" and one.name == rule))
        for client in CLIENTS:
            delays["inputs", client].append(first_of(alarms, lambda one: one.client == client and one.name == "vitaminD"))
    return delays


def first_of(alarms, wanted):
    days = [one.first for one in alarms if wanted(one)]
    return min(days) - FAULT_DAY + 1 if days else None


def quantile(delays, share):
    """Of all runs: one in which nothing was heard is later than all others."""
    ordered = sorted(float("inf") if each is None else each for each in delays)
    value = ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    return "not heard" if value == float("inf") else str(int(value))


def cards_a_week(rule, calls_a_year):
    return calls_a_year / 52 * RULES[rule][1] / 1000


def print_quiet(alarms, years, told):
    rules = [one for one in alarms if one.what == "cards"]
    print(f"\n{years} years in which nothing is wrong: {len(rules) / years:.2f} false alarms a year of {len(RULES)} rules, "
          f"{(len(alarms) - len(rules)) / years:.2f} of the inputs of {len(CLIENTS)} clients "
          f"(of {statistics.median([one.last - one.first + 1 for one in alarms] or [0]):.0f} days, in the median).")
    print(f"By what: {dict(collections.Counter(one.what for one in alarms))}")
    too_rare = sum(1 for one in told["notWatched"] if one["what"] == "cards")
    print(f"Rules too rare to hear: {too_rare} of {len(RULES)}.")


def print_delays(kind, delays, runs, calls_a_year):
    listened = LISTENED.get(kind, LISTENED_ELSE)
    print(f"\n{kind}, at all clients, {runs} runs of {listened} days: days until heard\n\n| | median | 90th percentile | not heard |\n|---|---|---|---|")
    rows = collections.defaultdict(list)
    for (what, name), those in sorted(delays.items(), key=lambda one: (one[0][0], -(RULES[one[0][1]][1] if one[0][0] == "cards" else CLIENTS[one[0][1]]))):
        if what == "cards":
            bound = next(each for each in CARDS_A_WEEK if cards_a_week(name, calls_a_year) >= each)
            rows[f"rules with {bound} cards a week and more"] += those
        else:
            rows[f"inputs of a client with {calls_a_year * CLIENTS[name] / 52:.0f} calls a week"] += those
    for row, those in rows.items():
        print(f"| {row} | {quantile(those, .5)} | {quantile(those, .9)} | {sum(each is None for each in those) / len(those):.0%} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--runs", type=int, default=20, help="of each fault")
    parser.add_argument("--calls", type=int, default=200_000, help="a year")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with simulation(options.program.resolve()) as simulated:
        if options.years:
            alarms, told = quiet_years(simulated, options.years, options.calls, options.seed)
            print_quiet(alarms, options.years, told)
        for kind in FAULTS if options.runs else ():
            print_delays(kind, delays_of(simulated, kind, options.runs, options.calls, options.seed), options.runs, options.calls)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
