#include "fhir/bundle.hpp"

#include "fhir/element.hpp"

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

    void add(const json::object& tree, std::size_t depth, std::string_view full_url) {
        const Element element(tree, "Bundle", issues_);
        const std::string_view type = element.text("resourceType");
        if (type.empty()) return element.report("", IssueCode::not_a_resource);
        if (type == "Bundle") return add_entries(element, depth);
        if (bundle_.entries_.size() >= limits_.entries) return report_once_too_many(element);
        bundle_.entries_.push_back({&tree, type, Element(tree, type, issues_).text("id"), full_url});
    }

  private:
    void add_entries(const Element& bundle, std::size_t depth) {
        if (depth >= limits_.depth) return report_once_too_many(bundle);
        bundle.each("entry", [&](const Element& entry) {
            const std::optional<Element> resource = entry.child("resource");
            // A response to a transaction may say only what became of each entry.
            if (!resource) return entry.has("response") ? void() : entry.report("resource", IssueCode::missing);
            const std::string_view url = entry.text("fullUrl");
            add(resource->json(), depth + 1, url.substr(0, url.rfind("/_history/")));
        });
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

// What a resource is looked up by. Equal ones keep the order they came in.
auto type_and_id(const Entry& entry) {
    return std::tie(entry.type, entry.id);
}

// Whether these two of the same type and id are one resource: the same place, or a place is not said.
bool is_same_place(const Entry& left, const Entry& right) {
    return left.full_url.empty() || right.full_url.empty() || left.full_url == right.full_url;
}

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

void Bundle::index(Issues& issues) {
    const auto sorted_by_type_and_id = [this] {
        std::vector<std::size_t> order = positions(entries_.size());
        std::erase_if(order, [this](std::size_t i) { return entries_[i].id.empty(); });
        std::stable_sort(order.begin(), order.end(), [this](std::size_t left, std::size_t right) {
            return type_and_id(entries_[left]) < type_and_id(entries_[right]);
        });
        return order;
    };
    by_type_and_id_ = sorted_by_type_and_id();
    std::vector<std::size_t> twice;
    for (std::size_t i = 1; i < by_type_and_id_.size(); ++i) {
        const Entry& first = entries_[by_type_and_id_[i - 1]];
        const Entry& second = entries_[by_type_and_id_[i]];
        if (type_and_id(first) == type_and_id(second) && is_same_place(first, second))
            twice.push_back(by_type_and_id_[i]);
    }
    if (!twice.empty()) {
        for (const std::size_t i : twice) {
            issues.push_back({std::string(entries_[i].type), IssueCode::duplicate});
            entries_[i].resource = nullptr;
        }
        std::erase_if(entries_, [](const Entry& entry) { return entry.resource == nullptr; });
        by_type_and_id_ = sorted_by_type_and_id();
    }
    by_full_url_ = positions(entries_.size());
    std::erase_if(by_full_url_, [this](std::size_t i) { return entries_[i].full_url.empty(); });
    std::stable_sort(by_full_url_.begin(), by_full_url_.end(), [this](std::size_t left, std::size_t right) {
        return entries_[left].full_url < entries_[right].full_url;
    });
}

const Entry* Bundle::find(std::string_view type, std::string_view id) const {
    const auto found =
        std::lower_bound(by_type_and_id_.begin(), by_type_and_id_.end(), std::tie(type, id),
                         [this](std::size_t i, const auto& sought) { return type_and_id(entries_[i]) < sought; });
    if (found == by_type_and_id_.end() || type_and_id(entries_[*found]) != std::tie(type, id)) return nullptr;
    return &entries_[*found];
}

const Entry* Bundle::resolve(const Reference& reference, const Entry* from) const {
    const auto at = [this](std::string_view url) -> const Entry* {
        const auto found =
            std::lower_bound(by_full_url_.begin(), by_full_url_.end(), url,
                             [this](std::size_t i, std::string_view sought) { return entries_[i].full_url < sought; });
        return found == by_full_url_.end() || entries_[*found].full_url != url ? nullptr : &entries_[*found];
    };
    switch (reference.kind) {
        case ReferenceKind::urn:
            return at(reference.reference);
        case ReferenceKind::absolute: {
            const Entry* exact = at(reference.reference.substr(0, reference.reference.rfind("/_history/")));
            const Entry* same_id = exact ? nullptr : find(reference.type, reference.id);
            return same_id && same_id->full_url.empty() ? same_id : exact;
        }
        case ReferenceKind::relative: {
            const std::string_view base = from ? base_of(*from) : std::string_view();
            const Entry* beside = nullptr;
            if (!base.empty()) {
                beside = at(std::string(base).append(reference.type).append("/").append(reference.id));
            }
            return beside ? beside : find(reference.type, reference.id);
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
