#!/usr/bin/env python3
"""Runs the FHIRPath fuzzers with seeds taken from HL7's suite, where that is there.

    tests/fuzz/fhirpath.py [--seconds 600] [--build build/fuzz/tests/fuzz]

The corpus is kept in the build folder, so that a later run goes on from there. Exit status 1 after a finding.
"""

import argparse
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def seeds():
    """Pairs of expression and input's text."""
    suite = Path(os.environ.get("BACKPAIN_CDS_TEST_DATA", ROOT / "../shared/data")) / "fhirpath"
    if not suite.exists():
        print("no seeds: the shared test material is absent")
        return
    for test in json.loads((suite / "tests-fhir-r4.json").read_text()):
        name = test.get("input")
        # Large inputs slow the fuzzer down without reaching more of the engine.
        content = json.dumps(json.loads((suite / "input" / name).read_text())) if name else ""
        yield test["expression"], content if len(content) < 4000 else ""


def fill(corpus, texts):
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(sorted(texts)):
        (corpus / f"seed-{number}").write_text(text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=int, default=600)
    arguments.add_argument("--build", type=Path, default=ROOT / "build/fuzz/tests/fuzz")
    chosen = arguments.parse_args()
    pairs = list(seeds())
    corpora = {
        "fhirpath_compile_fuzz": {expression for expression, _ in pairs},
        "fhirpath_evaluate_fuzz": {" ".join(expression.split()) + "\n" + content for expression, content in pairs},
    }
    for fuzzer, texts in corpora.items():
        corpus = chosen.build / f"{fuzzer}.corpus"
        fill(corpus, texts)
        subprocess.run(
            [chosen.build / fuzzer, corpus, f"-max_total_time={chosen.seconds}", "-max_len=8192", "-timeout=10",
             f"-artifact_prefix={chosen.build}/", "-print_final_stats=1"],
            check=True)


if __name__ == "__main__":
    main()
