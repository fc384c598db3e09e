#include "fhir/value_set.hpp"
#include "rules/pack/readers.hpp"

namespace rules {

namespace {

// What FHIR requires, fhir::ValueSet::read reports; these tables add what we require, and find misspelt members.
constexpr Field value_set_fields[] = {{"resourceType"},
                                      {"id"},
                                      {"meta", kind::object},
                                      {"url"},
                                      {"identifier", kind::list},
                                      {"version"},
                                      {"name"},
                                      {"title", kind::text, true},
                                      {"status", kind::text, true},
                                      {"experimental", kind::boolean},
                                      {"date"},
                                      {"publisher"},
                                      {"contact", kind::list},
                                      {"description"},
                                      {"useContext", kind::list},
                                      {"jurisdiction", kind::list},
                                      {"immutable", kind::boolean},
                                      {"purpose"},
                                      {"copyright"},
                                      {"extension", kind::list},
                                      {"compose", kind::object}};
constexpr Form value_set_form = {"a ValueSet", value_set_fields};

constexpr Field compose_fields[] = {{"lockedDate"},
                                    {"inactive", kind::boolean},
                                    {"include", kind::list, false, kind::object},
                                    {"exclude", kind::list, false, kind::object}};
constexpr Form compose_form = {"\"compose\"", compose_fields};

constexpr Field include_fields[] = {{"system"},
                                    {"version"},
                                    {"concept", kind::list, false, kind::object},
                                    {"filter", kind::list, false, kind::object},
                                    {"extension", kind::list}};
constexpr Form include_form = {"an include of a ValueSet", include_fields};

constexpr Field concept_fields[] = {{"code"}, {"display"}, {"designation", kind::list}, {"extension", kind::list}};
constexpr Form concept_form = {"a concept", concept_fields};

constexpr Field filter_fields[] = {{"property"}, {"op"}, {"value"}};
constexpr Form filter_form = {"a filter", filter_fields};

void check_part(const Node& node) {
    const Object part(node, include_form);
    for (const Node& concept_node : part.list("concept")) Object(concept_node, concept_form);
    for (const Node& filter : part.list("filter")) Object(filter, filter_form);
}

// Walks down an RFC 6901 pointer as far as it leads.
Node node_at(Node node, std::string_view pointer) {
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const std::string token(pointer.substr(0, pointer.find('/')));
        pointer.remove_prefix(token.size());
        std::optional<Node> next = node.member(token);
        if (!next && node.is(kind::list)) {
            const std::vector<Node> elements = node.elements();
            const std::size_t index = std::stoul(token);
            if (index < elements.size()) next = elements[index];
        }
        if (!next) return node;
        node = std::move(*next);
    }
    return node;
}

}  // namespace

std::optional<fhir::ValueSet> read_value_set(const Node& node) {
    const Object object(node, value_set_form);
    if (const auto compose_node = object.at("compose")) {
        const Object compose(*compose_node, compose_form);
        for (const Node& include : compose.list("include")) check_part(include);
        for (const Node& exclude : compose.list("exclude")) check_part(exclude);
    }
    auto value_set = fhir::ValueSet::read(node.value());
    if (value_set) return std::move(*value_set);
    for (const fhir::ValueSetError& error : value_set.error()) {
        node_at(node, error.pointer).error("value-set", std::string(error.message) + '.');
    }
    return std::nullopt;
}

}  // namespace rules
