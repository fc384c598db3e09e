// evaluate EXPRESSION…: each on the resource from stdin; prints a line for each, its values as JSON or why there are
// none.
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"

#include <iostream>
#include <iterator>
#include <span>
#include <string>

namespace {

std::string result_of(std::string_view text, const fhir::path::Value& resource, const fhir::path::Types& types) {
    const auto expression = fhir::path::compile(text, {.types = &types, .context = resource.type()});
    if (!expression) return "refused: " + expression.error().front().message;
    fhir::path::Input input{.context = resource};
    input.now = fhir::DateTime::parse("2026-01-01T00:00:00Z");
    const auto values = fhir::path::evaluate(*expression, input);
    return values ? fhir::print_json(to_json(*values, types)) : "failed: " + values.error().message;
}

}  // namespace

int main(int count, char** arguments) {
    const auto tree = fhir::parse_json(std::string(std::istreambuf_iterator<char>(std::cin), {}));
    if (!tree) return 2;
    const fhir::path::Types types;
    const auto resource = fhir::path::Value::resource(*tree, types);
    for (const char* text : std::span(arguments, static_cast<std::size_t>(count)).subspan(1)) {
        std::cout << result_of(text, resource, types) << '\n';
    }
    return 0;
}
