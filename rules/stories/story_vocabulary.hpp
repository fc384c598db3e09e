// The names that a story may use, taken from the pack itself: displays of its value sets, titles of its analytes and of
// their kinds, labels of its orders. Capitals do not matter. Borrows the pack.
#pragma once

#include "rules/pack/pack.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// What kind of entry in the record a name stands for.
enum class World { condition, result, medication, procedure, observation, order };

/// What a name stands for in one world.
struct Meaning {
    World world = World::condition;
    Coding coding;                     ///< of all but order; of a result only if the code belongs to no analyte
    const Analyte* analyte = nullptr;  ///< result
    std::vector<std::string> kinds;    ///< result: the kinds of that title, the unit decides between them
    const Order* order = nullptr;      ///< order
    const Fact* fact = nullptr;        ///< observation: the fact that looks at it, whose "values" are the answers
};

class Vocabulary {
  public:
    explicit Vocabulary(const Pack& pack);

    struct Match {
        std::size_t length = 0;  ///< of the name, in bytes of the text; 0: no name
        const std::vector<Meaning>* meanings = nullptr;
    };
    /// The longest name that `text` begins with and that ends there at a space, a comma, a colon or the text's end.
    Match longest_name(std::string_view text) const;

    /// The route of administration of that name in any "routes" of a fact: "oral".
    std::optional<Coding> route(std::string_view name) const;
    /// The answer of that name among the values that the fact of `meaning` looks for.
    std::optional<Coding> answer(const Meaning& meaning, std::string_view name) const;

    /// The names of all those answers.
    std::vector<std::string_view> answers(const Meaning& meaning) const;

    /// All names of one world, or of every world; for proposing the nearest right one.
    std::vector<std::string_view> names(std::optional<World> world = std::nullopt) const;

  private:
    void add(const std::string& name, Meaning meaning);
    void add_value_set(const std::string& id, World world, const Fact* fact);
    void add_results(const Analyte& analyte);
    void add_value_sets_of_no_fact();

    const Pack* pack_;
    std::map<std::string, std::vector<Meaning>> meanings_;  ///< by name in small letters
    std::map<std::string, Coding> routes_;
    std::vector<std::string> used_value_sets_;
};

/// `text` with A-Z in small letters.
std::string small_letters(std::string_view text);

}  // namespace rules
