// Any bytes as an expression: compiled on a Patient and with a pack's variables, or refused with a readable message.
#include "fhir/path/path.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace path = fhir::path;

namespace {

const path::CompileOptions& options() {
    static path::Types types;
    static const path::CompileOptions compiled_with = [] {
        const path::TypeId item =
            types.declare("Item", {{"label", path::TypeId::string}, {"ageDays", path::TypeId::integer}});
        return path::CompileOptions{
            .types = &types, .context = *types.find("Patient"), .variables = {{"backPain", item, true}}};
    }();
    return compiled_with;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto compiled = path::compile(text, options());
    if (compiled) return 0;
    if (compiled.error().empty()) std::abort();
    for (const path::Diagnostic& found : compiled.error()) {
        if (found.offset > size || render(found, text).empty()) std::abort();
    }
    return 0;
}
