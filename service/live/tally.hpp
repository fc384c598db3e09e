// Counts in memory until they are stored: additive, by day and names of ours. No thread and no clock; the owner locks.
#pragma once

#include "service/observe/call_counts.hpp"
#include "service/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace service {

class Tally {
  public:
    static constexpr std::size_t most_names = 50'000;      ///< that are counted apart; counts under others are lost
    static constexpr std::size_t most_unseen_names = 200;  ///< of a day, digest, service and client; then "more"
    static constexpr std::string_view more_names = "more";

    /// \param day  since 1970-01-01, in UTC.
    void add(const CallCounts& call, std::int64_t day);

    /// What was counted since the last take(), sorted. Names of days before `today` that are of no further use go.
    std::vector<TallyLine> take(std::int64_t today);

    /// The same for a second reader, whom take() does not concern.
    std::vector<TallyLine> take_for_metrics();

    /// How many counts found no room.
    std::uint64_t lost() const { return lost_; }

  private:
    struct Cell {
        std::uint64_t counted = 0, taken = 0, shown = 0;
    };
    struct Less {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A& a, const B& b) const {
            return a.tied() < b.tied();
        }
    };
    template <typename Text>
    struct ScopeOf {
        std::int64_t day = 0;
        Text digest, service, client;
        auto tied() const {
            return std::tuple(day, std::string_view(digest), std::string_view(service), std::string_view(client));
        }
    };
    template <typename Text>
    struct NameOf {
        CountKind kind = CountKind::call;
        Text rule, key;
        auto tied() const { return std::tuple(kind, std::string_view(rule), std::string_view(key)); }
    };
    using Scope = ScopeOf<std::string>;
    struct Cells {
        std::map<NameOf<std::string>, Cell, Less> by_name;
        std::size_t unseen = 0;
    };

    Cell* cell_of(Cells& cells, const Count& count);
    std::vector<TallyLine> take(std::uint64_t Cell::*upto);

    std::map<Scope, Cells, Less> scopes_;
    std::size_t names_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace service
