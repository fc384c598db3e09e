#!/usr/bin/env python3
"""Evaluates made-up expressions with this engine and with others and prints where they differ. Run by hand.

    tests/bench/fhirpath_differential.py --ours PROGRAM --fhirpath-js FOLDER [--hapi CLASSPATH] [--count 2000] [--seed 1]

PROGRAM is the example of fhir/path/example, FOLDER has node_modules/fhirpath, CLASSPATH is that of hapi-fhir-structures-r4
with hapi-fhir-caching-caffeine. The expressions are valid by the grammar and by R4, and the same for the same seed; which of two answers
is right the specification says, and fhir/path/README.md has a table of it.
"""

import argparse
import json
import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENT = {
    "resourceType": "Patient", "id": "p", "active": True, "birthDate": "1961-03", "multipleBirthInteger": 2,
    "name": [{"use": "official", "family": "Brandt", "given": ["Ilse", "Marie"]}, {"use": "usual", "given": ["Ilse"]},
             {"family": "B"}],
    "telecom": [{"rank": 1, "use": "home", "value": "1"}, {"rank": 3, "value": "2"}, {"use": "work", "value": "22"}],
}  # fmt: skip


class Maker:
    """Expressions whose value is a Boolean, a number or a string, so that every engine prints it alike."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        chosen = self.random.choice(choices)
        return chosen() if callable(chosen) else chosen

    def number(self, depth=2):
        if depth == 0:
            return self.pick("0", "1", "2", "7", "2.5", "0.10", "(-3)", "Patient.multipleBirth", "Patient.name.count()",
                             "Patient.telecom.rank.first()")
        left, right = self.number(depth - 1), self.number(depth - 1)
        function = self.pick("abs()", "ceiling()", "floor()", "truncate()", "round(1)", "sqrt()", "power(2)", "toString().length()")
        return self.pick(f"({left} {self.pick('+', '-', '*', '/', 'div', 'mod')} {right})", f"({left}).{function}",
                         f"iif({self.truth(depth - 1)}, {left}, {right})", f"{self.string(depth - 1)}.length()")

    def string(self, depth=2):
        if depth == 0:
            return self.pick("'a'", "'Ab c'", "' x\\ty '", "''", "Patient.name.family.first()", "Patient.name.given.last()", "Patient.id",
                             "'12.50'")
        text = self.string(depth - 1)
        function = self.pick("upper()", "lower()", "substring(1)", "substring(0, 2)", "substring(-1)", "replace('a', 'xx')", "replace('', '-')",
                             "trim()", "replaceMatches('[a-c]', '<$0>')", "toChars().join('|')", "encode('base64')")
        return self.pick(f"{text}.{function}", f"({text} & {self.string(depth - 1)})", f"({text} + {self.string(depth - 1)})",
                         lambda: f"({self.number(depth - 1)}).toString()", lambda: f"({self.moment()}).toString()",
                         lambda: f"({self.amount()}).toString()")

    def moment(self):
        start = self.pick("@2024-02-29", "@2024-02", "@2024", "@2024-02-29T10:30", "@2024-02-29T10:30:00.5+02:00", "@2024-02-29T10:30:00Z",
                          "@T23:30", "@T10:30:15.25", "Patient.birthDate")
        unit = self.pick("hours", "minutes", "seconds") if "T" in start[1:] else self.pick("years", "months", "weeks", "days")
        return self.pick(start, f"{start} {self.pick('+', '-')} {self.pick('1', '13', '40', '1.9')} {unit}")

    def amount(self):
        plain = self.pick("1 'mg'", "0.001 'g'", "2.50 'cm'", "1 'm'", "1 year", "12 months", "365 days", "1 'a'", "7 'd'", "1 week",
                          "24 hours", "90 'min'")
        return self.pick(plain, f"({plain} + {plain})", f"({plain} * 2)", f"({plain} / 4)")

    def truth(self, depth=2):
        if depth == 0:
            return self.pick("true", "false", "{}", "Patient.active", "Patient.name.exists()", "Patient.contact.exists()")
        comparison = self.pick("=", "!=", "<", "<=", ">", ">=", "~", "!~")
        logic = self.pick("and", "or", "xor", "implies")
        return self.pick(lambda: f"({self.number(depth - 1)} {comparison} {self.number(depth - 1)})",
                         lambda: f"({self.string(depth - 1)} {comparison} {self.string(depth - 1)})",
                         lambda: f"({self.day()} {comparison} {self.day()})", lambda: f"({self.clock()} {comparison} {self.clock()})",
                         lambda: f"({self.amount()} {comparison} {self.amount()})",
                         lambda: f"({self.truth(depth - 1)} {logic} {self.truth(depth - 1)})", lambda: f"({self.truth(depth - 1)}).not()",
                         lambda: f"({self.string(depth - 1)} in {self.strings()})", lambda: f"{self.string(0)}.startsWith({self.string(0)})",
                         lambda: f"{self.string(0)}.matches('^[a-zA-Z]+$')", self.converts)

    def day(self):
        return self.pick("@2024", "@2024-02", "@2024-02-29", "@2024-03-01", "@2024-02-29T10:30:00+02:00", "@2024-02-29T08:30:00Z",
                         "@2024-02-29T08:30", "Patient.birthDate")

    def clock(self):
        return self.pick("@T10", "@T10:30", "@T10:30:00", "@T10:30:00.000", "@T10:30:01")

    def strings(self):
        return self.pick("Patient.name.given", "Patient.name.use", "('a' | 'b' | 'a')", "{}", "Patient.telecom.value")

    def converts(self):
        text = self.pick("'1'", "'1.0'", "'true'", "'2024-02'", "'10:30'", "'1 day'", "'4 \\'mg\\''", "'x'", "1", "0.0", "true")
        kind = self.pick("Boolean", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "String")
        return f"{text}.convertsTo{kind}()"

    def count(self):
        items = self.pick("Patient.name", "Patient.telecom", "Patient.name.given", "Patient.telecom.rank", "(1 | 2 | 2.0 | 3)")
        step = self.pick("where($index > 0)", "skip(1)", "take(2)", "tail()", "distinct()", "first()", "last()", "select($this | $this)",
                         "combine(Patient.name.given)", "intersect(Patient.name.given)", "exclude(Patient.name.given)",
                         "repeat($this.ofType(HumanName).period)", "ofType(string)", "where($this is string)")
        return f"{items}.{step}.count()"

    def any(self):
        return self.pick(self.number, self.string, self.truth, self.truth, self.count)


def chunks(items, size=200):
    return [items[i : i + size] for i in range(0, len(items), size)]


def ours(program, expressions):
    lines = []
    for part in chunks(expressions):
        done = subprocess.run([program, *part], input=json.dumps(PATIENT), capture_output=True, text=True, check=True)
        lines += done.stdout.splitlines()
    return lines


JS = """
const { createRequire } = require('node:module');
const load = createRequire(process.argv[2] + '/x.js');
const fhirpath = load('fhirpath'), r4 = load('fhirpath/fhir-context/r4');
const { patient, expressions } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
for (const expression of expressions) {
    let line;
    try { line = JSON.stringify(fhirpath.evaluate(patient, expression, {}, r4)); } catch (error) { line = 'failed: ' + String(error.message ?? error).split('\\n')[0]; }
    console.log(line);
}
"""

JAVA = """
import ca.uhn.fhir.context.FhirContext;
import java.io.*; import java.nio.charset.StandardCharsets; import java.util.*;
import org.hl7.fhir.r4.hapi.ctx.HapiWorkerContext; import org.hl7.fhir.r4.model.*; import org.hl7.fhir.r4.fhirpath.FHIRPathEngine;
public class Differential {
    static String text(Base value) {
        if (value instanceof BooleanType || value instanceof IntegerType || value instanceof DecimalType) return value.primitiveValue();
        String text = value.isPrimitive() ? value.primitiveValue() : value.fhirType();
        return '"' + text.replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"").replace("\\t", "\\\\t") + '"';
    }
    public static void main(String[] arguments) throws Exception {
        FhirContext context = FhirContext.forR4();
        FHIRPathEngine engine = new FHIRPathEngine(new HapiWorkerContext(context, context.getValidationSupport()));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        Resource patient = (Resource) context.newJsonParser().parseResource(in.readLine());
        for (String line; (line = in.readLine()) != null;) {
            try {
                StringJoiner values = new StringJoiner(",", "[", "]");
                for (Base value : engine.evaluate(patient, line)) values.add(text(value));
                out.println(values);
            } catch (Throwable error) { out.println("failed: " + String.valueOf(error.getMessage()).replace('\\n', ' ')); }
        }
    }
}
"""


def of_javascript(folder, expressions):
    with tempfile.NamedTemporaryFile("w", suffix=".cjs") as script:
        script.write(JS)
        script.flush()
        done = subprocess.run(["node", script.name, str(Path(folder).resolve())], capture_output=True, text=True, check=True,
                              input=json.dumps({"patient": PATIENT, "expressions": expressions}))  # fmt: skip
    return done.stdout.splitlines()


def of_hapi(classpath, expressions):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Differential.java"
        source.write_text(JAVA)
        subprocess.run(["javac", "-cp", classpath, "-d", folder, str(source)], check=True)
        done = subprocess.run(["java", "-cp", f"{classpath}:{folder}", "Differential"], capture_output=True, text=True, check=True,
                              input="\n".join([json.dumps(PATIENT), *expressions]))  # fmt: skip
    return [line for line in done.stdout.splitlines() if line.startswith(("[", "failed"))]


def kind_of(result):
    return "an error" if result.startswith(("failed", "refused")) else result


def is_same(left, right):
    if kind_of(left) == kind_of(right):
        return True
    try:
        mine, other = json.loads(left), json.loads(right)
    except ValueError:
        return False
    near = lambda a, b: isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a - b) <= 1e-9 * max(1, abs(a))  # noqa: E731
    same = lambda a, b: type(a) is type(b) and a == b or (not isinstance(a, bool) and not isinstance(b, bool) and near(a, b))  # noqa: E731
    return len(mine) == len(other) and all(map(same, mine, other))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--ours", required=True)
    arguments.add_argument("--fhirpath-js")
    arguments.add_argument("--hapi", help="a class path")
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    maker = Maker(chosen.seed)
    expressions = [maker.any() for _ in range(chosen.count)]
    mine = ours(chosen.ours, expressions)
    engines = {}
    if chosen.fhirpath_js:
        engines["fhirpath.js"] = of_javascript(chosen.fhirpath_js, expressions)
    if chosen.hapi:
        engines["HAPI"] = of_hapi(chosen.hapi, expressions)
    for name, theirs in engines.items():
        if len(theirs) != len(mine):
            raise SystemExit(f"{name} gave {len(theirs)} results for {len(mine)} expressions")
        different = [(e, a, b) for e, a, b in zip(expressions, mine, theirs) if not is_same(a, b)]
        print(f"{name}: {len(different)} of {len(expressions)} differ; of ours {sum(kind_of(line) == 'an error' for line in mine)} are errors")
        for expression, a, b in sorted(different, key=lambda row: len(row[0])):
            print(f"  {expression}\n      here {a[:100]}\n      there {b[:100]}")
        print(Counter(kind_of(a) + " / " + kind_of(b) for _, a, b in different if "[" in a + b).most_common(12))


if __name__ == "__main__":
    main()
