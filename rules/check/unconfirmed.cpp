#include "rules/check/unconfirmed.hpp"

#include "fhir/json_text.hpp"
#include "fhir/value_set.hpp"
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <cctype>

namespace rules {
namespace json = boost::json;

namespace {

bool says_unconfirmed(const json::object& object) {
    const json::value* remark = object.if_contains("confirmed");
    if (remark && remark->is_bool()) return !remark->get_bool();
    const json::value* extensions = object.if_contains("extension");
    const json::array* list = extensions ? extensions->if_array() : nullptr;
    if (!list) return false;
    return std::any_of(list->begin(), list->end(), [](const json::value& extension) {
        const json::object* one = extension.if_object();
        const json::value* url = one ? one->if_contains("url") : nullptr;
        const json::value* value = one ? one->if_contains("valueBoolean") : nullptr;
        return url && fhir::text_of(*url) == fhir::confirmed_extension && value && *value == false;
    });
}

// What is not confirmed: the code, or else the name that it has in its file.
std::string unconfirmed_thing(const Node& node) {
    const auto code = node.member("code") ? node.member("code") : node.member("loinc");
    if (code) return code->text();
    const std::string pointer = node.place().pointer;
    const std::string name = pointer.substr(pointer.rfind('/') + 1);
    const bool is_position = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); });
    return is_position ? std::string() : name;
}

void list_unconfirmed(const Node& node, std::size_t depth, Diagnostics& findings) {
    constexpr std::size_t deepest = 64;
    if (depth == deepest) return;
    if (const json::object* object = node.value().if_object()) {
        if (says_unconfirmed(*object)) {
            const std::string thing = unconfirmed_thing(node);
            node.warning("unconfirmed",
                         thing.empty() ? "This is not confirmed." : "\"" + thing + "\" is not confirmed.",
                         "Confirm it against its source, then take the mark away.");
        }
        for (const auto& [name, member] : node.members()) list_unconfirmed(member, depth + 1, findings);
    } else if (node.value().is_array()) {
        for (const Node& element : node.elements()) list_unconfirmed(element, depth + 1, findings);
    }
}

}  // namespace

Diagnostics unconfirmed_in(const Pack& pack) {
    Diagnostics findings;
    for (const auto& [path, text] : pack.files) {
        if (path.starts_with("stories/")) continue;
        with_pack_file(pack, path, findings, [&](const Node& root) { list_unconfirmed(root, 0, findings); });
    }
    sort_by_place(findings);
    return findings;
}

}  // namespace rules
