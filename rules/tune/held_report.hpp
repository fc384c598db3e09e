// What is told of a held population, as JSON for whoever sits before it. Exact, and not for sharing.
#pragma once

#include "rules/tune/held_population.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace rules {

/// "population/17"
std::string patient_name(std::size_t number);
/// Nothing where it is no such name, or not one of `held`.
std::optional<std::size_t> patient_number(std::string_view name, const HeldPopulation& held);

boost::json::object tuned_json(const Tuned& tuned);
boost::json::object found_json(const Found& found);
boost::json::object histogram_json(const ValueHistogram& histogram);
/// All resources of a patient that are held, as a Bundle.
boost::json::object bundle_json(const HeldPatient& patient);

/// { "rule", "what", "side", "sex", "age", "analyte", "band", "unreadable", "losesWarning" }, any of them. \returns why
/// not.
boost::system::result<FindFilter, std::string> read_filter(const boost::json::object& filter);

}  // namespace rules
