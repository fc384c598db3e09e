#include "rules/pack/form.hpp"

#include "fhir/json_advice.hpp"
#include "fhir/json_text.hpp"

#include <algorithm>
#include <cassert>

namespace rules {
namespace json = boost::json;

namespace {

Kinds kinds_of(const json::value& value) {
    if (value.is_object()) return kind::object;
    if (value.is_array()) return kind::list;
    if (value.is_bool()) return kind::boolean;
    if (value.is_null()) return kind::null;
    if (value.is_int64()) return kind::integer | kind::number;
    return fhir::is_number(value) ? kind::number : kind::text;
}

std::string words_for(Kinds kinds) {
    constexpr Words<Kinds, 7> words = {{{"text", kind::text},
                                        {"a whole number", kind::integer},
                                        {"a number", kind::number},
                                        {"true or false", kind::boolean},
                                        {"an object", kind::object},
                                        {"a list", kind::list},
                                        {"null", kind::null}}};
    std::string all;
    for (const auto& [word, one] : words) {
        if (!(kinds & one)) continue;
        if (!all.empty()) all += " or ";
        all += word;
    }
    return all;
}

bool is_remark(std::string_view name) {
    return name == "note" || name == "$schema" || name == "confirmed";
}

bool is_empty(const json::value& value) {
    if (const json::array* array = value.if_array()) return array->empty();
    return fhir::text_of(value) == "";
}

// Where `text` stops being UTF-8 that a person wrote: a byte out of its order, or a zero, as half of UTF-16 is made of.
// Whether a sequence is the shortest for its character is left to the parser.
std::size_t first_outside_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (lead == 0 || lead > 0xF4 || length == 0 || at + length > text.size()) return at;
        for (std::size_t i = 1; i < length; ++i) {
            if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return at;
        }
        at += length;
    }
    return text.size();
}

// Findings are sentences, also where they begin with the name of a form.
std::string sentence(std::string message) {
    if (message[0] >= 'a' && message[0] <= 'z') message[0] = static_cast<char>(message[0] - 'a' + 'A');
    return message;
}

}  // namespace

Place Node::place() const {
    if (!file_->places) file_->places.emplace(*file_->text);
    const fhir::TextPosition position = file_->places->of(pointer_);
    return {file_->name, pointer_, position.line, position.column};
}

bool Node::is(Kinds kinds) const {
    return (kinds_of(*value_) & kinds) != 0;
}

std::string Node::text() const {
    return std::string(fhir::text_of(*value_).value_or(""));
}

std::optional<Node> Node::member(std::string_view name) const {
    const json::object* object = value_->if_object();
    const json::value* member = object ? object->if_contains(name) : nullptr;
    if (!member) return std::nullopt;
    return Node(*file_, *member, pointer_ + '/' + fhir::pointer_token(name));
}

std::vector<Node> Node::elements() const {
    const json::array* array = value_->if_array();
    if (!array) return {*this};
    std::vector<Node> nodes;
    nodes.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        nodes.emplace_back(*file_, (*array)[i], pointer_ + '/' + std::to_string(i));
    }
    return nodes;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
    std::vector<std::pair<std::string, Node>> members;
    const json::object* object = value_->if_object();
    if (!object) return members;
    for (const auto& [key, value] : *object) {
        if (is_remark(key)) continue;
        members.emplace_back(std::string(key), Node(*file_, value, pointer_ + '/' + fhir::pointer_token(key)));
    }
    return members;
}

void Node::error(std::string code, std::string message, std::string mend) const {
    file_->findings->push_back(
        {Severity::error, place(), std::move(code), sentence(std::move(message)), std::move(mend)});
}

void Node::warning(std::string code, std::string message, std::string mend) const {
    file_->findings->push_back(
        {Severity::warning, place(), std::move(code), sentence(std::move(message)), std::move(mend)});
}

bool Node::require(Kinds kinds, std::string_view what) const {
    if (is(kinds)) return true;
    const Kinds found = is(kind::integer) ? kind::integer : kinds_of(*value_);
    error("wrong-kind", std::string(what) + " is " + words_for(found) + '.', "Write " + words_for(kinds) + '.');
    return false;
}

Object::Object(Node node, const Form& form, Completeness completeness) : node_(std::move(node)), form_(&form) {
    if (!node_.require(kind::object, form.what)) return;
    refuse_unknown_members();
    if (const auto confirmed = node_.member("confirmed")) confirmed->require(kind::boolean, "\"confirmed\"");
    for (const Field& wanted : form.fields) {
        const std::string quoted = '"' + std::string(wanted.name) + '"';
        if (const std::optional<Node> child = node_.member(wanted.name)) {
            if (child->require(wanted.kinds, quoted) && wanted.required && is_empty(child->value())) {
                child->error("empty", quoted + " is empty.");
            }
        } else if (wanted.required && completeness == Completeness::whole) {
            node_.error("missing-member", std::string(form.what) + " needs " + quoted + '.',
                        "Add " + quoted + ": " + words_for(wanted.kinds) + '.');
        }
    }
}

void Object::refuse_unknown_members() const {
    std::vector<std::string_view> known;
    for (const Field& field : form_->fields) known.push_back(field.name);
    for (const auto& [name, child] : node_.members()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        child.error("unknown-member", std::string(form_->what) + " has no \"" + name + "\".",
                    did_you_mean(name, known) + " Remarks go into \"note\".");
    }
}

const Field& Object::field(std::string_view name) const {
    const auto found = std::find_if(form_->fields.begin(), form_->fields.end(),
                                    [name](const Field& field) { return field.name == name; });
    assert(found != form_->fields.end());
    return *found;
}

std::optional<Node> Object::at(std::string_view name) const {
    std::optional<Node> child = node_.member(name);
    if (child && !child->is(field(name).kinds)) return std::nullopt;
    return child;
}

std::string Object::text(std::string_view name) const {
    const std::optional<Node> child = at(name);
    return child ? child->text() : "";
}

std::optional<Authored> Object::authored(std::string_view name) const {
    const std::optional<Node> child = at(name);
    if (!child || !child->is(kind::text)) return std::nullopt;
    return child->authored();
}

std::optional<std::int64_t> Object::integer(std::string_view name) const {
    const std::optional<Node> child = at(name);
    if (!child || !child->is(kind::integer)) return std::nullopt;
    return child->value().get_int64();
}

bool Object::flag(std::string_view name, bool otherwise) const {
    const std::optional<Node> child = at(name);
    return child && child->is(kind::boolean) ? child->value().get_bool() : otherwise;
}

std::vector<Node> Object::list(std::string_view name) const {
    const std::optional<Node> child = at(name);
    if (!child) return {};
    const Kinds wanted = field(name).elements;
    std::vector<Node> nodes;
    for (Node& element : child->elements()) {
        const bool alone = !child->is(kind::list);
        if (alone || wanted == 0 || element.require(wanted, "an element of \"" + std::string(name) + '"')) {
            nodes.push_back(std::move(element));
        }
    }
    return nodes;
}

std::vector<std::string> Object::texts(std::string_view name) const {
    std::vector<std::string> all;
    for (const Node& element : list(name)) all.push_back(element.text());
    return all;
}

std::vector<Authored> Object::authored_list(std::string_view name) const {
    std::vector<Authored> all;
    for (const Node& element : list(name)) all.push_back(element.authored());
    return all;
}

std::vector<std::pair<std::string, Node>> Object::map(std::string_view name) const {
    const std::optional<Node> child = at(name);
    if (!child) return {};
    const Kinds wanted = field(name).elements;
    std::vector<std::pair<std::string, Node>> members;
    for (auto& [key, member] : child->members()) {
        if (wanted == 0 || member.require(wanted, '"' + key + '"')) members.emplace_back(key, std::move(member));
    }
    return members;
}

std::optional<json::value> parse_authored(const AuthoredFile& file, bool comments_allowed) {
    const auto refuse = [&](std::size_t offset, std::string message, std::string mend) {
        file.findings->push_back({Severity::error, place_at(file.name, *file.text, offset), "json",
                                  sentence(std::move(message)), std::move(mend)});
        return std::nullopt;
    };
    if (file.text->find_first_not_of(" \t\r\n") == std::string::npos) {
        return refuse(0, "This file is empty.", "Write what it is to hold, or take it away.");
    }
    if (const std::size_t offset = first_outside_utf8(*file.text); offset < file.text->size()) {
        return refuse(offset, "This is no text in UTF-8.", "Save the file as UTF-8 (editors call it the encoding).");
    }
    const auto dialect = comments_allowed ? fhir::JsonDialect::with_comments : fhir::JsonDialect::strict;
    const auto tree = fhir::parse_json(*file.text, {}, dialect);
    if (tree) return *tree;
    const fhir::JsonError& error = tree.error();
    std::string mend;
    if (error.code == fhir::JsonErrorCode::syntax && !comments_allowed) {
        mend = "Files of a pack are plain JSON: no comments, no trailing commas; remarks go into \"note\".";
    }
    if (error.code == fhir::JsonErrorCode::duplicate_key) mend = "Take one of the two away.";
    const fhir::JsonAdvice advice = fhir::advise(*file.text, error, dialect);
    return refuse(advice.offset, advice.says + '.', std::move(mend));
}

}  // namespace rules
