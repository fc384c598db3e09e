#!/usr/bin/env python3
"""Prints a table of what several FHIRPath engines answer on the expressions that rules are made of. Run by hand.

    tests/bench/fhirpath_engines.py --ours PROGRAM [--fhirpath-js FOLDER] [--medplum FOLDER] [--atomic FOLDER] [--python PYTHON]... [--hapi CLASSPATH]

PROGRAM is the example of fhir/path/example; a FOLDER has node_modules with the engine, PYTHON is one that finds fhirpathpy,
fhirpathrs or fhir4ds-v2, CLASSPATH is that of hapi-fhir-structures-r4 with hapi-fhir-caching-caffeine and org.fhir:ucum. An engine that is not named is left out.
fhir/path/README.md has the table in words, with the clause where we differ.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

UCUM = "http://unitsofmeasure.org"


def quantity(value, code, unit=None, **more):
    return {"valueQuantity": {"value": value, "unit": unit or code, "system": UCUM, "code": code, **more}}


def observation(effective="2026-03", **value):
    return {"resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": effective,
            "code": {"coding": [{"system": "http://loinc.org", "code": "1989-3"}]}, **value}  # fmt: skip


# Decimals must reach the engines as 20.0, so the resources are texts.
RESULT = json.dumps(observation(**quantity(20.5, "ng/mL"))).replace("20.5", "20.0")
RESOURCES = {
    "result": RESULT,
    "unit in words": json.dumps(observation(valueQuantity={"value": 20.5, "unit": "ng/mL"})),
    "below": json.dumps(observation(**quantity(4, "ng/mL", comparator="<"))),
    "evening": json.dumps(observation("2026-03-20T23:30:00-05:00", **quantity(20.5, "ng/mL"))),
    "condition": json.dumps({"resourceType": "Condition", "subject": {"reference": "Patient/p"}, "onsetAge":
                             {"value": 2, "unit": "years", "system": UCUM, "code": "a"}}),
    "patient": json.dumps({"resourceType": "Patient", "id": "p", "birthDate": "2008", "name": [{"family": "Brandt", "given": ["Ilse"]}]}),
}  # fmt: skip
ROWS = [
    ("result", "Observation.value < 20.0 'ng/mL'"),
    ("result", "Observation.value <= 20.0 'ng/mL'"),
    ("result", "Observation.value = 20.0 'ng/mL'"),
    ("result", "Observation.value < 30 'nmol/L'"),
    ("result", "Observation.value < 0.00003 'g/L'"),
    ("unit in words", "Observation.value < 30 'ng/mL'"),
    ("below", "Observation.value < 5 'ng/mL'"),
    ("below", "Observation.value.comparator"),
    ("condition", "Condition.onset = 24 months"),
    ("result", "4.0 'mg' ~ 0.004 'g'"),
    ("result", "1 'a' = 1 year"),
    ("result", "7 days = 1 week"),
    ("result", "1 year = 12 months"),
    ("result", "1 month = 30 days"),
    ("result", "Observation.effective >= @2026-03-15"),
    ("evening", "Observation.effective > @2026-03-20"),
    ("evening", "Observation.effective.toDate()"),
    ("result", "Observation.value.value.toString()"),
    ("result", "0.1 * 3"),
    ("result", "8.6 / 4.0"),
    ("patient", "Patient.birthDate + 18 years <= today()"),
    ("patient", "(today() - 90 days) is Date"),
    ("patient", "@2026-01-31 + 1 month"),
    ("patient", "@2026-01-01 + 24 hours"),
    ("patient", "@T10:00 + 1 day"),
    ("result", "Observation.value.ofType(Quantity).unit"),
    ("result", "Observation.valueQuantity.unit"),
    ("result", "Observation.code.coding.where(system = 'http://loinc.org' and code in ('1989-3' | '62292-8')).exists()"),
    ("result", "Observation.code.memberOf('http://example.org/vs')"),
    ("patient", "Patient.nmae.exists()"),
    ("patient", "Patient.name.family.matches('^\\d')"),
    ("patient", "'abc'.matches('^\\\\d')"),
    ("patient", "(1 | 1.2) ~ (1.2 | 1.4)"),
    ("patient", "(1 | 1.0 | 1 '1').count()"),
    ("patient", "@2025-01-02.difference(@2025-01-07, 'week')"),
    ("patient", "{}.not()"),
    ("patient", "true and {}"),
]

JS = """
const { createRequire } = require('node:module');
const load = createRequire(process.argv[2] + '/x.js');
const fhirpath = load('fhirpath'), r4 = load('fhirpath/fhir-context/r4');
const evaluate = (resource, expression) => fhirpath.evaluate(JSON.parse(resource), expression, {}, r4);
const version = load('fhirpath/package.json').version;
"""
MEDPLUM = """
const { createRequire } = require('node:module');
const load = createRequire(process.argv[2] + '/x.js');
globalThis.WebSocket ??= class {};  // Node 22 has it
const core = load('@medplum/core');
const evaluate = (resource, expression) => core.evalFhirPath(expression, JSON.parse(resource));
const version = require(process.argv[2] + '/node_modules/@medplum/core/package.json').version;
"""
ATOMIC = """
const folder = process.argv[2] + '/node_modules/@atomic-ehr/fhirpath/';
const version = require(folder + 'package.json').version;
let engine;
const evaluate = async (resource, expression) => (engine ??= await import(folder + require(folder + 'package.json').main))
    .evaluate(expression, { input: JSON.parse(resource) });
"""
ASK = """
(async () => {
    console.log(version);
    for (const [resource, expression] of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) {
        let line;
        try { line = JSON.stringify(await evaluate(resource, expression)) ?? 'undefined'; } catch (error) { line = 'error: ' + String(error?.message ?? error); }
        console.log(line.replaceAll('\\n', ' '));
    }
})();
"""
PYTHON = """
import importlib.metadata, json, sys
name = sys.argv[1]
print(importlib.metadata.version(name))
if name == "fhirpathpy":
    import decimal
    from fhirpathpy import evaluate
    from fhirpathpy.models import models
    ask = lambda resource, expression: evaluate(json.loads(resource, parse_float=decimal.Decimal), expression, {}, models["r4"])
elif name == "fhir4ds-v2":
    import decimal
    from fhir4ds.fhirpath import evaluate
    ask = lambda resource, expression: evaluate(json.loads(resource, parse_float=decimal.Decimal), expression)
else:
    import fhirpathrs
    ask = lambda resource, expression: fhirpathrs.evaluate(expression, json.loads(resource))
for resource, expression in json.load(sys.stdin):
    try:
        line = json.dumps(ask(resource, expression), default=str)
    except BaseException as error:
        line = "error: " + (str(error) or type(error).__name__)
    print(line.replace("\\n", " "))
"""
JAVA = """
import ca.uhn.fhir.context.FhirContext; import ca.uhn.fhir.util.VersionUtil;
import java.io.*; import java.nio.charset.StandardCharsets; import java.util.*;
import org.hl7.fhir.r4.hapi.ctx.HapiWorkerContext; import org.hl7.fhir.r4.model.*; import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
public class Engines {
    public static void main(String[] arguments) throws Exception {
        FhirContext context = FhirContext.forR4();
        FHIRPathEngine engine = new FHIRPathEngine(new HapiWorkerContext(context, context.getValidationSupport()));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        out.println("= " + VersionUtil.getVersion());
        for (String resource; (resource = in.readLine()) != null;) {
            String expression = in.readLine();
            try {
                StringJoiner values = new StringJoiner(", ", "[", "]");
                for (Base value : engine.evaluate((Resource) context.newJsonParser().parseResource(resource), expression))
                    values.add(value.isPrimitive() ? value.primitiveValue() : value.fhirType());
                out.println("= " + values);
            } catch (Throwable error) { out.println("= error: " + String.valueOf(error.getMessage()).replace('\\n', ' ')); }
        }
    }
}
"""


def ours(program):
    lines = []
    for resource, expression in ROWS:
        done = subprocess.run([program, expression], input=RESOURCES[resource], capture_output=True, text=True, check=True)
        lines.append(done.stdout.strip())
    return ["", *lines]


QUESTIONS = json.dumps([[RESOURCES[resource], expression] for resource, expression in ROWS])


def of_node(program, folder):
    with tempfile.NamedTemporaryFile("w", suffix=".cjs") as script:
        script.write(program + ASK)
        script.flush()
        done = subprocess.run(["node", script.name, str(Path(folder).resolve())], capture_output=True, text=True, input=QUESTIONS)
    return done.stdout.splitlines() if done.returncode == 0 else ["does not run: " + done.stderr.strip()[-300:]]


def of_python(python, name):
    done = subprocess.run([python, "-c", PYTHON, name], capture_output=True, text=True, input=QUESTIONS)
    return done.stdout.splitlines() if done.returncode == 0 else ["does not run: " + done.stderr.strip()[-300:]]


def of_hapi(classpath):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Engines.java"
        source.write_text(JAVA)
        subprocess.run(["javac", "-cp", classpath, "-d", folder, str(source)], check=True)
        questions = "\n".join(f"{RESOURCES[resource]}\n{expression}" for resource, expression in ROWS)
        done = subprocess.run(["java", "-cp", f"{classpath}:{folder}", "Engines"], capture_output=True, text=True, input=questions)
    return [line[2:] for line in done.stdout.splitlines() if line.startswith("= ")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--ours", required=True)
    for name in ("--fhirpath-js", "--medplum", "--atomic", "--hapi"):
        arguments.add_argument(name)
    arguments.add_argument("--python", action="append", default=[])
    chosen = arguments.parse_args()
    answers = {"here": ours(chosen.ours)}
    for name, folder, program in (("fhirpath.js", chosen.fhirpath_js, JS), ("@medplum/core", chosen.medplum, MEDPLUM),
                                  ("@atomic-ehr/fhirpath", chosen.atomic, ATOMIC)):  # fmt: skip
        if folder:
            answers[name] = of_node(program, folder)
    for name in ("fhirpathpy", "fhirpathrs", "fhir4ds-v2"):
        tried = [of_python(python, name) for python in chosen.python]
        if tried:
            answers[name] = max(tried, key=len)
    if chosen.hapi:
        answers["HAPI"] = of_hapi(chosen.hapi)
    for name, lines in answers.items():
        print(f"{name}: {lines[0]}" if len(lines) == len(ROWS) + 1 else f"{name} does not answer all: {lines[-1:]}")
    for number, (resource, expression) in enumerate(ROWS, start=1):
        print(f"\n{expression}   [{resource}]")
        for name, lines in answers.items():
            print(f"    {name:22} {lines[number][:110] if number < len(lines) else '-'}")


if __name__ == "__main__":
    main()
