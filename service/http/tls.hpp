// The server's TLS: version 1.2 and 1.3, forward secrecy, authenticated ciphers, HTTP/1.1 by ALPN, client certificates
// if a CA for them is configured. A certificate, key or CA that does not fit is refused here, at start, with a reason.
#pragma once

#include "service/base/reloadable.hpp"
#include "service/base/wall_time.hpp"
#include "service/http/tls_files.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/result.hpp>
#include <openssl/types.h>

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

/// The context of connections to come. A connection that has begun keeps its own, for as long as accepts_session().
using ReloadableTls = Reloadable<boost::asio::ssl::context>;

/// A server context of these files.
boost::system::result<TlsContext, TlsError> open_tls(const TlsFiles& files);

/// Whether a client with this session, of `context` or of one before it, would be let in by `context`: its certificate
/// must be of an authority that is listed now. A session that was taken up again has only the client's own certificate,
/// so where there are intermediate ones, the client has to shake hands once more.
bool accepts_session(boost::asio::ssl::context& context, SSL* session);

/// Until when the server certificate of `context` is valid; the epoch if it has none.
WallTime valid_until(boost::asio::ssl::context& context);

}  // namespace service
