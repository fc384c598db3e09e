#!/usr/bin/env python3
"""Runs the fuzzers one after the other, from seeds.

    tests/fuzz/run.py [--seconds 600] [--build build/fuzz/tests/fuzz] [TARGET...]

TARGET: token, request, ...: the names of tests/fuzz/*_fuzz.cpp without "_fuzz"; all of them by default. The corpus is
kept in the build folder, so that a later run goes on from there. Prints one line of a table for each. Exit status 1
after a finding; the input that made it is then in the build folder.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import seeds

MOST_BYTES = {"request": 32768}
USUAL_MOST_BYTES = 8192
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
              "UBSAN_OPTIONS": "print_stacktrace=1"}


def fill(corpus, texts):
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(sorted(texts)):
        (corpus / f"seed-{number}").write_text(text, encoding="utf-8")


def last(pattern, text):
    found = re.findall(pattern, text)
    return found[-1] if found else "?"


def run(target, chosen):
    texts = set(seeds.TARGETS[target]())
    corpus = chosen.build / f"{target}.corpus"
    fill(corpus, texts)
    dictionary = chosen.build / f"{target}.dict"
    dictionary.write_text("\n".join(seeds.words(texts)) + "\n", encoding="utf-8")
    log = chosen.build / f"{target}.log"
    command = [chosen.build / f"{target}_fuzz", corpus, f"-max_total_time={chosen.seconds}", "-timeout=10",
               f"-max_len={MOST_BYTES.get(target, USUAL_MOST_BYTES)}", f"-artifact_prefix={chosen.build}/{target}-",
               f"-dict={dictionary}", "-print_final_stats=1", "-rss_limit_mb=3072"]
    with open(log, "w", encoding="utf-8") as output:
        ended = subprocess.run(command, cwd=seeds.ROOT, env=os.environ | SANITIZERS, stdout=output, stderr=output)
    told = log.read_text(encoding="utf-8", errors="replace")
    figures = (last(pattern, told) for pattern in (r"Done (\d+) runs", r"runs in (\d+) second", r"cov: (\d+)", r"corp: (\d+)"))
    findings = "none" if ended.returncode == 0 else str(log)
    print("| " + " | ".join((target, str(len(texts)), *figures, findings)) + " |", flush=True)
    return ended.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(seeds.TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--build", type=Path, default=seeds.ROOT / "build/fuzz/tests/fuzz")
    chosen = parser.parse_args()
    chosen.build = chosen.build.resolve()
    unknown = set(chosen.targets) - set(seeds.TARGETS)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(seeds.TARGETS)}")
    if not seeds.DATA.exists():
        print("No public test data: seeds are our own only, and none for FHIRPath.", file=sys.stderr)
    print("| target | seeds | runs | seconds | coverage | corpus | findings |\n|---|---|---|---|---|---|---|", flush=True)
    clean = [run(target, chosen) for target in chosen.targets or seeds.TARGETS]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
