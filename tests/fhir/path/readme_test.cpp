// The example of fhir/path/README.md, as it stands there.
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace {

// ---- README: use from C++
std::string official_name(std::string_view patient_text) {
    static const fhir::path::Types types;  // R4; shared by all threads
    const auto patient = fhir::parse_json(patient_text);
    if (!patient) return "not JSON";

    const std::string_view text = "name.where(use = 'official').given.first()";
    const auto expression = fhir::path::compile(text, {.types = &types, .context = *types.find("Patient")});
    if (!expression) {
        for (const auto& found : expression.error()) std::cerr << render(found, text);
        return "refused";
    }
    const auto values = fhir::path::evaluate(*expression, {.context = fhir::path::Value::resource(*patient, types)});
    if (!values) return values.error().message;
    return values->empty() ? "none" : to_text(values->front(), types);
}
// ---- README: end

// ---- README: types and variables of your own
bool is_chronic(const boost::json::value& item, std::int32_t limit) {
    using fhir::path::TypeId;
    fhir::path::Types types;
    const TypeId declared = types.declare("Item", {{"ageDays", TypeId::integer}, {"sets", TypeId::string, true}});
    const auto expression = fhir::path::compile(
        "%pain.where('chronic' in sets or ageDays >= %limit).exists()",
        {.types = &types, .variables = {{"pain", declared, true}, {"limit", TypeId::integer, false}}});
    if (!expression) return false;
    const fhir::path::Collection pain{fhir::path::Value::element(&item, declared)};
    const fhir::path::Collection days{fhir::path::Value::integer(limit)};
    const fhir::path::Collection* const variables[] = {&pain, &days};  // in the order of the declaration
    const auto values = fhir::path::evaluate(*expression, {.variables = variables});
    return values && !values->empty() && values->front().as_boolean();
}
// ---- README: end

TEST(ReadmeExample, FindsTheOfficialName) {
    EXPECT_EQ(official_name(R"({"resourceType":"Patient","name":[{"use":"official","given":["Ilse","Marie"]}]})"),
              "Ilse");
}

TEST(ReadmeExample, AsksAboutFactsOfItsOwn) {
    const boost::json::value item = *fhir::parse_json(R"({"ageDays": 112, "sets": ["back-pain"]})");
    EXPECT_TRUE(is_chronic(item, 84));
    EXPECT_FALSE(is_chronic(item, 120));
}

}  // namespace
