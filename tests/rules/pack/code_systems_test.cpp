#include "rules/pack/code_systems.hpp"

#include "tests/case_name.hpp"

namespace rules {
namespace {

struct Meant {
    const char* name;
    const char* written;
    const char* meant;
};
class CodeSystems : public testing::TestWithParam<Meant> {};

// URLs by FHIR R4, "Using Codes"; OIDs by HL7's registry.
TEST_P(CodeSystems, TellsWhichOneWasMeant) {
    EXPECT_EQ(system_meant_by(GetParam().written), GetParam().meant);
}

INSTANTIATE_TEST_SUITE_P(
    Slips, CodeSystems,
    testing::Values(Meant{"Slash", "http://snomed.info/sct/", "http://snomed.info/sct"},
                    Meant{"Capitals", "http://snomed.info/SCT", "http://snomed.info/sct"},
                    Meant{"Edition", "http://snomed.info/sct/900000000000207008", "http://snomed.info/sct"},
                    Meant{"Version", "http://loinc.org|2.77", "http://loinc.org"},
                    Meant{"Scheme", "https://loinc.org", "http://loinc.org"},
                    Meant{"Www", "http://www.loinc.org", "http://loinc.org"},
                    Meant{"Swapped", "http://www.nlm.nih.gov/research/umls/rxnrom",
                          "http://www.nlm.nih.gov/research/umls/rxnorm"},
                    Meant{"Hyphen", "http://hl7.org/fhir/sid/icd10-cm", "http://hl7.org/fhir/sid/icd-10-cm"},
                    Meant{"ShortName", "ICD-10", "http://hl7.org/fhir/sid/icd-10"},
                    Meant{"Oid", "urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(Others, CodeSystems,
                         testing::Values(Meant{"Known", "http://loinc.org", ""},
                                         Meant{"Hl7", "http://terminology.hl7.org/CodeSystem/condition-clinical", ""},
                                         Meant{"Hospital", "http://hospital.example/codes", ""},
                                         Meant{"Local", "http://local.org", ""},
                                         Meant{"OtherOid", "urn:oid:1.2.3.4", ""}, Meant{"Nothing", "", ""}),
                         CaseName());

}  // namespace
}  // namespace rules
