// The CDS services that a deployment offers, as the clinical port sees them: the seam between HTTP and clinical
// content.
#pragma once

#include "service/answer/discovery.hpp"
#include "service/http/exchange.hpp"
#include "service/trust/trust.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// A request to a service, by whom. The views and `head` are borrowed until the reply has been made.
struct ServiceCall {
    std::string_view service_id;  ///< one that is offered
    const RequestHead& head;
    std::string_view body;
    std::shared_ptr<const Client> client;
};

/// One object serves every thread at once.
class CdsServices {
  public:
    CdsServices() = default;
    CdsServices(const CdsServices&) = delete;
    CdsServices& operator=(const CdsServices&) = delete;
    virtual ~CdsServices() = default;

    /// What the discovery endpoint tells clients of `profile`.
    virtual const Discovery& discovery(const ClientProfile& profile) const = 0;

    virtual bool offers(std::string_view service_id) const = 0;

    /// The page behind the cards of a rule, as HTML; nothing if what made them is not served here.
    /// \param digest  as it stands in the address.
    virtual std::optional<std::string> about(std::string_view digest, std::string_view rule) const = 0;

    /// 200 with cards, or a problem.
    virtual boost::asio::awaitable<Reply> call(ServiceCall call) const = 0;
};

}  // namespace service
