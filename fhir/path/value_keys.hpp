// Numbers under which values are kept in a table, so that each need be compared with few: values that are equal, or
// equivalent, share one. That two share one says nothing.
#pragma once

#include "fhir/path/pairing.hpp"
#include "fhir/path/value.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace fhir::path {

/// A few numbers, in place.
template <std::size_t capacity>
struct Keys {
    std::array<std::size_t, capacity> keys{};
    std::size_t count = 0;

    void add(std::size_t key) { keys[count++] = key; }
    const std::size_t* begin() const { return keys.data(); }
    const std::size_t* end() const { return keys.data() + count; }
    std::size_t front() const { return keys[0]; }
};

/// Of two values that are equal, each looks in a place where the other stands. Those that are the same in all but how
/// they are written stand in the same first place.
struct EqualityKeys {
    Keys<2> stands;
    Keys<6> looks;
};

/// Each of these adds what it cost to `steps`: a tree is looked at node by node.
EqualityKeys equality_keys(const Value& value, std::size_t& steps);

/// For pairing by `~`: a value of a collection, and a node of a JSON tree.
Pairable pairable(const Value& value, std::size_t& steps);
Pairable pairable(const boost::json::value& node, std::size_t& steps);

/// A text as `~` compares it: letters in lower case, each character of white space as a blank; several stay several.
std::string folded(std::string_view text);

}  // namespace fhir::path
