// What `diff` says of two versions, in each of its forms.
#pragma once

#include "rules/compare/pack_diff.hpp"
#include "service/tuning/read_version.hpp"

#include <boost/json.hpp>

#include <string>

namespace service {

/// Two versions and what changes between them. Borrows both.
struct ToldDifference {
    ToldDifference(const ReadVersion& before, const ReadVersion& after);

    std::string text() const;
    std::string markdown() const;
    boost::json::object document() const;

    const ReadVersion& from;
    const ReadVersion& to;
    rules::PackDiff diff;
};

}  // namespace service
