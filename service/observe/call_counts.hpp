// What is counted of an answered call: names of ours alone, never what was received. Who answers calls knows this
// interface; where the counts go is decided above.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class CountKind : std::uint8_t {
    call,     ///< the denominator of all others; key: pack and version
    card,     ///< given, of a rule; key: indicator and version of the pack
    silence,  ///< of a rule; key: why: "gate", "criterion", "unknown", "cap", …
    sent,     ///< or not, of a prefetch key; key: it, and "sent" or why it could not be had of the prefetch
    result,   ///< laboratory result of an analyte; key: analyte, and "readable", "awaited" or why it cannot be read
    unseen,   ///< a code or a unit that neither pack nor site file knows; key: analyte, and what may be shown of it
    shadow,   ///< what the shadow of who answered made of the call; key: what, and the shadow's digest
    canary    ///< a call, or a card of a rule, while a canary is there; key: who answered, and the canary's digest
};

/// As it stands in the store and in the report.
constexpr std::string_view name_of(CountKind kind) noexcept {
    switch (kind) {
        case CountKind::call:
            return "call";
        case CountKind::card:
            return "card";
        case CountKind::silence:
            return "silence";
        case CountKind::sent:
            return "prefetch";
        case CountKind::result:
            return "result";
        case CountKind::unseen:
            return "unseen";
        case CountKind::shadow:
            return "shadow";
        case CountKind::canary:
            return "canary";
    }
    return "unknown";
}

struct Count {
    CountKind kind = CountKind::call;
    std::string_view rule;  ///< borrowed; empty: of none
    std::string key;
    std::uint64_t count = 1;
};

/// All counts of one call. What is borrowed is borrowed until add() returns.
struct CallCounts {
    std::string_view digest, version;  ///< of pack and site; of the pack
    std::string_view service, client;  ///< an id and a name of ours
    std::vector<Count> counts;
};

/// Safe from every thread; never blocks.
class CallCounter {
  public:
    CallCounter() = default;
    CallCounter(const CallCounter&) = delete;
    CallCounter& operator=(const CallCounter&) = delete;
    virtual ~CallCounter() = default;

    virtual void add(const CallCounts& call) = 0;
};

}  // namespace service
