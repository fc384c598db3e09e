// A card that survived, put together: the same parts in the same order on every card.
#pragma once

#include "rules/run/policy.hpp"

#include <string>
#include <vector>

namespace rules {

class CardBuilder {
  public:
    /// Borrowed.
    explicit CardBuilder(Judge& judge) : judge_(judge), run_(judge.run()) {}

    /// \param guests  candidates whose offer stands on this card.
    Card build(const Candidate& candidate, const std::vector<const Candidate*>& guests, const Unknowns& unknowns);

    /// The card `data-unavailable`: `missing` could not be had, so that advice on `advice` may be missing.
    Card build_unavailable(SourceSet missing, const std::vector<std::string>& advice);

  private:
    std::vector<std::string> filled(const std::vector<CompiledLine>& lines);
    void add_texts(const CompiledCard& form, Card& card);
    void add_cautions(const std::vector<CompiledLine>& lines, Card& card);
    void add_inputs(const Candidate& candidate, Card& card);
    void add_links(const Candidate& candidate, Card& card);
    void finish(Card& card) const;
    // card_gaps.cpp
    std::vector<std::string> missing_for(const Candidate& candidate, const Unknowns& unknowns);
    std::vector<std::string> describe_missing(SourceSet missing);
    void say_why_not_offered(SourceSet missing, std::vector<std::string>& lines);
    void add_newer_results(const Candidate& candidate, std::vector<std::string>& missing);
    void add_unreadable(const Candidate& candidate, Card& card);
    void add_left_out(const Candidate& candidate, Card& card);
    void add_found_by_words(Card& card);
    // card_offer.cpp
    std::optional<Proposal> propose(const Candidate& candidate, std::vector<std::string>& missing);
    bool waits_in_vain(const Candidate& candidate, std::vector<std::string>& missing);
    bool is_wanted(const CompiledSuggestion& form, const Candidate& candidate, std::vector<std::string>& missing);
    /// Whether all that the suggestion takes away can be named; half of a change would leave both orders standing.
    bool take_away(const CompiledSuggestion& form, Proposal& proposal, std::vector<std::string>& missing);
    void add_order(const Order& order, const std::optional<CompiledExpression>& reason, Proposal& proposal);
    void add_reasons(const CompiledExpression& reason, Proposal::Create& create);

    Judge& judge_;
    Run& run_;
};

}  // namespace rules
