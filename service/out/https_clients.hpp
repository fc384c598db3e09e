// One HttpsClient for each thread that serves connections: connections to other servers are kept alive by the thread
// that opened them, and need no lock.
#pragma once

#include "service/out/https_client.hpp"

#include <boost/asio/execution_context.hpp>

#include <map>
#include <memory>
#include <vector>

namespace service {

class HttpsClients {
  public:
    /// \param executors  one of each thread's io_context; these outlive this. \param connected  called on any of them.
    /// \param names  null: its own.
    HttpsClients(const std::vector<boost::asio::any_io_executor>& executors,
                 const std::shared_ptr<boost::asio::ssl::context>& tls, const AddressPolicy& policy,
                 const HttpsClient::Connected& connected = {}, std::shared_ptr<NameLookups> names = nullptr);

    /// The client of the thread that runs `executor`, which is one of those given.
    HttpsClient& of(const boost::asio::any_io_executor& executor) const;

  private:
    std::map<boost::asio::execution_context*, std::unique_ptr<HttpsClient>> clients_;
};

}  // namespace service
