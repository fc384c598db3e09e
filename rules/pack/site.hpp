// A site's settings over a pack: parameters, local codes, laboratories, rules switched off. Never an edit of the pack.
// Read with comments and trailing commas allowed, validated by the same readers as the pack, every finding with its
// place.
#pragma once

#include "rules/pack/pack.hpp"
#include "rules/text/expansion.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rules {

enum class DisplayUnits { conventional, si };

/// A laboratory with its own rules. JSON: { "name": "…", "reference": "Organization/lab-1" or "identifier": { "system",
/// "value" }, "default": true (it stands for every result that no other laboratory of the file is named by),
/// "unitWinsOverCode": ["vitamin-d"], "units": { "vitamin-d": { "nmol/L": ["nM"] } }, "unitOfBareText": {
/// "vitamin-d": "ng/mL" }, "decimalComma": true, "bands": { "b12": { "title": "…", "bands": { "total": […] } } } }
struct Laboratory {
    std::string name, reference, identifier_system, identifier_value;
    std::vector<Authored> unit_wins_over_code;                                     ///< analyte ids
    std::map<std::string, std::map<std::string, std::vector<std::string>>> units;  ///< analyte -> unit -> more synonyms
    std::map<std::string, std::string> unit_of_bare_text;                          ///< analyte -> unit
    bool decimal_comma = false;
    bool is_default = false;               // default
    std::map<std::string, Ruleset> bands;  ///< analyte -> in place of the ruleset, for the kinds that it bands
    Place place;
};

/// That a clinician of this site answers for the pack here. JSON: "approval": { "by": "…", "date": "2027-01-15",
/// "digest": "sha256:…" }: of the pack and this file without its approval, as `check` prints it. Whoever loads a pack
/// holds the digest against what is there, and takes away an approval of something else.
struct Approval {
    std::string by, date;
    Place place;  ///< of the date
    std::string digest = {};
};

/// JSON: { "site", "pack", "version": "^1.0", "language": "en-US" | "en-GB", "aboutUrl": "https://…", "displayUnits":
/// "conventional" | "SI", "parameters": {…}, "off":
/// ["rule-id"], "codes": { "valueSets": { "back-pain": [codings] }, "analytes": { "vitamin-d": [codes] }, "orders": {
/// "vitamin-d": [codings] } }, "orders": { "vitamin-d": { "place": [codings] } }, "laboratories": […], "notProvided":
/// ["procedures"], "approval": {…}, "stories": { as a file of stories } }. Every member is optional.
struct Site {
    std::string name;
    std::map<std::string, SiteWords> words;   ///< by set of words.json: "words": { "malignancy": { "stems": […] } }
    std::optional<Authored> expansions_file;  ///< as written, relative to the site file: "expansions": "file.json"
    Expansions expansions;                    ///< of that file, once somebody has read it
    std::string pack_id, pack_version;        ///< empty: any
    Language language = Language::en_us;
    std::string about_url;  ///< where the about pages are, without a slash at the end; empty: where the service is
    DisplayUnits display_units = DisplayUnits::conventional;
    std::map<std::string, std::string> parameters;  ///< name -> value as text, validated against the pack
    std::vector<std::string> off;
    std::map<std::string, std::vector<Coding>> value_set_codes, order_codes;
    std::map<std::string, std::vector<AnalyteCode>> analyte_codes;
    std::map<std::string, std::vector<Coding>> placed_orders;  ///< intent -> what to order, in place of LOINC
    std::vector<Laboratory> laboratories;
    std::optional<Approval> approval;
    std::vector<std::string> not_provided;  ///< prefetch keys that this site never has: not reported on each card
    std::string file;                       ///< its name, for findings
    std::string text;                       ///< the exact file, for the digest
};

struct SiteReading {
    Site site;
    Diagnostics findings;
};

/// Reads a site file against the pack that it sets.
SiteReading read_site(std::string text, std::string file_name, const Pack& pack);

}  // namespace rules
