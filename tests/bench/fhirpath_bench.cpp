// Compiling and evaluating FHIRPath, apart, on the rows of fhirpath_rows.json: fhirpath_bench [ROWS] [benchmark flags].
// fhirpath_js.mjs measures fhirpath.js on the same rows; fhirpath_compare.py runs both and prints the ratios.
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"

#include <benchmark/benchmark.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;
namespace path = fhir::path;

// What a pack declares for its facts, in small.
struct Declared {
    path::Types types;
    std::vector<path::Variable> variables;

    Declared() {
        using enum path::TypeId;
        const path::TypeId item = types.declare(
            "Item",
            {{"label", string}, {"date", date}, {"ageDays", integer}, {"sets", string, true}, {"reference", string}});
        const path::TypeId reading = types.declare("Reading", {{"kind", string},
                                                               {"value", decimal},
                                                               {"text", string},
                                                               {"band", string},
                                                               {"preDates", boolean},
                                                               {"date", date},
                                                               {"ageDays", integer},
                                                               {"reference", string}});
        const path::TypeId subject =
            types.declare("Subject", {{"result", reading}, {"known", item, true}, {"ordered", item, true}});
        const path::TypeId back_pain = types.declare("Parameters.backPain", {{"chronicDays", integer}});
        const path::TypeId vitamin_d = types.declare("Parameters.vitaminD", {{"validDays", integer}});
        const path::TypeId parameters = types.declare("Param", {{"backPain", back_pain}, {"vitaminD", vitamin_d}});
        variables = {{"age", integer, false},
                     {"vitaminD", subject, false},
                     {"backPain", item, true},
                     {"param", parameters, false}};
    }
};

// Everything the rows refer to; lives as long as the benchmarks.
struct Inputs {
    json::value rows;
    Declared declared;
    json::value bundle;
    std::vector<path::Collection> values;
    std::vector<const path::Collection*> variables;
    std::optional<fhir::DateTime> now;
};

json::value make_bundle(const json::object& rows) {
    const json::array& resources = rows.at("bundleResources").as_array();
    json::array entries;
    for (std::int64_t i = 0; i < rows.at("bundleEntries").as_int64(); ++i) {
        json::object resource = resources[static_cast<std::size_t>(i) % resources.size()].as_object();
        resource["id"] = std::to_string(i);
        entries.push_back(
            json::object{{"fullUrl", "urn:bench:" + std::to_string(i)}, {"resource", std::move(resource)}});
    }
    return json::object{{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}};
}

path::Collection make_values(const json::value& value, const path::Variable& variable) {
    path::Collection values;
    if (path::is_system(variable.type)) {
        values.push_back(path::system_value_of(value, variable.type));
    } else if (const json::array* list = value.if_array()) {
        for (const json::value& item : *list) values.push_back(path::Value::element(&item, variable.type));
    } else {
        values.push_back(path::Value::element(&value, variable.type));
    }
    return values;
}

void fill(Inputs& inputs) {
    const json::object& rows = inputs.rows.as_object();
    inputs.bundle = make_bundle(rows);
    inputs.now = fhir::DateTime::parse(*fhir::text_of(rows.at("now")));
    for (const path::Variable& variable : inputs.declared.variables) {
        inputs.values.push_back(make_values(rows.at("variables").as_object().at(variable.name), variable));
    }
    for (const path::Collection& values : inputs.values) inputs.variables.push_back(&values);
}

path::Value context_of(const Inputs& inputs, const json::object& row) {
    const json::value* context = row.if_contains("context");
    if (!context) return {};
    const bool is_bundle = *fhir::text_of(*context) == "bundle";
    return path::Value::resource(is_bundle ? inputs.bundle : inputs.rows.as_object().at("patient"),
                                 inputs.declared.types);
}

void compile_row(benchmark::State& state, const Inputs& inputs, const json::object& row) {
    const std::string text(*fhir::text_of(row.at("expression")));
    const path::CompileOptions options{.types = &inputs.declared.types,
                                       .context = context_of(inputs, row).type(),
                                       .variables = inputs.declared.variables};
    for (auto _ : state) benchmark::DoNotOptimize(path::compile(text, options));
}

void evaluate_row(benchmark::State& state, const Inputs& inputs, const json::object& row) {
    path::Input input;
    input.context = context_of(inputs, row);
    input.variables = inputs.variables;
    input.now = inputs.now;
    const auto expression = path::compile(
        *fhir::text_of(row.at("expression")),
        {.types = &inputs.declared.types, .context = input.context.type(), .variables = inputs.declared.variables});
    const auto values = expression ? path::evaluate(*expression, input) : path::EvaluationError();
    if (!values) return state.SkipWithError("the expression fails");
    for (auto _ : state) benchmark::DoNotOptimize(path::evaluate(*expression, input));
    state.counters["values"] = static_cast<double>(values->size());
}

std::string read_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    const std::string name = argc > 1 ? argv[1] : "tests/bench/fhirpath_rows.json";
    auto rows = fhir::parse_json(read_file(name));
    if (!rows) {
        std::cerr << "fhirpath_bench: " << name << " cannot be read\n";
        return 3;
    }
    Inputs inputs{std::move(*rows), {}, {}, {}, {}, {}};
    fill(inputs);
    for (const json::value& row : inputs.rows.as_object().at("rows").as_array()) {
        const json::object& object = row.as_object();
        const std::string row_name(*fhir::text_of(object.at("name")));
        benchmark::RegisterBenchmark(("compile/" + row_name).c_str(),
                                     [&](benchmark::State& state) { compile_row(state, inputs, object); });
        benchmark::RegisterBenchmark(("evaluate/" + row_name).c_str(),
                                     [&](benchmark::State& state) { evaluate_row(state, inputs, object); });
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
