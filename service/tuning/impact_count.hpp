// `impact` over a population that is read from where it lies: what the command counts, and the workbench.
#pragma once

#include "service/tuning/impact_engine.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace service {

struct CountedImpact {
    rules::Impact impact;
    rules::PopulationCounts read;
};

/// \param how  what is read and by how many threads; what records need not hold is left out by it.
/// \returns or why the population cannot be read. Precondition: both packs have a program.
boost::system::result<CountedImpact, std::string> count_impact(const LoadedPack& from, const LoadedPack& to,
                                                               const ImpactSettings& settings,
                                                               rules::PopulationOptions how);

}  // namespace service
