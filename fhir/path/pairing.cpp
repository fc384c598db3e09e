#include "fhir/path/pairing.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace fhir::path {
namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

class Pairing {
  public:
    Pairing(const std::vector<Pairable>& left, const std::vector<Pairable>& right, const PairingQuestions& questions)
        : left_(left),
          right_(right),
          questions_(questions),
          partner_of_left_(left.size(), nobody),
          partner_of_right_(right.size(), nobody),
          seen_in_(right.size(), nobody),
          reached_from_(right.size(), nobody) {}

    bool all() {
        const std::vector<std::size_t> left_over = pair_the_same();
        const auto is_settled = [this](std::size_t item) { return left_[item].is_settled; };
        if (std::any_of(left_over.begin(), left_over.end(), is_settled)) return false;
        if (left_over.empty()) return true;
        for (std::size_t item = 0; item < right_.size(); ++item) {
            for (const std::size_t place : right_[item].stands) standing_.emplace(place, item);
        }
        return std::all_of(left_over.begin(), left_over.end(), [this](std::size_t item) { return find_way(item); });
    }

  private:
    using Table = std::unordered_multimap<std::size_t, std::size_t>;

    // Pairs what shares `exact`. Returns who is left over.
    std::vector<std::size_t> pair_the_same() {
        Table free;
        for (std::size_t item = right_.size(); item-- > 0;) free.emplace(right_[item].exact, item);
        std::vector<std::size_t> left_over;
        for (std::size_t item = 0; item < left_.size(); ++item) {
            const auto found = first_that_fits(free, item);
            if (found == free.end()) {
                left_over.push_back(item);
                continue;
            }
            partner_of_left_[item] = found->second;
            partner_of_right_[found->second] = item;
            free.erase(found);
        }
        return left_over;
    }

    // Among those that share `exact`. equal_range() would walk over all of them first, and they may be all that there
    // are.
    Table::iterator first_that_fits(Table& free, std::size_t item) {
        const std::size_t exact = left_[item].exact;
        for (auto place = free.find(exact); place != free.end() && place->first == exact; ++place) {
            if (!questions_.go_on()) return free.end();
            if (questions_.fits(item, place->second)) return place;
        }
        return free.end();
    }

    // A partner for `start`, if need be by giving those that have one another: an augmenting path, searched in breadth.
    bool find_way(std::size_t start) {
        std::vector<std::size_t> queue{start};
        for (std::size_t next = 0; next < queue.size(); ++next) {
            for (const std::size_t place : left_[queue[next]].looks) {
                for (auto other = standing_.find(place); other != standing_.end() && other->first == place; ++other) {
                    if (!questions_.go_on()) return false;
                    if (seen_in_[other->second] == start || !questions_.fits(queue[next], other->second)) continue;
                    seen_in_[other->second] = start;
                    reached_from_[other->second] = queue[next];
                    if (partner_of_right_[other->second] == nobody) return take_way(start, other->second);
                    queue.push_back(partner_of_right_[other->second]);
                }
            }
        }
        return false;
    }

    bool take_way(std::size_t start, std::size_t last) {
        for (std::size_t right = last;;) {
            const std::size_t left = reached_from_[right];
            const std::size_t freed = std::exchange(partner_of_left_[left], right);
            partner_of_right_[right] = left;
            if (left == start) return true;
            right = freed;
        }
    }

    const std::vector<Pairable>& left_;
    const std::vector<Pairable>& right_;
    const PairingQuestions& questions_;
    std::vector<std::size_t> partner_of_left_;
    std::vector<std::size_t> partner_of_right_;
    std::vector<std::size_t> seen_in_;  // the search that has reached an item of the right
    std::vector<std::size_t> reached_from_;
    Table standing_;
};

}  // namespace

bool can_be_paired(const std::vector<Pairable>& left, const std::vector<Pairable>& right,
                   const PairingQuestions& questions) {
    return Pairing(left, right, questions).all();
}

}  // namespace fhir::path
