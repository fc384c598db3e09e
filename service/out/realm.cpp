#include "service/out/realm.hpp"

namespace service {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> open_client_tls(const std::filesystem::path& ca_file,
                                              const std::filesystem::path& further_ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    boost::system::error_code error;
    context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
    if (!error) context->set_default_verify_paths(error);
    for (const auto& file : {ca_file, further_ca_file}) {
        if (!error && !file.empty()) context->load_verify_file(file.string(), error);
    }
    if (!error) context->set_verify_mode(ssl::verify_peer, error);
    return error ? nullptr : context;
}

}  // namespace service
