// The files that make the server's TLS.
#pragma once

#include <filesystem>

namespace service {

struct TlsFiles {
    std::filesystem::path certificate;  ///< PEM: the server's certificate, then the intermediate ones
    std::filesystem::path key;          ///< PEM, without a passphrase
    std::filesystem::path client_ca;    ///< PEM; empty: client certificates are not asked for
};

}  // namespace service
