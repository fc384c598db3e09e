#include "rules/pack/code_systems.hpp"

#include "fhir/coding.hpp"
#include "fhir/ucum.hpp"
#include "rules/text/nearest.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>
#include <utility>

namespace rules {

namespace {

struct CodeSystem {
    std::string_view url;
    std::string_view name;
};

// FHIR R4, "Using Codes", and HL7 Terminology; the last is this project's own.
constexpr std::array systems = {
    CodeSystem{fhir::snomed_system, "SNOMED CT"},
    CodeSystem{fhir::loinc_system, "LOINC"},
    CodeSystem{fhir::rxnorm_system, "RxNorm"},
    CodeSystem{fhir::atc_system, "ATC"},
    CodeSystem{fhir::icd10_system, "ICD-10"},
    CodeSystem{fhir::icd10_cm_system, "ICD-10-CM"},
    CodeSystem{fhir::cpt_system, "CPT"},
    CodeSystem{fhir::ucum_system, "UCUM"},
    CodeSystem{"http://hl7.org/fhir/sid/icd-9-cm", "ICD-9-CM"},
    CodeSystem{"http://hl7.org/fhir/sid/icpc-1", "ICPC-1"},
    CodeSystem{"http://hl7.org/fhir/sid/icpc-2", "ICPC-2"},
    CodeSystem{"http://hl7.org/fhir/sid/ndc", "NDC"},
    CodeSystem{"http://hl7.org/fhir/sid/cvx", "CVX"},
    CodeSystem{"http://fhir.de/CodeSystem/bfarm/icd-10-gm", "ICD-10-GM"},
    CodeSystem{"http://www.cms.gov/Medicare/Coding/ICD10", "ICD-10-PCS"},
    CodeSystem{"https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "HCPCS"},
    CodeSystem{"https://dmd.nhs.uk", "dm+d"},
    CodeSystem{"http://standardterms.edqm.eu", "EDQM"},
    CodeSystem{"http://hl7.org/fhir/administrative-gender", "administrative gender"},
    CodeSystem{"https://backpain-cds.org/fhir/CodeSystem/dose-form-words", "dose form words"},
};

constexpr std::string_view hl7_prefix = "http://terminology.hl7.org/CodeSystem/";

const CodeSystem* find_system(std::string_view url) {
    const auto found = std::ranges::find(systems, url, &CodeSystem::url);
    return found == systems.end() ? nullptr : &*found;
}

// What is left of a URL or a name when everything is taken away in which people differ.
std::string core_of(std::string_view system) {
    system = system.substr(0, system.find('|'));
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (system.starts_with(scheme)) system.remove_prefix(scheme.size());
    }
    if (system.starts_with("www.")) system.remove_prefix(4);
    std::string core;
    for (const char c : system) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isalnum(letter)) core += static_cast<char>(std::tolower(letter));
    }
    return core;
}

// Addresses that people write for a system because its owner or its browser is found there.
constexpr std::pair<std::string_view, std::string_view> homes[] = {
    {"snomedinfo", fhir::snomed_system},
    {"snomedorg", fhir::snomed_system},
    {"snomedorgsct", fhir::snomed_system},
    {"snomedinfoid", fhir::snomed_system},
    {"snomedct", fhir::snomed_system},
    {"ihtsdoorg", fhir::snomed_system},
    {"snomedinternational", fhir::snomed_system},
    {"loincorg", fhir::loinc_system},
    {"atcddd", fhir::atc_system},
    {"whoccno", fhir::atc_system},
    {"whoccnoatcddd", fhir::atc_system},
    {"nlmnihgovresearchumlsrxnorm", fhir::rxnorm_system},
    {"rxnav", fhir::rxnorm_system},
    {"rxcui", fhir::rxnorm_system},
    {"icd10data", fhir::icd10_cm_system},
    {"icd10cm", fhir::icd10_cm_system},
    {"amaassnorg", fhir::cpt_system},
};

bool is_meant(std::string_view core, std::string_view written, const CodeSystem& system) {
    const std::string known = core_of(system.url);
    const bool with_version =
        written.size() > system.url.size() && written.starts_with(system.url) && written[system.url.size()] == '/';
    return core == known || with_version || core == core_of(system.name) || differ_by_one_slip(core, known);
}

}  // namespace

bool is_known_system(std::string_view url) {
    return find_system(url) || (url.starts_with(hl7_prefix) && url.size() > hl7_prefix.size());
}

std::string_view system_meant_by(std::string_view system) {
    if (is_known_system(system)) return {};
    // Records are read with the URL in the place of the OID, so the OID in a pack would match nothing.
    if (const std::string_view url = fhir::system_url(system); url != system) return url;
    const std::string core = core_of(system);
    const auto home = std::ranges::find(homes, core, &std::pair<std::string_view, std::string_view>::first);
    if (home != std::end(homes)) return home->second;
    const auto meant =
        std::ranges::find_if(systems, [&](const CodeSystem& one) { return is_meant(core, system, one); });
    return meant == systems.end() ? std::string_view() : meant->url;
}

bool is_absolute_uri(std::string_view system) {
    const bool has_scheme =
        system.starts_with("urn:") || system.starts_with("http://") || system.starts_with("https://");
    const std::string_view rest = system.substr(std::min(system.find(':') + 1, system.size()));
    return has_scheme && std::ranges::any_of(rest, [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string_view name_of_system(std::string_view url) {
    const CodeSystem* system = find_system(url);
    return system ? system->name : url;
}

}  // namespace rules
