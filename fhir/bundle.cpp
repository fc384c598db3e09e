#include "fhir/bundle.hpp"

#include "fhir/element.hpp"
#include "fhir/member.hpp"
#include "fhir/versions.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>

namespace fhir {
namespace json = boost::json;

// Lists the resources of trees, down to the limits.
class Bundle::Reader {
  public:
    Reader(Bundle& bundle, Issues& issues, const BundleLimits& limits)
        : bundle_(bundle), issues_(issues), limits_(limits) {}

    void add(const json::object& tree, std::size_t depth, std::string_view full_url,
             std::optional<std::size_t> place_in_history = {}) {
        const Element element(tree, "Bundle", issues_);
        const std::string_view type = element.text("resourceType");
        if (type.empty()) return element.report("", IssueCode::not_a_resource);
        if (type == "Bundle") return add_entries(element, depth);
        Entry entry = entry_of(tree, full_url);
        entry.place_in_history = place_in_history;
        if (find_member(tree, "id")) Element(tree, type, issues_).text("id");  // says what is wrong with it
        list(element, entry);
    }

  private:
    void add_entries(const Element& bundle, std::size_t depth) {
        if (depth >= limits_.depth) return report_once_too_many(bundle);
        const bool is_history = bundle.text("type") == "history";
        std::size_t place = 0;
        bundle.each("entry", [&](const Element& element) {
            const std::optional<std::size_t> in_history = is_history ? std::optional(place++) : std::nullopt;
            std::optional<Entry> entry = read_entry(element.json());
            // A response to a transaction may say only what became of each entry.
            if (!entry) return element.has("response") ? void() : element.report("resource", IssueCode::missing);
            if (entry->resource) return add(*entry->resource, depth + 1, entry->full_url, in_history);
            entry->place_in_history = in_history;
            list(element, *entry);
        });
    }

    void list(const Element& element, const Entry& entry) {
        if (bundle_.entries_.size() >= limits_.entries) return report_once_too_many(element);
        bundle_.entries_.push_back(entry);
    }

    void report_once_too_many(const Element& element) {
        if (!too_many_) element.report("", IssueCode::too_many);
        too_many_ = true;
    }

    Bundle& bundle_;
    Issues& issues_;
    const BundleLimits& limits_;
    bool too_many_ = false;
};

namespace {

// What a resource is looked up by, what tells most apart first. Equal ones keep the order they came in.
auto id_and_type(const Entry& entry) {
    return std::tie(entry.id, entry.type);
}

using IdAndType = std::tuple<const std::string_view&, const std::string_view&>;

// Orders positions and what is sought among them.
struct IsBefore {
    const std::vector<Entry>& entries;
    bool operator()(std::size_t i, const IdAndType& sought) const { return id_and_type(entries[i]) < sought; }
    bool operator()(const IdAndType& sought, std::size_t i) const { return sought < id_and_type(entries[i]); }
};

// The base URL of a fullUrl that ends in Type/id, with its slash; empty for others.
std::string_view base_of(const Entry& entry) {
    const Reference url = parse_reference(entry.full_url);
    if (url.kind != ReferenceKind::absolute) return {};
    return entry.full_url.substr(0, entry.full_url.size() - url.type.size() - 1 - url.id.size());
}

std::vector<std::size_t> positions(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

}  // namespace

Bundle Bundle::of(const std::vector<const json::object*>& trees, Issues& issues, const BundleLimits& limits) {
    Bundle bundle;
    Reader reader(bundle, issues, limits);
    for (const json::object* tree : trees) reader.add(*tree, 0, {});
    bundle.index(issues);
    return bundle;
}

Bundle Bundle::of(const json::value& tree, Issues& issues, const BundleLimits& limits) {
    if (const json::object* object = tree.if_object()) return of(std::vector{object}, issues, limits);
    issues.push_back({"Bundle", IssueCode::not_a_resource});
    return {};
}

Bundle Bundle::of(std::vector<Entry> entries, Issues& issues) {
    Bundle bundle;
    bundle.entries_ = std::move(entries);
    bundle.index(issues);
    return bundle;
}

void Bundle::index(Issues& issues) {
    const auto sort_by = [this](std::vector<std::size_t>& order, const auto& is_unnamed, const auto& is_before) {
        order = positions(entries_.size());
        std::erase_if(order, [&](std::size_t i) { return is_unnamed(entries_[i]); });
        std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
            return is_before(entries_[left], entries_[right]);
        });
    };
    const auto sort = [&] {
        sort_by(
            by_type_and_id_, [](const Entry& entry) { return entry.id.empty(); },
            [](const Entry& left, const Entry& right) { return id_and_type(left) < id_and_type(right); });
        sort_by(
            by_full_url_, [](const Entry& entry) { return entry.full_url.empty(); },
            [](const Entry& left, const Entry& right) { return left.full_url < right.full_url; });
    };
    sort();
    if (leave_what_counts(issues)) sort();
}

// Leaves out what another version makes old. \returns whether anything may have been left out: each entry is looked at
// only if two of them may be one resource, or one was deleted.
bool Bundle::leave_what_counts(Issues& issues) {
    const auto has_twice = [this](const std::vector<std::size_t>& order, const auto& are_same) {
        return std::adjacent_find(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
                   return are_same(entries_[left], entries_[right]);
               }) != order.end();
    };
    const bool has_rivals =
        has_twice(by_type_and_id_,
                  [](const Entry& left, const Entry& right) { return id_and_type(left) == id_and_type(right); }) ||
        has_twice(by_full_url_, [](const Entry& left, const Entry& right) { return left.full_url == right.full_url; });
    const bool has_deletions =
        std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.resource; });
    for (Entry& entry : entries_) entry.versions_differ = false;
    if (!has_rivals && !has_deletions) return false;
    const std::vector<Version> versions = sort_versions(entries_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        entries_[i].versions_differ = versions[i] == Version::unknown;
        if (versions[i] == Version::old) issues.push_back({std::string(entry.type), IssueCode::duplicate});
        if (versions[i] == Version::old || versions[i] == Version::deleted) continue;
        if (entry.versions_differ) issues.push_back({std::string(entry.type), IssueCode::versions_differ});
        if (kept != i) entries_[kept] = entry;
        ++kept;
    }
    entries_.resize(kept);
    return true;
}

const Entry* Bundle::find(std::string_view type, std::string_view id) const {
    const auto found =
        std::lower_bound(by_type_and_id_.begin(), by_type_and_id_.end(), std::tie(id, type), IsBefore{entries_});
    if (found == by_type_and_id_.end() || id_and_type(entries_[*found]) != std::tie(id, type)) return nullptr;
    return &entries_[*found];
}

const Entry* Bundle::at(std::string_view full_url) const {
    const auto found =
        std::lower_bound(by_full_url_.begin(), by_full_url_.end(), full_url,
                         [this](std::size_t i, std::string_view sought) { return entries_[i].full_url < sought; });
    return found == by_full_url_.end() || entries_[*found].full_url != full_url ? nullptr : &entries_[*found];
}

// Of this type and id, without a fullUrl: it may stand anywhere.
const Entry* Bundle::without_place(std::string_view type, std::string_view id) const {
    const auto range =
        std::equal_range(by_type_and_id_.begin(), by_type_and_id_.end(), std::tie(id, type), IsBefore{entries_});
    const auto found =
        std::find_if(range.first, range.second, [this](std::size_t i) { return entries_[i].full_url.empty(); });
    return found == range.second ? nullptr : &entries_[*found];
}

// Of this type and id, if all entries of them are one resource.
const Entry* Bundle::only(std::string_view type, std::string_view id) const {
    const auto range =
        std::equal_range(by_type_and_id_.begin(), by_type_and_id_.end(), std::tie(id, type), IsBefore{entries_});
    if (range.first == range.second) return nullptr;
    const std::string_view place = entries_[*range.first].full_url;
    const bool is_one =
        std::all_of(range.first, range.second, [&](std::size_t i) { return entries_[i].full_url == place; });
    return is_one ? &entries_[*range.first] : nullptr;
}

const Entry* Bundle::resolve(const Reference& reference, const Entry* from) const {
    switch (reference.kind) {
        case ReferenceKind::urn:
            return at(reference.reference);
        case ReferenceKind::absolute: {
            const Entry* exact = at(without_version(reference.reference));
            return exact ? exact : without_place(reference.type, reference.id);
        }
        case ReferenceKind::relative: {
            const std::string_view base = from ? base_of(*from) : std::string_view();
            if (base.empty()) return only(reference.type, reference.id);
            const Entry* beside = at(std::string(base).append(reference.type).append("/").append(reference.id));
            return beside ? beside : without_place(reference.type, reference.id);
        }
        case ReferenceKind::none:
        case ReferenceKind::contained:
        case ReferenceKind::other:
            return nullptr;
    }
    return nullptr;
}

const json::object* contained_in(const json::object& resource, std::string_view id) {
    const json::value* member = resource.if_contains("contained");
    const json::array* list = member ? member->if_array() : nullptr;
    if (!list || id.empty()) return nullptr;
    for (const json::value& element : *list) {
        const json::object* contained = element.if_object();
        const json::value* own_id = contained ? contained->if_contains("id") : nullptr;
        if (own_id && text_of(*own_id) == id) return contained;
    }
    return nullptr;
}

namespace {

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

boost::system::result<std::vector<json::value>, JsonError> parse_resources(std::string_view text,
                                                                           json::storage_ptr storage,
                                                                           const JsonLimits& limits) {
    std::vector<json::value> values;
    auto whole = parse_json(text, storage, JsonDialect::strict, limits);
    if (whole) {
        values.push_back(std::move(*whole));
        return values;
    }
    // NDJSON is what has a complete value on its first line that is not blank.
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        if (!is_blank(line)) {
            auto value = parse_json(line, storage, JsonDialect::strict, limits);
            if (!value && values.empty()) return whole.error();
            if (!value) return JsonError{value.error().code, value.error().offset + begin, value.error().message};
            values.push_back(std::move(*value));
        }
        begin = end + 1;
    }
    return values.empty() ? boost::system::result<std::vector<json::value>, JsonError>(whole.error())
                          : boost::system::result<std::vector<json::value>, JsonError>(std::move(values));
}

}  // namespace fhir
