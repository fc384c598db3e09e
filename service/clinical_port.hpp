// The clinical port: discovery, service calls and feedback, with what HTTP asks of all three (methods, media types,
// CORS).
#pragma once

#include "service/cds_services.hpp"
#include "service/cors.hpp"
#include "service/port.hpp"
#include "service/rate_limit.hpp"
#include "service/router.hpp"

namespace service {

class ClinicalPort final : public Port {
  public:
    /// \param services outlives the port. \param requests_per_second 0: no limit; else the rest is answered 429.
    ClinicalPort(const CdsServices& services, CorsPolicy cors, std::size_t requests_per_second = 0)
        : services_(services), cors_(std::move(cors)), rate_limit_(requests_per_second) {}

    std::optional<Reply> refusal(const RequestHead& head) const override;
    boost::asio::awaitable<Reply> answer(const RequestHead& head, std::string_view body) const override;
    Reply failure(const RequestHead& head, Fault fault) const override;

  private:
    std::optional<Fault> fault_of(const Match& match, const RequestHead& head) const;
    Reply finished(Reply reply, const RequestHead& head, const Match& match) const;

    const CdsServices& services_;
    CorsPolicy cors_;
    mutable RateLimit rate_limit_;
};

}  // namespace service
