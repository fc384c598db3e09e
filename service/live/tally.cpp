#include "service/live/tally.hpp"

#include <algorithm>
#include <iterator>

namespace service {

void Tally::add(const CallCounts& call, std::int64_t day) {
    const ScopeOf<std::string_view> wanted{day, call.digest, call.service, call.client};
    auto scope = scopes_.find(wanted);
    if (scope == scopes_.end()) {
        Scope made{day, std::string(call.digest), std::string(call.service), std::string(call.client)};
        scope = scopes_.emplace(std::move(made), Cells()).first;
    }
    for (const Count& count : call.counts) {
        Cell* cell = cell_of(scope->second, count);
        if (cell != nullptr) {
            cell->counted += count.count;
        } else {
            lost_ += count.count;
        }
    }
}

/// Null: there is no room for another name.
Tally::Cell* Tally::cell_of(Cells& cells, const Count& count) {
    std::string_view key = count.key;
    auto found = cells.by_name.find(NameOf<std::string_view>{count.kind, count.rule, key});
    if (found != cells.by_name.end()) return &found->second;
    if (count.kind == CountKind::unseen && cells.unseen >= most_unseen_names) {
        key = more_names;
        found = cells.by_name.find(NameOf<std::string_view>{count.kind, count.rule, key});
        if (found != cells.by_name.end()) return &found->second;
    }
    if (names_ == most_names) return nullptr;
    ++names_;
    if (count.kind == CountKind::unseen) ++cells.unseen;
    NameOf<std::string> name{count.kind, std::string(count.rule), std::string(key)};
    return &cells.by_name.emplace(std::move(name), Cell()).first->second;
}

std::vector<TallyLine> Tally::take(std::uint64_t Cell::*upto) {
    std::vector<TallyLine> lines;
    for (auto& [scope, cells] : scopes_) {
        for (auto& [name, cell] : cells.by_name) {
            const std::uint64_t more = cell.counted - cell.*upto;
            if (more == 0) continue;
            cell.*upto = cell.counted;
            lines.push_back({scope.day, scope.digest, scope.service, scope.client, name.rule,
                             std::string(name_of(name.kind)), name.key, more});
        }
    }
    return lines;
}

std::vector<TallyLine> Tally::take(std::int64_t today) {
    std::vector<TallyLine> lines = take(&Cell::taken);
    std::ranges::sort(lines);
    for (auto scope = scopes_.begin(); scope != scopes_.end();) {
        const auto& cells = scope->second.by_name;
        const bool all_shown =
            std::ranges::all_of(cells, [](const auto& one) { return one.second.shown == one.second.counted; });
        // Metrics that nobody asks for hold nothing for longer than a day.
        const bool is_over = scope->first.day < (all_shown ? today : today - 1);
        if (is_over) names_ -= cells.size();
        scope = is_over ? scopes_.erase(scope) : std::next(scope);
    }
    return lines;
}

std::vector<TallyLine> Tally::take_for_metrics() {
    return take(&Cell::shown);
}

}  // namespace service
