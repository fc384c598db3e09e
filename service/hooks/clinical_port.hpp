// The clinical port: discovery, service calls and feedback, with what HTTP asks of all three (methods, media types,
// CORS), and with the proof of who calls.
#pragma once

#include "service/base/reloadable.hpp"
#include "service/hooks/cds_services.hpp"
#include "service/hooks/feedback_handler.hpp"
#include "service/http/cors.hpp"
#include "service/http/port.hpp"
#include "service/http/rate_limit.hpp"
#include "service/http/router.hpp"
#include "service/observe/log.hpp"
#include "service/out/https_clients.hpp"
#include "service/trust/authenticate.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace service {

/// What the port serves, and to whom: all that a reload exchanges. Immutable; a call keeps the one it began with.
struct Offer {
    std::shared_ptr<const CdsServices> services;
    std::shared_ptr<const FeedbackHandler> feedback;  ///< null: no feedback is taken
    CorsPolicy cors;
    std::shared_ptr<Trust> trust;             ///< null: nobody has to prove anything
    std::shared_ptr<const Client> anonymous;  ///< who calls then
    std::vector<std::string> public_urls;     ///< what clients call; a token's audience is held against them
};

/// What the port works with. What is pointed to outlives it.
struct ClinicalSurroundings {
    Log& log;
    const HttpsClients* clients = nullptr;  ///< to fetch key sets; may be null while Offer::trust is
    boost::asio::any_io_executor pool;      ///< where signatures are checked
    BlockingCalls* store_calls = nullptr;   ///< where the store is asked; may be null while Offer::trust is
};

class ClinicalPort final : public Port {
  public:
    /// \param offer outlives the port. \param requests_per_second of each client, and of all callers that are none
    ///              together; the rest is answered 429. 0: no limit.
    ClinicalPort(const Reloadable<const Offer>& offer, ClinicalSurroundings surroundings,
                 std::size_t requests_per_second = 0)
        : offer_(offer), surroundings_(std::move(surroundings)), rates_(requests_per_second) {}

    boost::asio::awaitable<Admission> admit(const RequestHead& head) const override;
    Reply failure(const RequestHead& head, Fault fault) const override;

  private:
    /// A request that may send its body: to what, by whom, and under which offer, whatever a reload brings meanwhile.
    struct Admitted {
        std::shared_ptr<const Offer> offer;
        Match match;
        TokenUse use;
        Caller caller;
    };

    boost::asio::awaitable<boost::system::result<Caller, Fault>> identify(const Offer& offer, const Match& match,
                                                                          const TokenUse& use,
                                                                          std::string_view authorization) const;
    boost::asio::awaitable<Reply> answer(const Admitted& admitted, const RequestHead& head,
                                         std::string_view body) const;
    Authentication authentication(std::shared_ptr<Trust> trust, const boost::asio::any_io_executor& thread) const;
    Fault refused(const Offer& offer, const Match& match, std::string_view authorization, TokenFault fault) const;

    const Reloadable<const Offer>& offer_;
    ClinicalSurroundings surroundings_;
    mutable RateLimits rates_;
    mutable std::atomic<std::size_t> checks_{0};  // of tokens, under way
};

}  // namespace service
