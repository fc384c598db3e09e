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
    for (const Node& concept_node : part.list("concept")) {
        const Object concept_object(concept_node, concept_form);
        if (const auto code = concept_object.at("code")) check_signs(*code);
    }
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

// What word processors and web pages put for a space (U+00A0, U+200B to U+200F, U+202F, U+FEFF) or a dash (U+2010 to
// U+2015, U+2212), and what was meant.
struct CopiedSign {
    std::string_view sign, meant;
};
constexpr CopiedSign copied_signs[] = {
    {"\xC2\xA0", " "},     {"\xE2\x80\x8B", ""},  {"\xE2\x80\x8C", ""},  {"\xE2\x80\x8D", ""},  {"\xE2\x80\x8E", ""},
    {"\xE2\x80\x8F", ""},  {"\xE2\x80\xAF", " "}, {"\xEF\xBB\xBF", ""},  {"\xE2\x80\x90", "-"}, {"\xE2\x80\x91", "-"},
    {"\xE2\x80\x92", "-"}, {"\xE2\x80\x93", "-"}, {"\xE2\x80\x94", "-"}, {"\xE2\x80\x95", "-"}, {"\xE2\x88\x92", "-"}};

std::string as_meant(std::string code) {
    for (const CopiedSign& copied : copied_signs) {
        for (std::size_t at = code.find(copied.sign); at != std::string::npos; at = code.find(copied.sign, at)) {
            code.replace(at, copied.sign.size(), copied.meant);
        }
    }
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t begin = code.find_first_not_of(blank);
    return begin == std::string::npos ? "" : code.substr(begin, code.find_last_not_of(blank) + 1 - begin);
}

}  // namespace

void check_signs(const Node& code) {
    const std::string written = code.text();
    const std::string meant = as_meant(written);
    if (written == meant) return;
    code.error("code-sign", "\"" + written + "\" has a space before or behind it, or a sign that no code has.",
               meant.empty() ? "Write the code." : "Write \"" + meant + "\".");
}

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
