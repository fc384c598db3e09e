// A FHIR R4 ValueSet whose members are listed, or given as branches of a classification. Owns its texts.
//
// Of `compose` it reads include and exclude, each with a system and either `concept` or `filter`. The one filter is
// { "property": "concept", "op": "is-a", "value": "K50" } and means, for ICD-10, ICD-10-CM and ATC, whose codes spell
// their place in the hierarchy: this code, and every code that begins with it, dots ignored ("K50" holds K50.011 and
// K50; "C0" would hold C00 to C09). SNOMED CT's hierarchy is not in the code: there is-a holds its root alone, and
// { "property": "constraint", "op": "=", "value": "<< 19943007" } nothing; both say in SNOMED's expression constraint
// language what a terminology server expands (hl7.org/fhir/R4/snomedct.html). For other code systems it is refused.
// Dots of listed codes of these systems are ignored too: M5450 is M54.50. Filters of one include must all hold, as FHIR
// says. What `exclude` names is taken out again.
#pragma once

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fhir {

/// The extension of a concept whose code was not found in a source and waits for somebody to confirm it:
/// { "url": …, "valueBoolean": false }.
inline constexpr std::string_view confirmed_extension = "https://backpain-cds.org/fhir/StructureDefinition/confirmed";

/// Why a ValueSet was refused. `message` is fixed text.
struct ValueSetError {
    std::string pointer;  ///< RFC 6901, from the ValueSet's root: "/compose/include/0/system"
    std::string_view message;

    bool operator==(const ValueSetError&) const = default;
};

class ValueSet {
  public:
    struct Concept {
        std::string code;
        std::string display;
        std::vector<std::string> designations;  ///< other names of it
    };

    /// The codes of one system that are listed, in the order of the file, and the branches.
    struct System {
        std::string url;
        std::vector<Concept> concepts;
        std::vector<std::vector<std::string>> branches;  ///< each is-a value of one include; all must hold
        std::vector<std::string> roots;                  ///< of SNOMED CT: is-a values, which stand for themselves
        std::vector<std::string> constraints;            ///< of SNOMED CT: what is to be expanded, in ECL
    };

    /// An empty value set: contains nothing.
    ValueSet() = default;

    /// Reads `resource` whole. \returns every error found, in the order of the file.
    static boost::system::result<ValueSet, std::vector<ValueSetError>> read(const boost::json::value& resource);

    const std::string& id() const { return id_; }
    const std::string& url() const { return url_; }
    const std::string& title() const { return title_; }

    /// Whether the set holds `code` of `system`. Constant time for a listed code; a branch costs one comparison each.
    bool contains(std::string_view system, std::string_view code) const;

    /// What to call `code` in this set's own words: its display; for a code of a branch the display of the longest
    /// listed code that it begins with; else the title. Empty if the set does not hold it.
    std::string_view label(std::string_view system, std::string_view code) const;

    /// What is included, system by system, in the order of the file.
    const std::vector<System>& included() const { return included_; }
    const std::vector<System>& excluded() const { return excluded_; }

    /// Lets `title` change the title and `listed` what each concept that is included is called; codes stay.
    void reword(const std::function<void(std::string&)>& title, const std::function<void(Concept&)>& listed);

  private:
    class Reader;

    using Index = std::unordered_map<std::string, std::size_t>;

    // Concepts of included_[i] and excluded_[i] by code.
    struct Lookup {
        std::map<std::string, std::size_t, std::less<>> systems;
        std::vector<Index> codes;
    };

    static Lookup index(const std::vector<System>& systems);
    static bool holds(const std::vector<System>& systems, const Lookup& lookup, std::string_view system,
                      std::string_view code);
    const Concept* listed(std::string_view system, std::string_view code) const;

    std::string id_, url_, title_;
    std::vector<System> included_, excluded_;
    Lookup included_lookup_, excluded_lookup_;
};

}  // namespace fhir
