// What stands behind the clinical port: the services of the loaded packs.
#pragma once

#include "service/call/hook_call.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/fhir_access/fhir_client.hpp"
#include "service/hooks/audit_file.hpp"
#include "service/hooks/cds_services.hpp"
#include "service/hooks/shadow.hpp"
#include "service/observe/call_counts.hpp"
#include "service/out/https_clients.hpp"
#include "service/store/decision_recorder.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// How a call's FHIR server is read.
struct FhirReading {
    const HttpsClients* clients = nullptr;  ///< null: FHIR servers are not read
    bool development = false;               ///< see FhirAccess
    Realms realms;                          ///< of the clients' servers; a client that has none here shares one
    BodyBudget* all_calls = nullptr;        ///< see FhirSurroundings
    FhirLimits limits;
    std::chrono::milliseconds timeout{400};
    std::chrono::milliseconds deadline{450};  ///< of the whole call
};

/// What is pointed to outlives the handler.
struct HookSettings {
    ClinicalClock clock;
    AnswerSettings answer;
    Log& log;
    DecisionRecorder* recorder = nullptr;  ///< null: which cards were given is not kept
    FhirReading fhir;
    CallCounter* counter = nullptr;  ///< null: calls are not counted
    Shadow* shadow = nullptr;        ///< null: packs' shadows see nothing
    AuditFile* audit = nullptr;      ///< null: nobody notes who asks about whom
};

class HookHandler final : public CdsServices {
  public:
    HookHandler(const std::vector<LoadedPack>& packs, HookSettings settings);

    const Discovery& discovery(const ClientProfile& profile) const override { return discovery_.at(&profile); }
    bool offers(std::string_view service_id) const override { return by_id_.contains(service_id); }
    std::optional<std::string> about(std::string_view digest, std::string_view rule) const override;
    boost::asio::awaitable<Reply> call(ServiceCall asked) const override;

  private:
    /// When a call came: by the clock that deadlines run on, and by the one that rules see.
    struct CallTime {
        FhirClient::Clock::time_point begun;
        ClinicalTime clinical;
    };

    boost::asio::awaitable<std::optional<Problem>> complete(HookCall& call, const Client& client, CallTime time) const;
    std::optional<Problem> missing_from(const HookCall& call) const;
    Reply answer(const HookCall& call, const Client& client, const rules::Evaluation& evaluation,
                 const rules::SeenResults& seen) const;
    void audit(const HookCall& call, const Client& client, bool is_answered) const;
    void keep(const HookCall& call, const Client& client, const std::vector<rules::Card>& cards,
              const std::vector<GivenCard>& given) const;

    HookSettings settings_;
    std::shared_ptr<const std::vector<ServedService>> services_;  ///< shared with calls that a shadow looks at later
    std::map<std::string, std::vector<const ServedService*>, std::less<>> by_id_;
    std::map<const ClientProfile*, Discovery> discovery_;
};

}  // namespace service
