// A configuration file as a hurried person may write it: read whole, every finding with a place inside the text and a
// sentence.
#include "service/base/findings.hpp"
#include "service/deployment/config.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        return name == "HOST" ? std::optional<std::string>("127.0.0.1") : std::nullopt;
    };
    const auto reading = service::read_config(text, "fuzz/config.json", environment);
    for (const rules::Diagnostic& finding : reading.findings) {
        if (finding.message.empty() || finding.code.empty() || finding.place.column > size + 1) std::abort();
        (void)rules::snippet(finding.place, text);
    }
    std::ostringstream told;
    service::print_findings(reading.findings, told);
    if (!rules::has_errors(reading.findings) && reading.config.limits.body_bytes == 0) std::abort();
    return 0;
}
