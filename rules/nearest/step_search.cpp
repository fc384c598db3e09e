#include "rules/nearest/step_search.hpp"

#include <algorithm>
#include <cstdlib>

namespace rules {
namespace {

class Search {
  public:
    Search(const ShownRules& shown, const LookAtStep& look) : shown_(shown), look_(look) { seen_.emplace(0, shown); }

    std::vector<Flip> run(const std::vector<long>& candidates) {
        long before = 0;
        for (const long step : candidates) {
            const auto now = at(step);
            if (!now) break;
            for (const std::string& rule : flipped(*now)) {
                if (!known_.insert(rule).second) continue;
                if (const auto nearest = between(before, step, rule)) {
                    flips_.push_back({rule, *nearest, !shown_.contains(rule)});
                }
            }
            before = step;
        }
        return std::move(flips_);
    }

  private:
    std::vector<std::string> flipped(const ShownRules& now) const {
        std::vector<std::string> rules;
        for (const std::string& rule : now) {
            if (!shown_.contains(rule)) rules.push_back(rule);
        }
        for (const std::string& rule : shown_) {
            if (!now.contains(rule)) rules.push_back(rule);
        }
        return rules;
    }

    const std::optional<ShownRules>& at(long step) {
        const auto found = seen_.find(step);
        return found != seen_.end() ? found->second : seen_.emplace(step, look_(step)).first->second;
    }

    /// Precondition: the card of `rule` flips at `there` and not at `here`.
    std::optional<long> between(long here, long there, const std::string& rule) {
        while (std::labs(there - here) > 1) {
            const long middle = here + (there - here) / 2;
            const auto& now = at(middle);
            if (!now) return std::nullopt;
            (now->contains(rule) != shown_.contains(rule) ? there : here) = middle;
        }
        return there;
    }

    const ShownRules& shown_;
    const LookAtStep& look_;
    std::map<long, std::optional<ShownRules>> seen_;
    std::set<std::string> known_;
    std::vector<Flip> flips_;
};

}  // namespace

std::vector<long> of_sign(const std::set<long>& steps, bool is_up) {
    std::vector<long> list;
    for (const long step : steps) {
        if (step != 0 && (step > 0) == is_up) list.push_back(step);
    }
    if (!is_up) std::ranges::reverse(list);
    return list;
}

std::vector<Flip> smallest_flips(const ShownRules& shown, const std::vector<long>& candidates, const LookAtStep& look) {
    return Search(shown, look).run(candidates);
}

}  // namespace rules
