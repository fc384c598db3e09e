// The CDS services that a deployment offers, as the clinical port sees them: the seam between HTTP and clinical
// content.
#pragma once

#include "service/exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace service {

/// One object serves every thread at once.
class CdsServices {
  public:
    CdsServices() = default;
    CdsServices(const CdsServices&) = delete;
    CdsServices& operator=(const CdsServices&) = delete;
    virtual ~CdsServices() = default;

    /// The body of the discovery endpoint.
    virtual const std::string& discovery() const = 0;

    virtual bool offers(std::string_view service_id) const = 0;

    /// The reply to a call of `service_id`, which is offered; 200 with cards, or a problem. `head` and `body` are
    /// borrowed until it completes.
    virtual boost::asio::awaitable<Reply> call(std::string_view service_id, const RequestHead& head,
                                               std::string_view body) const = 0;
};

}  // namespace service
