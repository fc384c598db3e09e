// PostgreSQL, for several replicas that share one memory. The only file that knows libpq.
// libpq rather than libpqxx: Debian's libpqxx 6 is an interface that its authors have left, throws, and would wrap the
// three functions that are needed here.
#pragma once

#include "service/store/store.hpp"

#include <memory>
#include <string>

namespace service {

/// Connects to a server by libpq's URI; what the URI leaves out libpq takes from its environment variables and
/// ~/.pgpass.
boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect_postgresql(const std::string& uri);

}  // namespace service
