#!/usr/bin/env python3
"""Runs fhirpath_bench and fhirpath.js on the same rows and prints how many times faster the engine is.

    tests/bench/fhirpath_compare.py [--bench build/release/tests/bench/fhirpath_bench] [--fhirpath-js 5.2.2]

Needs node and npm; fhirpath.js is installed into a temporary folder. Both programs run one after the other on the same
machine, each for the time it needs to be stable.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def run(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ours(bench):
    report = json.loads(run([bench, HERE / "fhirpath_rows.json", "--benchmark_format=json", "--benchmark_min_time=1"]))
    rows = {}
    for measured in report["benchmarks"]:
        what, name = measured["name"].split("/")
        rows.setdefault(name, {})[what] = measured["cpu_time"]
        rows[name]["values"] = measured.get("values", rows[name].get("values"))
    return rows


def theirs(version):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "package.json").write_text("{}")
        run(["npm", "install", "--silent", "--prefix", folder, f"fhirpath@{version}"])
        return json.loads(run(["node", HERE / "fhirpath_js.mjs", HERE / "fhirpath_rows.json", folder]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bench", default=ROOT / "build/release/tests/bench/fhirpath_bench")
    arguments.add_argument("--fhirpath-js", default="5.2.2")
    chosen = arguments.parse_args()
    engine = ours(chosen.bench)
    script = theirs(chosen.fhirpath_js)
    print(f"| row | ours ns | fhirpath.js {script['version']} ns | times faster | compile: ours ns | theirs ns | times faster |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, js in script["rows"].items():
        mine = engine[name]
        if mine["values"] != js["values"]:
            raise SystemExit(f"{name}: {mine['values']} values here, {js['values']} there")
        print(f"| {name} | {mine['evaluate']:.0f} | {js['evaluate']:.0f} | {js['evaluate'] / mine['evaluate']:.0f} "
              f"| {mine['compile']:.0f} | {js['compile']:.0f} | {js['compile'] / mine['compile']:.0f} |")


if __name__ == "__main__":
    main()
