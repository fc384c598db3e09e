// What a patient-view call costs behind the HTTP server: reading the resources of a prefetch of about 21 KB with 40
// Observations, and evaluating the shipped pack over them. Run it in the repository's root, from the preset release.
#include "fhir/json_text.hpp"
#include "rules/pack/pack.hpp"
#include "rules/run/evaluation.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr const char* pack_directory = "rules/packs/back-pain-labs";

std::shared_ptr<const rules::Program> shipped_program() {
    auto files = rules::read_pack_directory(pack_directory);
    if (files.has_error()) {
        std::cerr << "run this in the repository's root: " << pack_directory << " is not there\n";
        std::exit(3);
    }
    return rules::compile(rules::read_pack(std::move(*files)).pack).program;
}

std::string observation(int number, const char* loinc, const char* value, const char* unit) {
    const std::string id = std::to_string(number);
    return R"({"resourceType":"Observation","id":"o)" + id +
           R"(","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":")" +
           loinc +
           R"(","display":"A laboratory test [Mass/volume] in Serum or Plasma"}]},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-0)" +
           std::to_string(1 + number % 2) + "-1" + std::to_string(number % 10) +
           R"(T08:15:00Z","issued":"2026-02-20T16:40:00Z","valueQuantity":{"value":)" + value + R"(,"unit":")" + unit +
           R"(","system":"http://unitsofmeasure.org","code":")" + unit + "\"}}";
}

/// A woman with chronic low back pain, coeliac disease, paraesthesia, metformin and forty results.
std::string resources_text() {
    std::string text = R"([{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1970-07-15"})";
    const auto condition = [&text](const char* id, const char* code) {
        text +=
            R"(,{"resourceType":"Condition","id":")" + std::string(id) +
            R"(","clinicalStatus":{"coding":[{"code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
            code + R"("}]},"subject":{"reference":"Patient/p"},"onsetDateTime":"2025-03-10"})";
    };
    condition("c1", "278860009");
    condition("c2", "396331005");
    condition("c3", "91019004");
    text +=
        R"(,{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"861007","display":"metformin hydrochloride 500 MG Oral Tablet"}]},"subject":{"reference":"Patient/p"},"authoredOn":"2025-07-01"})";
    const char* const tests[][3] = {{"62292-8", "18.5", "ng/mL"}, {"2132-9", "210", "pg/mL"},
                                    {"17861-6", "9.4", "mg/dL"},  {"1751-7", "4.1", "g/dL"},
                                    {"2160-0", "0.9", "mg/dL"},   {"6768-6", "70", "U/L"},
                                    {"718-7", "13.1", "g/dL"},    {"787-2", "91", "fL"}};
    for (int number = 0; number < 40; ++number) {
        const auto& test = tests[number % 8];
        text += "," + observation(number, test[0], test[1], test[2]);
    }
    return text + "]";
}

struct Scene {
    std::shared_ptr<const rules::Program> program = shipped_program();
    std::string text = resources_text();
    boost::json::value tree = *fhir::parse_json(text);
    rules::Call call;
    rules::Sources sources;

    Scene() {
        call.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
        std::vector<const boost::json::object*> objects;
        for (const boost::json::value& resource : tree.as_array()) objects.push_back(&resource.as_object());
        std::vector<std::string> keys;
        for (const rules::PrefetchTemplate& asked : program->prefetch(rules::Hook::patient_view)) {
            if (asked.resource_type == "Observation") keys.push_back(asked.key);
        }
        sources = rules::sources_of_complete_record(objects, keys);
    }
};

const Scene& scene() {
    static const Scene built;
    return built;
}

void BM_Parse(benchmark::State& state) {
    const std::string& text = scene().text;
    for (auto _ : state) {
        boost::json::monotonic_resource memory;
        benchmark::DoNotOptimize(fhir::parse_json(text, &memory));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_Parse);

void BM_ReadRecord(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(rules::read_record(scene().sources));
}
BENCHMARK(BM_ReadRecord);

void BM_Evaluate(benchmark::State& state) {
    const rules::Record record = rules::read_record(scene().sources);
    for (auto _ : state) benchmark::DoNotOptimize(rules::evaluate(*scene().program, record, scene().call));
}
BENCHMARK(BM_Evaluate);

void BM_Explain(benchmark::State& state) {
    const rules::Record record = rules::read_record(scene().sources);
    for (auto _ : state) benchmark::DoNotOptimize(rules::explain(*scene().program, record, scene().call));
}
BENCHMARK(BM_Explain);

}  // namespace

BENCHMARK_MAIN();
