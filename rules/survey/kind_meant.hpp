// What an unmapped result measures, by what records call it and the units that it comes in: which kind of the test,
// which unit. Where a name does not say it, nothing is claimed.
#pragma once

#include "rules/program/analyte.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Which kind, or why nobody can say.
struct KindMeant {
    const CompiledKind* kind = nullptr;
    std::string remark;   ///< what its name does not say
    std::string why_not;  ///< where there is none
};

/// The kind that one of `texts` speaks of; else the most general one that comes in `units`.
KindMeant kind_meant(const CompiledAnalyte& analyte, const std::vector<std::string>& texts,
                     const std::vector<std::string>& units);

/// The unit of the test that `spelled` means beyond doubt: as another way of writing one that is known.
std::optional<std::size_t> unit_meant(const CompiledAnalyte& analyte, const std::string& spelled);

bool any_word(const std::vector<std::string>& words, std::string_view wanted);

}  // namespace rules
