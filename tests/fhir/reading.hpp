// Reads one resource from a text, and says what was left out as "path code".
#pragma once

#include "fhir/issue.hpp"
#include "fhir/json_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace fhir {

inline boost::json::value parsed(std::string_view text) {
    auto tree = parse_json(text);
    EXPECT_TRUE(tree) << text;
    return tree ? std::move(*tree) : boost::json::value();
}

inline std::vector<std::string> told(const Issues& issues) {
    std::vector<std::string> lines;
    for (const Issue& issue : issues) lines.push_back(issue.path + ' ' + std::string(name_of(issue.code)));
    return lines;
}

/// A resource with the tree that it borrows from. Neither moves after construction.
template <typename Resource>
class Reading {
  public:
    Reading(std::string_view text, Resource (*read)(const boost::json::object&, Issues&))
        : tree_(parsed(text)), resource_(read(tree_.get_object(), issues_)) {}
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    const Resource* operator->() const { return &resource_; }
    std::vector<std::string> issues() const { return told(issues_); }

  private:
    boost::json::value tree_;
    Issues issues_;
    Resource resource_;
};

using Told = std::vector<std::string>;

}  // namespace fhir
