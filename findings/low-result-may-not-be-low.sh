#!/usr/bin/env bash
# archie 3.12.0 (Maven, com.nedap.healthcare.archie:archie-all), the openEHR library for Java; seen 2026-11-30. RMObjectValidator on a 25-OH vitamin D
# whose normal range is 20 to 50 ng/mL, marked by its laboratory with openEHR's N, L or H:
#                                            N          L          H
#   10 ng/mL                                 refused    accepted   accepted
#   below 20 ng/mL (magnitude_status "<")    accepted   refused    refused
#   above 50 ng/mL (">")                     accepted   refused    refused
#   25 nmol/L, which are 10 ng/mL            accepted   refused    refused
#   75 nmol/L, which are 30 ng/mL            refused    accepted   accepted
# A value is in its range or not by the bare number: what is below the lower limit may not be called low, but normal, where an assay ends at the
# limit, and a value in another unit than its range likewise; "not normal" is met by H for a value that is low. Of durations that compare:
#   P1Y > P12M, P18Y > P216M, P4Y < P1461D (four years hold 1461 days), P1W = P7D
# since a year has 365.24 days and a month 30.42. What it means for a service: a mark of the laboratory may have been changed so that the record was
# accepted; the value with its "<" and its unit says what it is. An age or a duration is compared on the calendar.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><dependencies>
    <dependency><groupId>com.nedap.healthcare.archie</groupId><artifactId>archie-all</artifactId><version>3.12.0</version></dependency>
  </dependencies>
</project>
XML
mvn --batch-mode --quiet -Dmaven.repo.local="$folder/repository" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=parts
cat >Run.java <<'JAVA'
import com.nedap.archie.rm.datatypes.CodePhrase;
import com.nedap.archie.rm.datavalues.quantity.*;
import com.nedap.archie.rm.datavalues.quantity.datetime.DvDuration;
import com.nedap.archie.rm.support.identification.TerminologyId;
import com.nedap.archie.rminfo.ArchieRMInfoLookup;
import com.nedap.archie.rmobjectvalidator.RMObjectValidator;

class Run {
    static DvQuantity quantity(String status, double magnitude, String unit) {
        var result = new DvQuantity(unit, magnitude, 1L);
        if (!status.isEmpty()) result.setMagnitudeStatus(status);
        return result;
    }

    static void marks(String status, double magnitude, String unit) {
        var range = new DvInterval<>(quantity("", 20, "ng/mL"), quantity("", 50, "ng/mL"));
        range.setLowerIncluded(true);
        range.setUpperIncluded(true);
        var line = status + magnitude + " " + unit + ":";
        for (var mark : new String[]{"N", "L", "H"}) {
            var value = quantity(status, magnitude, unit);
            value.setNormalRange(range);
            value.setNormalStatus(new CodePhrase(new TerminologyId("openehr_normal_statuses"), mark));
            var faults = new RMObjectValidator(ArchieRMInfoLookup.getInstance(), template -> null).validate(value);
            line += " " + mark + (faults.isEmpty() ? " accepted" : " refused");
            for (var fault : faults) {
                if (!fault.getMessage().contains("Normal_range_and_status_consistency")) line += ", " + fault.getMessage();
            }
        }
        System.out.println(line);
    }

    static void durations(String one, String other) {
        int order = new DvDuration(one).compareTo(new DvDuration(other));
        System.out.println(one + (order < 0 ? " < " : order > 0 ? " > " : " = ") + other);
    }

    public static void main(String[] none) {
        marks("", 10, "ng/mL");
        marks("<", 20, "ng/mL");
        marks(">", 50, "ng/mL");
        marks("", 25, "nmol/L");
        marks("", 75, "nmol/L");
        durations("P1Y", "P12M");
        durations("P18Y", "P216M");
        durations("P4Y", "P1461D");
        durations("P1W", "P7D");
    }
}
JAVA
java -cp 'parts/*' Run.java 2>/dev/null | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
10.0 ng/mL: N refused L accepted H accepted
<20.0 ng/mL: N accepted L refused H refused
>50.0 ng/mL: N accepted L refused H refused
25.0 nmol/L: N accepted L refused H refused
75.0 nmol/L: N refused L accepted H accepted
P1Y > P12M
P18Y > P216M
P4Y < P1461D
P1W = P7D
SEEN
