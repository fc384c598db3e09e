#!/usr/bin/env python3
"""Writes invented patients: as many as you like, the same bytes for the same seed.

    generate.py --patients N --out DIR [--format bundles|bulk|ndjson|requests] [--seed S]
    generate.py --patients N --out - --format bulk | …      as a stream, in constant memory
    generate.py --format calls --calls N --days D --out DIR  years of calls with feedback, and the true counts (calls.ndjson, truth.json)
    generate.py --format tally --calls N --days D --out -    the same as counts a day
    generate.py --figures                                    how common things are, and who says so

Patient k is the same whatever N: a population of two runs (--first 1 --patients 500, --first 501 --patients 500) is that of one run with 1,000.
Nobody is real, and nothing is copied from other generators. figures.py has every share and distribution with its source.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

import calls
import cds_calls
import figures
from chart import Clock, encode
from clinic import write_chart
from life import Settings, live
from outputs import BulkData, Bundles, Lines, Stream


class Requests:
    """Captured CDS Hooks requests, one a patient."""

    def __init__(self, path, settings, zipped):
        self.settings = settings
        self.lines = Lines(path, "requests.ndjson", zipped)

    def write_life(self, life, chart):
        self.lines.write(cds_calls.capture(life, chart, Clock(life.site.hours_from_utc), self.settings))

    def close(self):
        self.lines.close()


def arguments():
    parser = argparse.ArgumentParser(description="Writes invented patients.", epilog="See README.md beside this program.")
    add = parser.add_argument
    add("--patients", type=int, default=100, metavar="N", help="how many (default 100)")
    add("--first", type=int, default=1, metavar="K", help="number of the first (default 1)")
    add("--seed", type=int, default=1, metavar="S")
    add("--format", choices=("bundles", "bulk", "ndjson", "requests", "calls", "tally"), default="bundles")
    add("--out", metavar="DIR", help="a folder, or - for standard output")
    add("--until", type=datetime.date.fromisoformat, default=datetime.date(2026, 3, 1), metavar="DATE", help="the day on which the record ends")
    add("--years", type=int, default=3, metavar="Y", help="years of visits (default 3)")
    add("--noise", type=float, default=1, metavar="X", help="how much that no rule reads: 0 none, 1 about 170 KB a patient, 7 about 1 MB as Synthea's")
    add("--back-pain", type=float, metavar="SHARE", help="share of adults with active back pain (default: as published)")
    add("--more", type=float, default=1, metavar="X", help="how much more often than published diseases, medicines and tests are; red flags are not")
    add("--files", type=int, default=3, metavar="F", help="bulk: files a type")
    add("--gz", action="store_true", help="compressed")
    add("--shuffle", type=int, metavar="SEED", help="bulk: lines in another order")
    add("--calls", type=int, default=200_000, metavar="N", help="calls, tally: how many are to be expected")
    add("--days", type=int, default=365, metavar="D", help="calls, tally: over how many days")
    add("--start", type=datetime.date.fromisoformat, default=datetime.date(2026, 3, 2), metavar="DATE", help="calls, tally: the first day")
    add("--join", action="append", default=[], metavar="CLIENT@DAY", help="calls, tally: a client that calls from a day on only")
    add("--fault", type=calls.Fault.parse, action="append", default=[], metavar="KIND@DAY[:CLIENT[:ANALYTE]]",
        help=f"calls, tally: what goes wrong from a day on: {', '.join(calls.FAULTS)}")
    add("--figures", action="store_true", help="prints shares, distributions and their sources")
    return parser


def output(options, settings):
    if options.format == "requests":
        return Requests(options.out, settings, options.gz)
    if options.format == "ndjson" or options.out == "-":
        return Stream(options.out, "patients.ndjson", options.gz, options.format != "bulk")
    if options.format == "bulk":
        return BulkData(options.out, settings, options.files, options.gz, options.shuffle)
    return Bundles(options.out, options.gz)


def write_calls(options):
    """Calls or their tally; the true counts go beside the calls, or to standard error of a stream."""
    joins = tuple((client, int(day)) for client, _, day in (each.partition("@") for each in options.join))
    plan = calls.Plan(options.seed, options.calls, options.days, options.start.toordinal(), joins, tuple(options.fault))
    lines, truth = Lines(options.out, f"{options.format}.ndjson", options.gz), calls.Truth()
    for line in calls.stream(plan, truth) if options.format == "calls" else map(encode, calls.tally(plan)):
        lines.write(line)
    lines.close()
    if options.format == "calls" and options.out == "-":
        sys.stderr.write(truth.text())
    elif options.format == "calls":
        Path(options.out, "truth.json").write_text(truth.text(), encoding="utf-8")


def main():
    parser = arguments()
    options = parser.parse_args()
    if options.figures:
        print("\n".join(figures.table()))
        return 0
    if not options.out:
        parser.error("--out says where to: a folder, or - for standard output")
    if options.patients < 0 or options.first < 1 or options.files < 1:
        parser.error("--patients is 0 or more, --first and --files are 1 or more")
    if options.format in {"calls", "tally"}:
        write_calls(options)
        return 0
    settings = Settings(options.seed, options.until.toordinal(), options.years, options.back_pain, options.noise, options.more)
    to = output(options, settings)
    for number in range(options.first, options.first + options.patients):
        life = live(number, settings)
        chart = write_chart(life, settings)
        if options.format == "requests":
            to.write_life(life, chart)
        else:
            to.write(chart)
    to.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has had enough
        sys.exit(0)
