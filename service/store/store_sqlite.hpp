// SQLite, for one replica: a file that needs no server. The only file that knows SQLite.
// Write-ahead log with full synchronisation: what a commit has confirmed is on the disk.
#pragma once

#include "service/store/store.hpp"

#include <memory>
#include <string>

namespace service {

/// Opens the database at `path`, and makes it if it is not there.
boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect_sqlite(const std::string& path);

}  // namespace service
