// The floor that a service call is held against: the same server, TLS, HTTP and JSON parser, and a handler that does
// nothing with what it parsed. Prints the port it listens on, and serves until it is killed.
//
//   floor_server CERTIFICATE KEY
#include "fhir/json_text.hpp"
#include "service/hooks/clinical_port.hpp"
#include "service/http/server.hpp"

#include <iostream>

namespace {

class ParsingOnly final : public service::CdsServices {
  public:
    const service::Discovery& discovery(const service::ClientProfile&) const override { return discovery_; }
    bool offers(std::string_view) const override { return true; }
    std::optional<std::string> about(std::string_view, std::string_view) const override { return std::nullopt; }
    boost::asio::awaitable<service::Reply> call(service::ServiceCall call) const override {
        boost::json::monotonic_resource storage(call.body.size() * 3);
        const auto tree = fhir::parse_json(call.body, &storage);
        service::Reply reply;
        reply.status = tree ? 200 : 400;
        reply.body = R"({"cards":[]})";
        co_return reply;
    }

  private:
    service::Discovery discovery_ = {R"({"services":[]})", "\"floor\""};
};

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 3) return 2;
    const auto tls = service::open_tls({arguments[1], arguments[2], {}});
    if (!tls) return 3;
    const auto log = service::open_log({});
    const auto offer = std::make_shared<service::Offer>();
    offer->services = std::make_shared<const ParsingOnly>();
    offer->anonymous = std::make_shared<const service::Client>();
    const service::Reloadable<const service::Offer> current(offer);
    const service::ReloadableTls current_tls(*tls);
    const service::ClinicalPort port(current, {*log, nullptr, {}});
    service::Server server({}, *log);
    const boost::asio::ip::tcp::endpoint loopback(boost::asio::ip::address_v4::loopback(), 0);
    const auto number = server.listen(loopback, {"clinical", port, &current_tls, {}, *log});
    if (!number) return 4;
    server.obey_signals([] {});
    std::cout << "listening on https://127.0.0.1:" << *number << std::endl;
    server.run();
}
