#include "rules/compare/counts.hpp"

#include <algorithm>
#include <utility>

namespace rules {
namespace json = boost::json;

namespace {

constexpr char end_mark = '\x1F';  // of a name; below every character that a name has
constexpr std::size_t deepest = 8;

void put(json::object& tree, std::string_view key, std::uint64_t count) {
    json::object* at = &tree;
    while (true) {
        const std::size_t end = key.find(end_mark);
        const std::string_view name = key.substr(0, end);
        key.remove_prefix(end + 1);
        if (key.empty()) {
            at->emplace(name, static_cast<std::int64_t>(count));
            return;
        }
        json::value& below = at->emplace(name, json::object()).first->value();
        at = &below.get_object();
    }
}

}  // namespace

std::string Counts::key_of(std::initializer_list<std::string_view> path) {
    std::string key;
    for (const std::string_view name : path) {
        key += name;
        key += end_mark;
    }
    return key;
}

void Counts::add(std::initializer_list<std::string_view> path, std::uint64_t count) {
    if (count > 0) counts_[key_of(path)] += count;
}

void Counts::add(const Counts& other) {
    for (const auto& [key, count] : other.counts_) counts_[key] += count;
}

void Counts::add_one_for_each(const Counts& other) {
    for (const auto& [key, count] : other.counts_) ++counts_[key];
}

std::uint64_t Counts::at(std::initializer_list<std::string_view> path) const {
    const auto found = counts_.find(key_of(path));
    return found == counts_.end() ? 0 : found->second;
}

std::vector<std::string> Counts::below(std::initializer_list<std::string_view> path) const {
    const std::string begin = key_of(path);
    std::vector<std::string> names;
    for (const auto& [key, count] : counts_) {
        if (key.starts_with(begin))
            names.push_back(key.substr(begin.size(), key.find(end_mark, begin.size()) - begin.size()));
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

std::uint64_t Counts::sum(std::initializer_list<std::string_view> path) const {
    const std::string begin = key_of(path);
    std::uint64_t sum = 0;
    for (const auto& [key, count] : counts_) sum += key.starts_with(begin) ? count : 0;
    return sum;
}

json::object Counts::as_json() const {
    json::object tree;
    const std::map<std::string, std::uint64_t> sorted(counts_.begin(), counts_.end());
    for (const auto& [key, count] : sorted) put(tree, key, count);
    return tree;
}

namespace {

/// Adds what stands below `begin`; false where something is no count.
bool take(const json::object& tree, const std::string& begin, std::size_t depth,
          std::unordered_map<std::string, std::uint64_t>& counts) {
    if (depth == deepest) return false;
    for (const auto& [name, value] : tree) {
        const std::string key = begin + std::string(name) + end_mark;
        if (const json::object* below = value.if_object()) {
            if (!take(*below, key, depth + 1, counts)) return false;
        } else if (value.is_int64() && value.get_int64() >= 0) {
            counts[key] += static_cast<std::uint64_t>(value.get_int64());
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<Counts> Counts::from_json(const json::object& json) {
    Counts counts;
    return take(json, {}, 0, counts.counts_) ? std::optional(std::move(counts)) : std::nullopt;
}

}  // namespace rules
