#!/usr/bin/env python3
"""The faults of the catalogue transplanted: each kind to places of other rules, sets, tests and laboratories, drawn by seed.

    BACKPAIN_CDS=PROGRAM transplanted_faults_test.py [--places N] [--seed S] [--kinds NUMBER,…]

Of every kind N places are tried (20, if it has so many; the suite draws 2), and `check` or `test` must see 95 of 100 faults. Prints a table:
the kind, how many places there are and were tried, who saw the fault, what nobody saw. Exit 1 if too many were missed.
"""

import argparse
import os
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from fault_kinds import KINDS
from faults_test import FAULTS
from planted import PROGRAM, found_in_sound_pack, noticed

WANTED = 0.95


def who_sees(place):
    _, edit, site = place
    seen = noticed(edit, site)
    return "test" if seen == {"test"} else "check" if seen else "nobody"


def main():
    parser = argparse.ArgumentParser(description="Faults of a tired hand, transplanted by seed.")
    parser.add_argument("--places", type=int, default=20, help="places of each kind")
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--kinds", help="numbers of faults, with commas between them; else all kinds")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="programs that run beside each other")
    arguments = parser.parse_args()
    if not PROGRAM:
        print("BACKPAIN_CDS names no program", file=sys.stderr)
        return 77
    told = {number for kind in KINDS for number in kind.faults.split()}
    forgotten = [fault.number for fault in FAULTS if not fault.why_not and fault.number not in told | {kind + letter for kind in told for letter in "bcs"}]
    if forgotten:
        print(f"no kind has the faults {forgotten}", file=sys.stderr)
        return 1
    wanted = set(arguments.kinds.split(",")) if arguments.kinds else None
    found_in_sound_pack()
    total, missed_by_kind = Counter(), []
    print("| fault | kind | places | tried | check | test | nobody |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with ThreadPoolExecutor(arguments.at_once) as runner:
        for kind in KINDS:
            if wanted and not wanted & set(kind.faults.split()):
                continue
            all_places = list(kind.places())
            places = random.Random(f"{arguments.seed} {kind.faults}").sample(all_places, min(arguments.places, len(all_places)))
            seen = list(runner.map(who_sees, places))
            count = Counter(seen)
            total += count
            missed_by_kind += [(kind, place[0]) for place, who in zip(places, seen) if who == "nobody"]
            print(f"| {kind.faults} | {kind.says} | {len(all_places)} | {len(places)} | {count['check']} | {count['test']} | {count['nobody']} |", flush=True)
    tried = sum(total.values())
    print(f"\n{len(KINDS)} kinds, {tried} faults: {total['check']} seen by check, {total['test']} by test, {total['nobody']} by nobody.")
    for kind, place in missed_by_kind:
        print(f"missed: {kind.faults}, {kind.says}: {place}")
    return 0 if tried and 1 - total["nobody"] / tried >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
