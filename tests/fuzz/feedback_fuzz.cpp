// Feedback as any client may send it: what is kept of it has only forms that we know.
#include "fhir/json_text.hpp"
#include "service/answer/feedback.hpp"
#include "service/base/timestamp.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)service::parse_timestamp(text);
    const auto message = fhir::parse_json(text);
    if (!message) return 0;
    const auto feedback = service::read_feedback(*message, {}, service::WallTime{});
    if (!feedback) return 0;
    for (const service::Feedback& item : feedback->items) {
        if (item.card.size() != 36 || (item.reason && *item.reason != service::other_reason)) std::abort();
        for (const std::string& suggestion : item.suggestions) {
            if (suggestion.size() != 36) std::abort();
        }
    }
    return 0;
}
