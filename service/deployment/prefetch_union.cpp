#include "service/deployment/prefetch_union.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace service {

namespace {

using Values = std::vector<std::string_view>;

Values parts_of(std::string_view text, char between) {
    Values parts;
    while (!text.empty()) {
        const auto end = text.find(between);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

/// A query taken apart; borrows its text. Values of one parameter are alternatives (FHIR R4, 3.1.1.4.20).
struct Query {
    std::string_view path;
    std::vector<std::pair<std::string_view, Values>> parameters;

    explicit Query(std::string_view text) : path(text.substr(0, text.find('?'))) {
        if (path.size() == text.size()) return;
        for (const std::string_view parameter : parts_of(text.substr(path.size() + 1), '&')) {
            const auto equals = std::min(parameter.find('='), parameter.size());
            const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
            parameters.emplace_back(parameter.substr(0, equals), parts_of(value, ','));
        }
    }

    const Values* find(std::string_view name) const {
        const auto found = std::ranges::find(parameters, name, [](const auto& one) { return one.first; });
        return found == parameters.end() ? nullptr : &found->second;
    }
};

/// Whether a parameter leaves resources out; `_sort` and `_count` do not.
bool is_filter(std::string_view name) {
    return !name.starts_with('_');
}

void add_missing(Values& to, const Values& more) {
    for (const std::string_view value : more) {
        if (std::ranges::find(to, value) == to.end()) to.push_back(value);
    }
}

std::string united_query(const std::string& first, const std::string& second) {
    const Query one(first), other(second);
    std::string query(one.path);
    char between = '?';
    for (const auto& [name, values] : one.parameters) {
        const Values* beside = other.find(name);
        // What one of the two does not filter by, their union does not.
        if (beside == nullptr && is_filter(name)) continue;
        Values all = values;
        if (beside != nullptr && is_filter(name)) add_missing(all, *beside);
        query.append(1, between).append(name).append("=");
        for (std::size_t i = 0; i < all.size(); ++i) query.append(i == 0 ? "" : ",").append(all[i]);
        between = '&';
    }
    return query;
}

}  // namespace

std::vector<rules::PrefetchTemplate> united(const std::vector<rules::PrefetchTemplate>& first,
                                            const std::vector<rules::PrefetchTemplate>& second) {
    std::vector<rules::PrefetchTemplate> all = first;
    for (const rules::PrefetchTemplate& more : second) {
        const auto same = std::ranges::find(all, more.key, &rules::PrefetchTemplate::key);
        if (same == all.end()) {
            all.push_back(more);
        } else {
            if (same->query != more.query) same->query = united_query(same->query, more.query);
            same->required = same->required || more.required;
        }
    }
    return all;
}

bool covers(const rules::PrefetchTemplate& asked, const rules::PrefetchTemplate& needed) {
    if (asked.query == needed.query) return true;
    const Query wide(asked.query), narrow(needed.query);
    if (wide.path != narrow.path) return false;
    return std::ranges::all_of(wide.parameters, [&](const auto& parameter) {
        const auto& [name, values] = parameter;
        if (!is_filter(name)) return true;
        const Values* wanted = narrow.find(name);
        return wanted != nullptr && std::ranges::all_of(*wanted, [&values = values](std::string_view value) {
                   return std::ranges::find(values, value) != values.end();
               });
    });
}

bool covers(const std::vector<rules::PrefetchTemplate>& asked, const rules::PrefetchTemplate& needed) {
    const auto same = std::ranges::find(asked, needed.key, &rules::PrefetchTemplate::key);
    return same != asked.end() && covers(*same, needed);
}

}  // namespace service
