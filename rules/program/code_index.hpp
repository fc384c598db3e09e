// Which value sets hold a code, and which names stand in a text: all value sets of a program in two tables, so that one
// look-up per coding of the record answers for every fact.
//
// A code matches by system and code, never by its text (rules/packs/back-pain-labs/REFERENCE.md A). Labels are the
// value sets' own words.
#pragma once

#include "fhir/value_set.hpp"
#include "rules/program/by_system.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rules {

struct Order;

/// Numbers the value sets of a program.
using SetId = std::uint16_t;

/// A value set that holds a code or a name, and what its authors call it.
struct CodeHit {
    SetId set = 0;
    std::string_view label;  ///< borrowed from the index or its value sets; may be empty
};

class CodeIndex {
  public:
    /// Adds every code and branch of `value_set`, which is borrowed.
    void add(SetId set, const fhir::ValueSet& value_set);
    /// Adds one code beside the value set's own.
    void add(SetId set, std::string_view system, std::string_view code, std::string_view label);

    /// Adds to `hits` every value set that holds the code, each once.
    void find(std::string_view system, std::string_view code, std::vector<CodeHit>& hits) const;

  private:
    struct TextHash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct Entry {
        SetId set = 0;
        std::string label;
        const fhir::ValueSet* value_set = nullptr;  ///< asked whether it holds the code; null: it does
    };
    using Table = std::unordered_map<std::string, std::vector<Entry>, TextHash, std::equal_to<>>;
    struct System {
        Table exact, branches;
        std::size_t longest_branch = 0;
        bool spells_its_hierarchy = false;
    };
    System& system(std::string_view url);
    static void take(const Table& table, std::string_view key, std::string_view system, std::string_view code,
                     std::vector<CodeHit>& hits);

    BySystem<System> systems_;
};

/// Names of things as whole words in a text, whatever the case: "rifampin" in "Rifampin 300 MG Oral Capsule".
class NameIndex {
  public:
    /// \param label  what the authors call what has this name.
    void add(SetId set, std::string_view name, std::string_view label);

    /// Adds to `hits` every name that stands in `text` as whole words, each set once a name.
    void find(std::string_view text, std::vector<CodeHit>& hits) const;

  private:
    struct Name {
        std::vector<std::string> words;
        std::string label;
        std::vector<SetId> sets;
    };
    std::unordered_map<std::string, std::vector<Name>> by_first_word_;
};

/// The orders of the pack by code, and by words where a test has no code.
struct OrderIndex {
    CodeIndex codes;  ///< the set id is the position of the intent
    NameIndex words;
    std::vector<const Order*> orders;  ///< by that position
};

/// The words of `text` in lower case; everything but letters, digits and bytes beyond ASCII separates them.
std::vector<std::string> words_of(std::string_view text);

}  // namespace rules
