// Whose resource is it? Data of another patient is never used (CDS Hooks prefetch, R-058).
#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace service {

/// Whether `resource`, or one that it contains, is of somebody other than Patient/`patient_id`: is that Patient, or
/// refers to one by `subject` or `patient`. A resource that names nobody (a Medication, a Practitioner) is not another
/// patient's.
bool is_of_another_patient(const boost::json::object& resource, std::string_view patient_id);

}  // namespace service
