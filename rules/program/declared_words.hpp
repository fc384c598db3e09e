// The words that expressions may compare with: a band is called as some ruleset calls it, a mark as its analyte does. A
// comparison with any other word is never true, and its rule would be silent for ever.
#pragma once

#include "fhir/path/path.hpp"
#include "rules/pack/pack.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// A text in an expression that is compared with what can never hold it.
struct UnknownWord {
    std::string word;
    std::string subject;     ///< "\"band\" of %b12", "%param.b12.ruleset"
    std::size_t offset = 0;  ///< of the text, in the expression
    std::set<std::string> known;
};

class DeclaredWords {
  public:
    explicit DeclaredWords(const Pack& pack);

    /// Follows =, !=, ~, !~, in and contains between a text and a member of a result or an item, %sex, or a parameter
    /// that is a code. Members whose words nobody declares (label, text, status) can hold anything.
    std::vector<UnknownWord> unknown_in(const fhir::path::Expression& expression) const;

  private:
    class Walk;

    void add_analyte(const Analyte& analyte);
    void add(const std::string& fact, const std::string& member, std::string_view word);
    const std::set<std::string>* of(const std::string& fact, const std::string& member) const;

    // By fact and member; the fact is empty for what any of them can be.
    std::map<std::pair<std::string, std::string>, std::set<std::string>> words_;
};

}  // namespace rules
