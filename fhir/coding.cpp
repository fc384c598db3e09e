#include "fhir/coding.hpp"

#include "fhir/json_text.hpp"
#include "fhir/ucum.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fhir {
namespace {

// HL7's registry of OIDs, as it stands in HL7 Terminology (THO) for these systems.
using Registered = std::pair<std::string_view, std::string_view>;

constexpr std::array<Registered, 8> registered_oids{{
    {"urn:oid:2.16.840.1.113883.6.96", snomed_system},
    {"urn:oid:2.16.840.1.113883.6.1", loinc_system},
    {"urn:oid:2.16.840.1.113883.6.90", icd10_cm_system},
    {"urn:oid:2.16.840.1.113883.6.3", icd10_system},
    {"urn:oid:2.16.840.1.113883.6.88", rxnorm_system},
    {"urn:oid:2.16.840.1.113883.6.73", atc_system},
    {"urn:oid:2.16.840.1.113883.6.12", cpt_system},
    {"urn:oid:2.16.840.1.113883.6.8", ucum_system},
}};

// HL7 v2 table 0396, "Coding System". What makes FHIR of messages often leaves a name of it where FHIR has a URI. ATC
// is none of them: there it is the American Type Culture Collection.
constexpr std::array<Registered, 8> names_in_messages{{
    {"LN", loinc_system},
    {"SCT", snomed_system},
    {"I10C", icd10_cm_system},
    {"I10", icd10_system},
    {"RXNORM", rxnorm_system},
    {"WC", atc_system},
    {"C4", cpt_system},
    {"UCUM", ucum_system},
}};

constexpr std::size_t longest_name_in_messages = 6;

}  // namespace

std::string_view system_url(std::string_view system) {
    const bool is_oid = system.starts_with("urn:oid:");
    if (!is_oid && system.size() > longest_name_in_messages) return system;  // a URL, nearly always
    const std::span<const Registered> table = is_oid ? std::span(registered_oids) : std::span(names_in_messages);
    const auto found = std::ranges::find(table, system, &Registered::first);
    return found == table.end() ? system : found->second;
}

bool CodeableConcept::has(std::string_view system, std::string_view code) const {
    return std::any_of(codings.begin(), codings.end(),
                       [&](const Coding& coding) { return coding.system == system && coding.code == code; });
}

std::string_view CodeableConcept::label() const {
    if (!text.empty()) return text;
    const auto named =
        std::find_if(codings.begin(), codings.end(), [](const Coding& coding) { return !coding.display.empty(); });
    return named == codings.end() ? std::string_view() : named->display;
}

Coding read_coding(const Element& element) {
    return {system_url(element.text("system")), element.text("code"), element.text("display")};
}

CodeableConcept read_codeable_concept(const Element& element) {
    CodeableConcept concept_;
    concept_.text = element.text("text");
    element.each("coding", [&concept_](const Element& member) {
        const Coding coding = read_coding(member);
        if (coding == Coding()) return member.report("", IssueCode::empty);
        concept_.codings.push_back(coding);
    });
    return concept_;
}

CodeableConcept read_concept(const Element& parent, std::string_view name) {
    const std::optional<Element> member = parent.child(name);
    return member ? read_codeable_concept(*member) : CodeableConcept();
}

std::vector<CodeableConcept> read_concepts(const Element& parent, std::string_view name) {
    return parent.list(name, read_codeable_concept);
}

bool Status::has(std::string_view code) const {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

Status read_status(const Element& parent, std::string_view name, std::span<const std::string_view> systems) {
    Status status;
    const boost::json::value* member = parent.json().if_contains(name);
    if (!member) return status;
    status.is_there = true;
    if (const std::optional<std::string_view> plain = text_of(*member)) {
        parent.report(name, IssueCode::plain_code);
        status.codes.push_back(*plain);
        return status;
    }
    const CodeableConcept coded = read_concept(parent, name);
    for (const Coding& coding : coded.codings) {
        const bool is_hl7s = coding.system.empty() || std::ranges::find(systems, coding.system) != systems.end();
        if (is_hl7s && !coding.code.empty()) status.codes.push_back(coding.code);
    }
    if (coded.codings.empty() && !coded.text.empty()) status.codes.push_back(coded.text);
    return status;
}

}  // namespace fhir
