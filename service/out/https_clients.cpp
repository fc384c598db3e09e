#include "service/out/https_clients.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

namespace service {

namespace asio = boost::asio;

namespace {

asio::execution_context* context_of(const asio::any_io_executor& executor) {
    return &asio::query(executor, asio::execution::context);
}

}  // namespace

HttpsClients::HttpsClients(const std::vector<asio::any_io_executor>& executors,
                           const std::shared_ptr<asio::ssl::context>& tls, const AddressPolicy& policy,
                           const HttpsClient::Connected& connected, std::shared_ptr<NameLookups> names) {
    if (names == nullptr) names = std::make_shared<NameLookups>();
    for (const asio::any_io_executor& executor : executors) {
        clients_.emplace(context_of(executor), std::make_unique<HttpsClient>(executor, tls, policy, connected, names));
    }
}

HttpsClient& HttpsClients::of(const asio::any_io_executor& executor) const {
    return *clients_.at(context_of(executor));
}

}  // namespace service
