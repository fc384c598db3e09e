// The server's TLS: version 1.2 and 1.3, forward secrecy, authenticated ciphers, HTTP/1.1 by ALPN, client certificates
// if a CA for them is configured. A certificate, key or CA that does not fit is refused here, at start, with a reason.
#pragma once

#include "service/base/current.hpp"
#include "service/base/wall_time.hpp"
#include "service/http/tls_files.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/result.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace service {

/// Which file is to blame, and what is wrong with it.
struct TlsError {
    std::filesystem::path file;
    std::string reason;
};

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// The context of connections to come. A connection that has begun keeps its own.
using CurrentTls = Current<boost::asio::ssl::context>;

/// A server context of these files.
boost::system::result<TlsContext, TlsError> open_tls(const TlsFiles& files);

/// Until when the server certificate of `context` is valid; the epoch if it has none.
WallTime valid_until(boost::asio::ssl::context& context);

}  // namespace service
