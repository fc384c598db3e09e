// FHIR's Coding and CodeableConcept: what something is, in one or more code systems and in words.
#pragma once

#include "fhir/element.hpp"

#include <boost/container/small_vector.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace fhir {

inline constexpr std::string_view snomed_system = "http://snomed.info/sct";
inline constexpr std::string_view loinc_system = "http://loinc.org";
inline constexpr std::string_view icd10_cm_system = "http://hl7.org/fhir/sid/icd-10-cm";
inline constexpr std::string_view icd10_system = "http://hl7.org/fhir/sid/icd-10";
inline constexpr std::string_view rxnorm_system = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr std::string_view atc_system = "http://www.whocc.no/atc";
inline constexpr std::string_view cpt_system = "http://www.ama-assn.org/go/cpt";

/// The URL of a system that is written as the OID which HL7 registered for one of those above or UCUM, or by its name
/// in HL7 v2 messages ("LN"); else `system` itself.
std::string_view system_url(std::string_view system);

/// A code of a system. Texts are borrowed; any may be empty, but not all.
struct Coding {
    std::string_view system;
    std::string_view code;
    std::string_view display;

    bool operator==(const Coding&) const = default;
};

/// The same thing said in several systems, and in words. Empty if nothing was sent.
struct CodeableConcept {
    boost::container::small_vector<Coding, 2> codings;  ///< seldom more: no heap for them
    std::string_view text;

    bool empty() const { return codings.empty() && text.empty(); }
    bool has(std::string_view system, std::string_view code) const;
    /// The text, or else the first display; empty if there is neither.
    std::string_view label() const;

    bool operator==(const CodeableConcept&) const = default;
};

/// Reads a Coding. Its system is given by its URL (system_url).
Coding read_coding(const Element& element);

/// Reads the CodeableConcept `element`. A coding with nothing in it is skipped and reported.
CodeableConcept read_codeable_concept(const Element& element);

/// Reads the member `name` of `parent` as a CodeableConcept; an empty one if it is absent.
CodeableConcept read_concept(const Element& parent, std::string_view name);

/// Reads the member `name` of `parent` as a list of CodeableConcepts.
std::vector<CodeableConcept> read_concepts(const Element& parent, std::string_view name);

/// A status that FHIR R4 binds to a code system of HL7's own: what that system says. Codes of other systems beside it
/// say nothing, wherever they stand (FHIR R4, CodeableConcept: the order of codings has no meaning).
struct Status {
    bool is_there = false;                                      ///< the member was sent, whatever is in it
    boost::container::small_vector<std::string_view, 1> codes;  ///< HL7's, or without a system; two contradict

    bool has(std::string_view code) const;
    bool operator==(const Status&) const = default;
};

/// Reads the member `name` of `parent`: codings of `systems` and codings without any system; without codings the text.
/// A plain code, as versions before R4 have it, is read and reported.
Status read_status(const Element& parent, std::string_view name, std::span<const std::string_view> systems);

}  // namespace fhir
