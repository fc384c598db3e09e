// A Bundle of a population is one patient's. Resources of others that stand in it are taken out before anybody counts,
// so that every report reads the same record, and none reads a stranger's.
#pragma once

#include "rules/record/selection.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <vector>

namespace rules {

/// Takes out of `trees`, Bundles or resources, what is another patient's than their Patient's.
/// \returns how many resources that were; or why they have no one patient.
boost::system::result<std::size_t, PatientFault> keep_one_patient(std::vector<boost::json::value>& trees);

}  // namespace rules
