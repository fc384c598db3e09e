#include "fhir/path/functions.hpp"

namespace fhir::path {
namespace {

template <typename Visit>
void for_each_family(Visit visit) {
    for (const auto family :
         {existence_functions, filtering_functions, combining_functions, conversion_functions, string_functions,
          text_coding_functions, math_functions, date_functions, boundary_functions, interval_functions, type_functions,
          tree_functions, terminology_functions, utility_functions}) {
        visit(family());
    }
}

}  // namespace

Kinds kind_of(TypeId system_type) {
    if (!is_system(system_type) || system_type == TypeId::type_info) return kinds::anything;
    constexpr Kinds by_type[] = {kinds::boolean, kinds::integer,   kinds::long_integer, kinds::decimal, kinds::string,
                                 kinds::date,    kinds::date_time, kinds::time,         kinds::quantity};
    return by_type[static_cast<std::size_t>(system_type) - 1];
}

Kinds kinds_of(const ResultType& type) {
    Kinds kinds = kinds::anything;
    for (const TypeId id : type.types) kinds = static_cast<Kinds>(kinds | kind_of(system_type_of(id)));
    return kinds;
}

const Function* find_function(std::string_view name) {
    const Function* found = nullptr;
    for_each_family([&](std::span<const Function> family) {
        for (const Function& function : family) {
            if (function.name == name) found = &function;
        }
    });
    return found;
}

std::vector<std::string_view> function_names() {
    std::vector<std::string_view> names;
    for_each_family([&](std::span<const Function> family) {
        for (const Function& function : family) names.push_back(function.name);
    });
    return names;
}

}  // namespace fhir::path
