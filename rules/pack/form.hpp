// Reads the JSON objects that people write, each held against the table of its form.
//
// A form lists the members an object may have: name, kinds of value, whether it must stand. What is wrong (an unknown
// member, a wrong kind, a missing member) becomes a finding with its place, the nearest right name and how to mend it;
// reading goes on with what is right. Every object may carry remarks that nobody reads: "note", "$schema", "confirmed".
#pragma once

#include "fhir/json_position.hpp"
#include "rules/pack/pack.hpp"
#include "rules/text/diagnostic.hpp"
#include "rules/text/nearest.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// The kinds of JSON value that a member may hold, as a set: `kind::text | kind::object`.
using Kinds = unsigned;
namespace kind {
inline constexpr Kinds text = 1;
inline constexpr Kinds integer = 2;
inline constexpr Kinds number = 4;  ///< with or without a fraction
inline constexpr Kinds boolean = 8;
inline constexpr Kinds object = 16;
inline constexpr Kinds list = 32;
inline constexpr Kinds null = 64;
inline constexpr Kinds texts = text | list;              ///< one text, or several
inline constexpr Kinds days = integer | text;            ///< a number, or the name of a parameter
inline constexpr Kinds criteria = list | text | object;  ///< one criterion, or several
}  // namespace kind

struct Field {
    std::string_view name;
    Kinds kinds = kind::text;
    bool required = false;
    Kinds elements = 0;  ///< what the elements of a list, or the members of a map, may hold; 0: the reader looks itself
};

/// The members of one kind of object.
struct Form {
    std::string_view what;  ///< "a rule": for messages
    std::span<const Field> fields;
};

/// A file that is being read: its name, its text and the list that its findings join. Borrows text and list.
struct AuthoredFile {
    std::string name;
    const std::string* text = nullptr;
    Diagnostics* findings = nullptr;
    mutable std::optional<fhir::JsonPlaces> places = {};  ///< found when the first is asked for
};

/// A value in an authored file, with its place. Borrows the file and the tree.
class Node {
  public:
    Node(const AuthoredFile& file, const boost::json::value& value, std::string pointer)
        : file_(&file), value_(&value), pointer_(std::move(pointer)) {}

    const boost::json::value& value() const { return *value_; }
    const std::string& pointer() const { return pointer_; }
    Place place() const;

    bool is(Kinds kinds) const;
    /// The JSON string, or "" if it is none.
    std::string text() const;
    Authored authored() const { return {text(), place()}; }
    std::optional<Node> member(std::string_view name) const;
    /// Elements of a list; a value that is no list stands for itself alone.
    std::vector<Node> elements() const;
    /// Members of an object, without remarks; nothing of any other value.
    std::vector<std::pair<std::string, Node>> members() const;

    void error(std::string code, std::string message, std::string mend = {}) const;
    void warning(std::string code, std::string message, std::string mend = {}) const;
    /// Reports an error unless the value is of one of these kinds. \param what "an element of \"hooks\"".
    bool require(Kinds kinds, std::string_view what) const;

  private:
    const AuthoredFile* file_;
    const boost::json::value* value_;
    std::string pointer_;
};

/// Whether the required members must stand: an overlay over another object needs none.
enum class Completeness { whole, overlay };

/// An object held against its form. Accessors give nothing for a member that is absent or of a wrong kind (which was
/// reported when this was built). Precondition of each: the form has a field of that name.
class Object {
  public:
    Object(Node node, const Form& form, Completeness completeness = Completeness::whole);

    const Node& node() const { return node_; }
    std::optional<Node> at(std::string_view name) const;
    std::string text(std::string_view name) const;
    std::optional<Authored> authored(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    bool flag(std::string_view name, bool otherwise = false) const;
    /// The elements of a list, or the value alone where the form allows one; those of a wrong kind are reported.
    std::vector<Node> list(std::string_view name) const;
    std::vector<std::string> texts(std::string_view name) const;
    std::vector<Authored> authored_list(std::string_view name) const;
    /// The members of a map, name and value; those of a wrong kind are reported.
    std::vector<std::pair<std::string, Node>> map(std::string_view name) const;

  private:
    const Field& field(std::string_view name) const;
    void refuse_unknown_members() const;

    Node node_;
    const Form* form_;
};

/// A closed list of words and what each stands for.
template <typename Meaning, std::size_t count>
using Words = std::array<std::pair<std::string_view, Meaning>, count>;

/// What the text at `node` stands for; an unknown word is an error with the nearest right one.
template <typename Meaning, std::size_t count>
std::optional<Meaning> meaning_of(const Node& node, const Words<Meaning, count>& words) {
    const std::string text = node.text();
    std::vector<std::string_view> known;
    for (const auto& [word, meaning] : words) {
        if (word == text) return meaning;
        known.push_back(word);
    }
    node.error("unknown-word", '"' + text + "\" is not one of the words allowed here.", did_you_mean(text, known));
    return std::nullopt;
}

/// Parses a file that people write. Nothing if it is not JSON, which is then a finding.
std::optional<boost::json::value> parse_authored(const AuthoredFile& file, bool comments_allowed = false);

}  // namespace rules
