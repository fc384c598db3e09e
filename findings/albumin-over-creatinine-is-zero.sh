#!/usr/bin/env bash
# org.cqframework:engine 4.4.0 (Maven; the CQL engine for Java) and cql-execution 3.3.2 (npm); seen 2026-11-29. Two quotients of quantities:
#                                               Java           JavaScript
#   albumin 150 mg/L over creatinine 10 mmol/L  0 g            15 mg/L/(mmol/L)
#   … > 3 'mg/mmol' (kidney disease)            false          true
#   86.6 kg over (1.7 m)², a BMI of 29.97       30000 g.m-2    29.96539792 kg/m2
#   … >= 30 'kg/m2' (obesity)                   true           false
# A mole is 6.02 × 10^23 in UCUM. The first engine writes the quotient in base units, where 15 mg/mmol are 2.5 × 10^-23 g, and keeps the eight
# decimal places that CQL has; and it rounds to as many digits as the measurements have, three for 86.6. Nothing is raised, and a rule on a
# quotient that was tried with masses alone is right. What it means for a rule: divide numbers whose units were looked at before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund cql-execution@3.3.2
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies><dependency><groupId>org.cqframework</groupId><artifactId>engine</artifactId><version>4.4.0</version></dependency></dependencies>
</project>
XML
mvn --batch-mode --quiet -Dmaven.repo.local="$folder/repository" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=lib
cat >Run.java <<'JAVA'
import java.util.List;
import org.cqframework.cql.cql2elm.*;
import org.hl7.elm.r1.VersionedIdentifier;
import org.opencds.cqf.cql.engine.execution.*;

class Run {
    public static void main(String[] expressions) {
        for (String expression : expressions) {
            var manager = new LibraryManager(new ModelManager());
            var text = "library Rule version '1'\ndefine Answer: " + expression;
            manager.getLibrarySourceLoader().registerProvider(new StringLibrarySourceProvider(List.of(text)));
            var rule = new VersionedIdentifier();
            rule.setId("Rule");
            rule.setVersion("1");
            var parameters = new EvaluationParams.Builder();
            parameters.library(rule, new EvaluationParams.LibraryParams.Builder().build());
            var result = new CqlEngine(new Environment(manager)).evaluate(parameters.build()).getOnlyResultOrThrow();
            System.out.println("Java: " + expression + ": " + result.get("Answer").getValue());
        }
    }
}
JAVA
cat >run.mjs <<'JS'
import cql from "cql-execution";
const quantity = (value, unit) => ({ type: "Quantity", value, unit });
const of = (type, ...operand) => ({ type, operand });
const told = async (name, expression) => {
    const def = [{ name: "Answer", context: "Unfiltered", accessLevel: "Public", expression }];
    const schemaIdentifier = { id: "urn:hl7-org:elm", version: "r1" };
    const library = { identifier: { id: "Rule", version: "1" }, schemaIdentifier, usings: { def: [] }, statements: { def } };
    const { unfilteredResults } = await new cql.Executor(new cql.Library({ library })).exec(new cql.PatientSource([]));
    console.log(`JavaScript: ${name}:`, String(unfilteredResults.Answer));
};
const albumin = of("Divide", quantity(150, "mg/L"), quantity(10, "mmol/L"));
const bmi = of("Divide", quantity(86.6, "kg"), of("Multiply", quantity(1.7, "m"), quantity(1.7, "m")));
await told("albumin", albumin);
await told("albumin > 3", of("Greater", albumin, quantity(3, "mg/mmol")));
await told("BMI", bmi);
await told("BMI >= 30", of("GreaterOrEqual", bmi, quantity(30, "kg/m2")));
JS
albumin="150 'mg/L' / 10 'mmol/L'"
bmi="86.6 'kg' / (1.7 'm' * 1.7 'm')"
{
    java -cp 'lib/*' Run.java "$albumin" "$albumin > 3 'mg/mmol'" "$bmi" "$bmi >= 30 'kg/m2'" 2>/dev/null
    node run.mjs
} | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
Java: 150 'mg/L' / 10 'mmol/L': 0E-8 'g'
Java: 150 'mg/L' / 10 'mmol/L' > 3 'mg/mmol': false
Java: 86.6 'kg' / (1.7 'm' * 1.7 'm'): 30000 'g.m-2'
Java: 86.6 'kg' / (1.7 'm' * 1.7 'm') >= 30 'kg/m2': true
JavaScript: albumin: 15 'mg/L/(mmol/L)'
JavaScript: albumin > 3: true
JavaScript: BMI: 29.96539792 'kg/m2'
JavaScript: BMI >= 30: false
SEEN
