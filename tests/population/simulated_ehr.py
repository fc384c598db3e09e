#!/usr/bin/env python3
"""An EHR in which time runs, and what a replay of its export can know of it: a table of differences by rule and cause.

    simulated_ehr.py PROGRAM --pack PACK [--patients N] [--since DATE] [--until DATE] [--write DIR] [--impact]

At the start of each encounter the EHR sends a `patient-view` request with the chart as it stood then: statuses of that time, results that had come.
Its cards, by `evaluate --request`, are the truth. At the end there is one export. A replay cuts the export at each encounter by what it says
itself (`issued`, `recordedDate`, `authoredOn`, else the clinical date), gives back the status that its dates prove, and asks `evaluate` again.

Where a rule has a card in one of the two only, the cause is looked for: each resource that differs is put into the replayed record as it was then,
one at a time, until the difference is gone. --write keeps requests and export (Bulk Data); --impact also runs `impact --events encounters` on the
export and holds its counts against the replay's.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cds_calls
from chart import Clock, encode
from clinic import write_chart
from count_evaluate import counts_of_impact, simplified
from draws import Draws
from life import Settings, live
from outputs import BulkData

SERVICE = "back-pain-labs-patient-view"
PATIENCE_SECONDS = 600
ACTIVE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}


# The replay: what an export can know of an instant.

def known_from(resource):
    """When a resource could first be read, by what it says itself; None if it says nothing."""
    kind = resource["resourceType"]
    told = {"Observation": ("issued",), "Condition": ("recordedDate",), "MedicationRequest": ("authoredOn",), "ServiceRequest": ("authoredOn",),
            "MedicationStatement": ("dateAsserted",)}
    clinical = ("effectiveDateTime", "onsetDateTime", "performedDateTime")
    for name in told.get(kind, ()) + clinical:
        if name in resource:
            return resource[name]
    for name in ("effectivePeriod", "performedPeriod", "period"):
        if "start" in resource.get(name, {}):
            return resource[name]["start"]
    return None


def moment_of(text, clock, last):
    """The first instant that a date, whole or partial, can mean; or the last."""
    if "T" in text:
        return int(datetime.datetime.fromisoformat(text).timestamp())
    year, month, day = [int(part) for part in text.split("-")] + [None] * (2 - text.count("-"))
    if month is None:
        first, after = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    elif day is None:
        first, after = datetime.date(year, month, 1), datetime.date(year + month // 12, month % 12 + 1, 1)
    else:
        first = datetime.date(year, month, day)
        after = first + datetime.timedelta(days=1)
    return clock.at(after.toordinal()) - 1 if last else clock.at(first.toordinal())


ENDS = {"Condition": ("abatementDateTime",), "MedicationStatement": ("effectivePeriod", "end"), "MedicationRequest": ("dispenseRequest", "validityPeriod", "end"),
        "Patient": ("deceasedDateTime",)}


def member(resource, path):
    for name in path:
        resource = resource.get(name, {})
    return resource or None


def replayed(resource, instant, clock, last=False):
    """A resource of the export as a replay shows it at an instant; None if it was not there yet. `last`: partial dates mean their last instant."""
    known = known_from(resource)
    if resource["resourceType"] != "Patient" and known and moment_of(known, clock, last) > instant:
        return None
    path = ENDS.get(resource["resourceType"], ("",))
    end = member(resource, path)
    if not end or moment_of(end, clock, last) <= instant:
        return resource
    if len(path) == 1:
        rest = {name: value for name, value in resource.items() if name != path[0]}
        return rest if resource["resourceType"] == "Patient" else {**rest, "clinicalStatus": ACTIVE}
    return {**resource, "status": "active"} if resource["status"] in {"completed", "stopped"} else resource


# Asking the program.

class Program:
    def __init__(self, path, pack, site):
        self.command = [path, "evaluate", "--pack", pack, "--service", SERVICE, *(["--site", site] if site else [])]

    def cards(self, option, text, at):
        """{rule: the indicators of its cards} of a request, or of a record."""
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            run = subprocess.run([*self.command, option, file.name, "--at", at], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE_SECONDS)
        if run.returncode != 0:
            raise SystemExit(f"simulated_ehr.py: evaluate ended with {run.returncode}: {run.stderr.strip()[:500]}")
        found = {}
        for card in json.loads(run.stdout)["cards"]:
            found.setdefault(simplified(card)[0], []).append(card["indicator"])
        return found


def record(resources):
    entries = ",".join(f'{{"resource":{encode(each)}}}' for each in resources)
    return f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'


@dataclass
class Moment:
    """One encounter: the chart then, and what the replay makes of it."""

    chart: object
    clock: Clock
    site: object
    encounter: str
    instant: int
    last: bool = False
    then: dict = field(default_factory=dict)
    replay: dict = field(default_factory=dict)
    causes: dict = field(default_factory=dict)

    def at(self):
        return self.clock.text(self.instant)

    def request(self, seed):
        draws = Draws(seed, self.encounter, "request")
        about = {"at": self.at(), "client": self.site.client}
        return cds_calls.request(self.chart, self.instant, "patient-view", cds_calls.users(self.site, draws), self.encounter, draws, about)

    def views(self):
        """(entry, as it was then, as it is replayed) of everything that rules read; None where it is not there."""
        for entry in self.chart.entries:
            last = entry.at(self.chart.until)
            yield entry, entry.at(self.instant), replayed(last, self.instant, self.clock, self.last) if last else None

    def look(self, program, seed):
        self.then = program.cards("--request", self.request(seed), self.at())
        self.replay = program.cards("--patient", record(view for _, _, view in self.views() if view), self.at())
        for rule in sorted({*self.then, *self.replay}):
            if self.then.get(rule) != self.replay.get(rule):
                self.causes[rule] = self.cause(program, rule)

    def cause(self, program, rule):
        """The resource that, as it was then, makes the replay right; else the type of which all together do; else 'several'."""
        views = list(self.views())
        differing = [index for index, (_, then, replay) in enumerate(views) if then != replay]
        for index in differing:
            if self.mended(program, rule, views, {index}):
                return words_for(*views[index])
        for kind in sorted({views[index][0].kind for index in differing}):
            if self.mended(program, rule, views, {index for index in differing if views[index][0].kind == kind}):
                return f"several of {kind}"
        return "several together" if self.mended(program, rule, views, set(differing)) else "the search, not the time"

    def mended(self, program, rule, views, indices):
        chosen = [then if index in indices else replay for index, (_, then, replay) in enumerate(views)]
        return program.cards("--patient", record(view for view in chosen if view), self.at()).get(rule) == self.then.get(rule)


def words_for(entry, then, replay):
    """What became of a resource between the encounter and the export."""
    last = entry.last()
    of = {"MedicationRequest": "medicine", "MedicationStatement": "medicine", "ServiceRequest": "order", "Observation": "result", "Condition": "problem"}
    name = of.get(entry.kind, entry.kind)
    if entry.kind == "Condition":
        return condition_words(then, replay, last)
    if then is None:
        return f"{name} shown before it was written down"
    if replay is None:
        return f"{name} {then.get('status')} then, dated later in the export"
    return f"{name} {then.get('status')} then, {last.get('status')} in the export"


def condition_words(then, replay, last):
    if then is None or replay is None:
        return "problem whose date of recording is not, or not exactly, in the export"
    wrong = last.get("verificationStatus", {}).get("coding", [{}])[0].get("code")
    if wrong in {"refuted", "entered-in-error"}:
        return f"problem {wrong} since"
    return "problem resolved since, without a date" if "abatementDateTime" not in last else "problem with another status"


# The whole of it.

def moments(settings, patients, since, until, last=False):
    """Each chart, with its encounters within the days."""
    for number in range(1, patients + 1):
        life = live(number, settings)
        chart, clock = write_chart(life, settings), Clock(life.site.hours_from_utc)
        found = []
        for entry in chart.entries:
            start = entry.versions[0][0]
            if entry.kind == "Encounter" and since <= clock.day(start) <= until and start <= chart.until:
                found.append(Moment(chart, clock, life.site, entry.last()["id"], start, last))
        yield chart, found


def table(all_moments):
    """Markdown: by rule how many cards then and replayed, then by rule and cause how many encounters differ."""
    rules = sorted({rule for each in all_moments for rule in (*each.then, *each.replay)})
    yield f"{len(all_moments)} encounters\n"
    yield "| rule | cards then | replayed | encounters that differ |\n|---|---|---|---|"
    for rule in rules:
        then, replay = (sum(len(getattr(each, name).get(rule, ())) for each in all_moments) for name in ("then", "replay"))
        yield f"| `{rule}` | {then} | {replay} | {sum(rule in each.causes for each in all_moments)} |"
    causes = Counter((rule, "only then" if rule not in each.replay else "only replayed" if rule not in each.then else "other", cause)
                     for each in all_moments for rule, cause in each.causes.items())
    yield "\n| rule | card | cause | encounters |\n|---|---|---|---|"
    for (rule, which, cause), count in sorted(causes.items(), key=lambda item: (-item[1], item[0])):
        yield f"| `{rule}` | {which} | {cause} | {count} |"


def write(folder, settings, charts, all_moments):
    """What the EHR sent and what it exports, as files."""
    export = BulkData(Path(folder) / "export", settings, 3, False, None)
    for chart in charts:
        export.write(chart)
    export.close()
    with open(Path(folder) / "requests.ndjson", "w", encoding="utf-8") as file:
        for each in sorted(all_moments, key=lambda moment: (moment.instant, moment.encounter)):
            file.write(each.request(settings.seed) + "\n")


def hold_impact(options, all_moments, folder):
    """Runs `impact --events encounters` over the export; gives lines on each rule that it counts otherwise than the replay here."""
    result = Path(folder) / "impact.json"
    command = [options.program, "impact", "--from", options.pack, "--to", options.pack, "--events", "encounters", "--since", options.since.isoformat(),
               "--until", options.until.isoformat(), "--json", result, Path(folder) / "export"]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    theirs = {rule: sum(kinds.values()) for rule, kinds in counts_of_impact(result).items()}
    ours = Counter()
    for each in all_moments:
        for rule, cards in each.replay.items():
            ours[rule] += len(cards)
    for rule in sorted({*ours, *theirs}):
        yield f"{rule}: replay {ours[rule]}, impact {theirs.get(rule, 0)}{'' if ours[rule] == theirs.get(rule, 0) else '   <- differs'}"


def arguments():
    parser = argparse.ArgumentParser(description="Holds a replay of an export against an EHR in which time runs.")
    add = parser.add_argument
    add("program")
    add("--pack", required=True)
    add("--site")
    add("--patients", type=int, default=100)
    add("--seed", type=int, default=1)
    add("--since", type=datetime.date.fromisoformat, default=datetime.date(2025, 3, 1))
    add("--until", type=datetime.date.fromisoformat, default=datetime.date(2026, 2, 28))
    add("--back-pain", type=float, default=.9)
    add("--more", type=float, default=4)
    add("--dates", choices=("first", "last"), default="first", help="the instant that a partial date means: its first, as `impact` has it, or its last")
    add("--jobs", type=int, default=2)
    add("--write", metavar="DIR")
    add("--impact", action="store_true")
    return parser


def main():
    options = arguments().parse_args()
    settings = Settings(seed=options.seed, back_pain=options.back_pain, more=options.more, noise=.2)
    charts, all_moments = [], []
    for chart, found in moments(settings, options.patients, options.since.toordinal(), options.until.toordinal(), options.dates == "last"):
        charts.append(chart)
        all_moments += found
    program = Program(options.program, options.pack, options.site)
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda moment: moment.look(program, settings.seed), all_moments))
    print("\n".join(table(all_moments)))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.write or temporary
        if options.write or options.impact:
            write(folder, settings, charts, all_moments)
        if options.impact:
            print("\n".join(hold_impact(options, all_moments, folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
