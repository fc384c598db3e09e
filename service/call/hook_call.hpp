// A service call from its body to its response, without a network: the way that HTTPS and `evaluate` share.
#pragma once

#include "rules/explain/seen_results.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/text/digests.hpp"
#include "service/answer/card.hpp"
#include "service/answer/discovery.hpp"
#include "service/call/hook_request.hpp"
#include "service/call/prefetch.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/out/held_answers.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// A service that a loaded pack offers.
struct ServedService {
    OfferedService offered;
    std::shared_ptr<const rules::Program> program;
    rules::Digests digests;
    OverrideReasons override_reasons;
    std::shared_ptr<const ServedService> canary = {};  ///< the same service for the users of `canary_share`; null: none
    std::shared_ptr<const ServedService> shadow = {};  ///< the same one, as it looks at calls beside; null: none
    CanaryShare canary_share = {};
    bool is_canary = false;
};

/// The services of a pack, in the pack's order, with what its canary and its shadow make of them. All that answers asks
/// for the same. \param pack  is whole (pack_versions).
std::vector<ServedService> services_of(const LoadedPack& pack);

/// The query that a call waited for longest, by its prefetch key; empty if nothing was asked.
struct SlowestQuery {
    std::string key;
    std::chrono::microseconds took{};
};

/// How a prefetch key came, whatever was fetched for it later.
struct SentKey {
    std::string_view key;                           ///< of the service's templates; borrowed from it
    std::optional<rules::Unavailable> unavailable;  ///< nothing: it was sent, though it may hold nothing
};

/// A call read and checked: what was asked, and what was sent along.
struct HookCall {
    const ServedService* service = nullptr;
    HookRequest request;
    std::deque<boost::json::value> fetched;             ///< read from the FHIR server, see fhir_completion
    rules::Sources sources;                             ///< point into the request, and into what was fetched
    std::shared_ptr<const HeldAnswers> held = nullptr;  ///< what `fetched` takes of the memory for all calls
    SlowestQuery slowest_query = {};                    ///< of those to the FHIR server
    const ClientProfile* profile = &client::version_2_0;
    std::vector<SentKey> sent = {};  ///< one for each template
};

/// Reads a call of one of `services`, which all have the id that was called (one for each hook it is offered for).
/// Required sources may be missing still: see missing_sources().
boost::system::result<HookCall, Problem> read_hook_call(const std::vector<const ServedService*>& services,
                                                        std::string_view body, bool strict,
                                                        const ClientProfile& profile = client::version_2_0);

/// Hands the call to the canary of its service, if its user is one of those who see it.
void choose_version(HookCall& call);

/// The prefetch keys that may still matter to a call at that time: see rules::sources_that_matter().
std::vector<std::string> sources_that_matter(const HookCall& call, const ClinicalTime& time);

/// The evaluation of a call at that time; with reasons for every rule if `explained`.
rules::Evaluation evaluate_call(const HookCall& call, const ClinicalTime& time, bool explained = false);

/// The same without reasons; `seen` becomes what came of each laboratory test.
rules::Evaluation evaluate_and_count(const HookCall& call, const ClinicalTime& time, rules::SeenResults& seen);

/// The response to a call. The about pages of the site's own "aboutUrl" go before those of the settings.
Response response_of(const HookCall& call, const rules::Evaluation& evaluation, const AnswerSettings& settings);

}  // namespace service
