#!/usr/bin/env bash
# The CQL engine for Java in its last version under the old name, info.cqframework:engine 3.29.0, and in the newest, org.cqframework:engine
# 4.4.0 (Maven); seen 2026-11-29. Results of 25-OH vitamin D in two units; 50 nmol/L are 20 ng/mL, 90 nmol/L are 36:
#                                               3.29.0      4.4.0
#   Avg({20 'ng/mL', 50 'nmol/L'})              35 'ng/mL'  null
#   20 'ng/mL' + 5 'kg'                         25 'ng/mL'  null
#   20 'ng/mL' < 50 'nmol/L'                    null        null
#   Max({20 'ng/mL', 90 'nmol/L'})              20 'ng/mL'  20 'ng/mL'
#   Max({90 'nmol/L', 20 'ng/mL'})              90 'nmol/L' 90 'nmol/L'
# Both compare as CQL has it, and say nothing where units differ; sums and means of the old one take the numbers and the first unit, and the
# highest and the lowest of both are whatever came first. What was not moved to the new name gets no newer version. What it
# means for a rule: results of a test in another unit than its threshold's are for somebody to look at, not for an aggregate.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fetch() {
    cat >pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><dependencies>$2</dependencies>
</project>
XML
    mvn --batch-mode --quiet -Dmaven.repo.local="$folder/repository" \
        org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory="$1"
}
dependency() { echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"; }
old=$(for part in engine cql-to-elm elm-jackson model-jackson; do dependency info.cqframework "$part" 3.29.0; done)
fetch old "$old"
fetch new "$(dependency org.cqframework engine 4.4.0)"
cat >Old.java <<'JAVA'
import java.io.ByteArrayInputStream;
import org.cqframework.cql.cql2elm.*;
import org.hl7.elm.r1.VersionedIdentifier;
import org.opencds.cqf.cql.engine.execution.*;

class Old {
    public static void main(String[] expressions) {
        for (String expression : expressions) {
            var manager = new LibraryManager(new ModelManager());
            var text = "library Rule version '1'\ndefine Answer: " + expression;
            manager.getLibrarySourceLoader().registerProvider(id -> new ByteArrayInputStream(text.getBytes()));
            var result = new CqlEngine(new Environment(manager)).evaluate(new VersionedIdentifier().withId("Rule").withVersion("1"));
            System.out.println("3.29.0: " + expression + ": " + result.forExpression("Answer").value());
        }
    }
}
JAVA
cat >New.java <<'JAVA'
import java.util.List;
import org.cqframework.cql.cql2elm.*;
import org.hl7.elm.r1.VersionedIdentifier;
import org.opencds.cqf.cql.engine.execution.*;

class New {
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
            System.out.println("4.4.0: " + expression + ": " + result.get("Answer").getValue());
        }
    }
}
JAVA
expressions=(
    "Avg({20 'ng/mL', 50 'nmol/L'})"
    "20 'ng/mL' + 5 'kg'"
    "20 'ng/mL' < 50 'nmol/L'"
    "Max({20 'ng/mL', 90 'nmol/L'})"
    "Max({90 'nmol/L', 20 'ng/mL'})"
)
{
    java -cp 'old/*' Old.java "${expressions[@]}" 2>/dev/null
    java -cp 'new/*' New.java "${expressions[@]}" 2>/dev/null
} | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
3.29.0: Avg({20 'ng/mL', 50 'nmol/L'}): 35 'ng/mL'
3.29.0: 20 'ng/mL' + 5 'kg': 25 'ng/mL'
3.29.0: 20 'ng/mL' < 50 'nmol/L': null
3.29.0: Max({20 'ng/mL', 90 'nmol/L'}): 20 'ng/mL'
3.29.0: Max({90 'nmol/L', 20 'ng/mL'}): 90 'nmol/L'
4.4.0: Avg({20 'ng/mL', 50 'nmol/L'}): null
4.4.0: 20 'ng/mL' + 5 'kg': null
4.4.0: 20 'ng/mL' < 50 'nmol/L': null
4.4.0: Max({20 'ng/mL', 90 'nmol/L'}): 20 'ng/mL'
4.4.0: Max({90 'nmol/L', 20 'ng/mL'}): 90 'nmol/L'
SEEN
