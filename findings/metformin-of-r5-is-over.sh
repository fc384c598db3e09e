#!/usr/bin/env bash
# hapi-fhir-converter 8.8.1 (Maven) with org.hl7.fhir.convertors 6.7.9, HL7's own converter between the versions of FHIR; seen 2026-11-30. To R4:
#   metformin of R5, "recorded", adherence taking       completed, which in R4 is no longer taken
#   the same, adherence not-taking, stopped             completed, and the adherence is gone
#   an R5 order for it that has ended                   an order without a status
#   metformin of DSTU2, active, wasNotTaken             active, nothing else is left of it
#   metformin of STU3, active, taken "n"                not-taken
#   an order of DSTU2, active, dateEnded 2016           active, without an end
#   back pain of DSTU2, abatementBoolean true           back pain without an end or a clinical status
#   back pain of DSTU2, clinicalStatus resolved         "resolved" of http://hl7.org/fhir/condition-clinical, which is no code system of R4
# What R4 sends to R5 comes back as it was, by an extension that only this converter writes. Who tests that way finds nothing. What it means for a
# service behind such a server: no active drug is no sign that none is taken, and an active one may be one that never was; ask of which version of
# FHIR the record was before. A status is read by its code, whatever its system.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
dependency() { echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"; }
cat >pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><dependencies>
    $(dependency ca.uhn.hapi.fhir hapi-fhir-converter 8.8.1)$(dependency com.google.code.gson gson 2.11.0)
  </dependencies>
</project>
XML
mvn --batch-mode --quiet -Dmaven.repo.local="$folder/repository" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=parts
cat >Run.java <<'JAVA'
import org.hl7.fhir.convertors.factory.*;
import org.hl7.fhir.r4.model.Resource;

class Run {
    static final String PATIENT = "'subject':{'reference':'Patient/ada'}";
    static final String OLD_PATIENT = "'patient':{'reference':'Patient/ada'}";
    static final String DRUG = "'medicationCodeableConcept':{'text':'Metformin'}";

    static void show(String name, Resource resource) throws Exception {
        String json = new org.hl7.fhir.r4.formats.JsonParser().composeString(resource);
        for (String same : new String[]{DRUG, PATIENT, "'code':{'text':'Back pain'}"}) json = json.replace(same.replace('\'', '"'), "");
        System.out.println(name + ": " + json.replaceAll(",+", ",").replace(",}", "}"));
    }

    static void dstu2(String name, String json) throws Exception {
        show(name, VersionConvertorFactory_10_40.convertResource(new org.hl7.fhir.dstu2.formats.JsonParser().parse(json.replace('\'', '"'))));
    }

    static void stu3(String name, String json) throws Exception {
        show(name, VersionConvertorFactory_30_40.convertResource(new org.hl7.fhir.dstu3.formats.JsonParser().parse(json.replace('\'', '"'))));
    }

    static void r5(String name, String json) throws Exception {
        show(name, VersionConvertorFactory_40_50.convertResource(new org.hl7.fhir.r5.formats.JsonParser().parse(json.replace('\'', '"'))));
    }

    public static void main(String[] none) throws Exception {
        String adherence = "'system':'http://hl7.org/fhir/CodeSystem/medication-statement-adherence','code':";
        String metformin = "'medication':{'concept':{'text':'Metformin'}}," + PATIENT;
        for (String code : new String[]{"taking", "not-taking", "stopped"}) {
            r5("R5, " + code, "{'resourceType':'MedicationStatement','status':'recorded'," + metformin
                    + ",'adherence':{'code':{'coding':[{" + adherence + "'" + code + "'}]}}}");
        }
        r5("R5, ended", "{'resourceType':'MedicationRequest','status':'ended','intent':'order'," + metformin + "}");
        dstu2("DSTU2, not taken", "{'resourceType':'MedicationStatement','status':'active','wasNotTaken':true,"
                + "'reasonNotTaken':[{'text':'diarrhoea'}]," + DRUG + "," + OLD_PATIENT + "}");
        stu3("STU3, not taken", "{'resourceType':'MedicationStatement','status':'active','taken':'n'," + DRUG + "," + PATIENT + "}");
        dstu2("DSTU2, ended", "{'resourceType':'MedicationOrder','status':'active','dateEnded':'2016-01-01'," + DRUG + "," + OLD_PATIENT + "}");
        String pain = "{'resourceType':'Condition','verificationStatus':'confirmed','code':{'text':'Back pain'}," + OLD_PATIENT;
        dstu2("DSTU2, over", pain + ",'abatementBoolean':true}");
        dstu2("DSTU2, resolved", pain + ",'clinicalStatus':'resolved'}");
        var there = VersionConvertorFactory_40_50.convertResource(new org.hl7.fhir.r4.formats.JsonParser()
                .parse(("{'resourceType':'MedicationStatement','status':'not-taken'," + DRUG + "," + PATIENT + "}").replace('\'', '"')));
        show("R4, not taken, to R5 and back", VersionConvertorFactory_40_50.convertResource(there));
    }
}
JAVA
java -cp 'parts/*' Run.java 2>/dev/null | tee seen
diff - seen <<'SEEN' || { echo 'this is no longer what stands at the head' >&2; exit 1; }
R5, taking: {"resourceType":"MedicationStatement","extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.status","valueCode":"recorded"}],"status":"completed"}
R5, not-taking: {"resourceType":"MedicationStatement","extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.status","valueCode":"recorded"}],"status":"completed"}
R5, stopped: {"resourceType":"MedicationStatement","extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.status","valueCode":"recorded"}],"status":"completed"}
R5, ended: {"resourceType":"MedicationRequest","intent":"order"}
DSTU2, not taken: {"resourceType":"MedicationStatement","status":"active"}
STU3, not taken: {"resourceType":"MedicationStatement","extension":[{"url":"http://hl7.org/fhir/3.0/StructureDefinition/extension-MedicationStatement.status","valueString":"active"},{"url":"http://hl7.org/fhir/3.0/StructureDefinition/extension-MedicationStatement.taken","valueString":"n"}],"status":"not-taken"}
DSTU2, ended: {"resourceType":"MedicationRequest","status":"active","intent":"order"}
DSTU2, over: {"resourceType":"Condition","verificationStatus":{"coding":[{"system":"http://hl7.org/fhir/condition-ver-status","code":"confirmed"}]}}
DSTU2, resolved: {"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://hl7.org/fhir/condition-clinical","code":"resolved"}]},"verificationStatus":{"coding":[{"system":"http://hl7.org/fhir/condition-ver-status","code":"confirmed"}]}}
R4, not taken, to R5 and back: {"resourceType":"MedicationStatement","status":"not-taken"}
SEEN
