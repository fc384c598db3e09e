// Counts by name, in a tree: {"rule", "b12-low", "gained"} -> 12. Counts of a whole are those of its parts added up, in
// any order and any split; so partial results can be merged, and what is printed depends on nothing else.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rules {

class Counts {
  public:
    /// Adds to the count of that name. A name that stands for a count is never the beginning of another one.
    void add(std::initializer_list<std::string_view> path, std::uint64_t count = 1);
    void add(const Counts& other);
    /// One for each name of `other`, however much was counted under it.
    void add_one_for_each(const Counts& other);
    void clear() { counts_.clear(); }

    /// 0 where nothing was counted.
    std::uint64_t at(std::initializer_list<std::string_view> path) const;
    /// The names behind `path`, each once, in order.
    std::vector<std::string> below(std::initializer_list<std::string_view> path) const;
    /// All that was counted behind `path`, added up.
    std::uint64_t sum(std::initializer_list<std::string_view> path) const;

    /// Nested objects, their members in order.
    boost::json::object as_json() const;
    /// Nothing where `json` is not what as_json() gives.
    static std::optional<Counts> from_json(const boost::json::object& json);

    bool operator==(const Counts&) const = default;

  private:
    static std::string key_of(std::initializer_list<std::string_view> path);

    std::unordered_map<std::string, std::uint64_t> counts_;  ///< the names of a path, each with an end mark
};

}  // namespace rules
