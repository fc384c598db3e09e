#include "fhir/versions.hpp"

#include "fhir/date_time.hpp"
#include "fhir/member.hpp"

#include <algorithm>
#include <charconv>
#include <compare>
#include <string_view>
#include <utility>

namespace fhir {
namespace json = boost::json;
namespace {

constexpr std::size_t most_rivals = 8;  // versions of one resource that are compared with each other

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole ? std::optional(number) : std::nullopt;
}

// What a version says of its place among others.
struct Stamp {
    std::optional<DateTime> updated;
    std::optional<std::uint64_t> number;
};

Stamp stamp_of(const Entry& entry) {
    Stamp stamp;
    if (entry.resource) {
        const json::object* meta = member_object(*entry.resource, "meta");
        if (!meta) return stamp;
        stamp.updated = DateTime::parse(member_text(*meta, "lastUpdated"));
        stamp.number = whole_number(member_text(*meta, "versionId"));
        return stamp;
    }
    const json::object* response = entry.deletion ? member_object(*entry.deletion, "response") : nullptr;
    if (!response) return stamp;
    stamp.updated = DateTime::parse(member_text(*response, "lastModified"));
    std::string_view tag = member_text(*response, "etag");  // W/"3"
    tag.remove_prefix(std::min(tag.find('"') + 1, tag.size()));
    stamp.number = whole_number(tag.substr(0, tag.find('"')));
    return stamp;
}

// Whether two resources say the same; when a server last looked at one (meta) is no part of it.
bool say_the_same(const Entry& left, const Entry& right) {
    if (!left.resource || !right.resource) return left.resource == right.resource;
    const auto has_equal = [](const json::object& in, const auto& member) {
        const json::value* other = in.if_contains(member.key());
        return member.key() == "meta" || (other && *other == member.value());
    };
    const auto all_in = [&](const json::object& of, const json::object& in) {
        return std::all_of(of.begin(), of.end(), [&](const auto& member) { return has_equal(in, member); });
    };
    return all_in(*left.resource, *right.resource) && all_in(*right.resource, *left.resource);
}

enum class Order { first_is_newer, second_is_newer, same, unknown };

Order newer_of(const Entry& first, const Entry& second) {
    if (first.resource && first.resource == second.resource) return Order::same;
    const Stamp one = stamp_of(first), two = stamp_of(second);
    if (one.updated && two.updated) {
        const auto order = compare(*one.updated, *two.updated);
        if (order && *order != 0) return *order > 0 ? Order::first_is_newer : Order::second_is_newer;
    }
    if (one.number && two.number && *one.number != *two.number) {
        return *one.number > *two.number ? Order::first_is_newer : Order::second_is_newer;
    }
    if (say_the_same(first, second)) return Order::same;
    if (first.place_in_history && second.place_in_history && *first.place_in_history != *second.place_in_history) {
        return *first.place_in_history < *second.place_in_history ? Order::first_is_newer : Order::second_is_newer;
    }
    return Order::unknown;
}

using Group = std::vector<std::size_t>;  // positions of what is one resource, in the order it came

// Leaves those of `group` that none is known to be newer than; marks the others as old.
void settle(const std::vector<Entry>& entries, const Group& group, std::vector<Version>& versions) {
    Group rivals;
    for (const std::size_t candidate : group) {
        bool is_old = rivals.size() >= most_rivals;
        std::erase_if(rivals, [&](std::size_t rival) {
            const Order order = newer_of(entries[rival], entries[candidate]);
            is_old = is_old || order == Order::first_is_newer || order == Order::same;
            if (order != Order::second_is_newer) return false;
            versions[rival] = Version::old;
            return true;
        });
        if (is_old) {
            versions[candidate] = Version::old;
        } else {
            rivals.push_back(candidate);
        }
    }
    for (const std::size_t rival : rivals) {
        versions[rival] = !entries[rival].resource ? Version::deleted
                          : rivals.size() > 1      ? Version::unknown
                                                   : Version::counts;
    }
}

// Those of one type and id, sorted by where they stand. One that does not say where joins the only place there is.
void settle_places(const std::vector<Entry>& entries, const Group& same_id, std::vector<Version>& versions) {
    std::vector<std::pair<std::string_view, Group>> places;
    for (const std::size_t position : same_id) {
        const std::string_view place = entries[position].full_url;
        const auto known =
            std::find_if(places.begin(), places.end(), [&](const auto& one) { return one.first == place; });
        if (known != places.end()) {
            known->second.push_back(position);
        } else if (places.size() < most_rivals) {
            places.push_back({place, {position}});
        }
    }
    if (places.size() == 2 && (places[0].first.empty() || places[1].first.empty())) {
        Group both = places[0].second;
        both.insert(both.end(), places[1].second.begin(), places[1].second.end());
        std::sort(both.begin(), both.end());
        return settle(entries, both, versions);
    }
    for (const auto& place : places) settle(entries, place.second, versions);
}

// What an entry is known by: its id, else where it stands, which none has in common with an id; and its type.
struct Key {
    std::string_view name;
    bool is_id = false;
    std::string_view type;
    std::size_t position = 0;

    bool is_of_same(const Key& other) const { return name == other.name && is_id == other.is_id && type == other.type; }
    auto operator<=>(const Key&) const = default;
};

}  // namespace

std::vector<Version> sort_versions(const std::vector<Entry>& entries) {
    std::vector<Version> versions(entries.size(), Version::counts);
    std::vector<Key> keys;
    keys.reserve(entries.size());
    for (std::size_t position = 0; position < entries.size(); ++position) {
        const Entry& entry = entries[position];
        if (!entry.resource) versions[position] = Version::deleted;
        const bool has_id = !entry.id.empty();
        const std::string_view name = has_id ? entry.id : entry.full_url;
        if (!name.empty()) keys.push_back({name, has_id, entry.type, position});
    }
    std::sort(keys.begin(), keys.end());
    Group group;
    for (std::size_t first = 0, behind = 1; first < keys.size(); first = behind++) {
        while (behind < keys.size() && keys[behind].is_of_same(keys[first])) ++behind;
        if (behind == first + 1) continue;
        group.clear();
        for (std::size_t i = first; i < behind; ++i) group.push_back(keys[i].position);
        settle_places(entries, group, versions);
    }
    return versions;
}

}  // namespace fhir
