// PostgreSQL, for several replicas that share one memory. The only file that knows libpq.
// libpq rather than libpqxx: Debian's libpqxx 6 is an interface that its authors have left, throws, and would wrap the
// few functions that are needed here.
//
// Nothing here waits for the server longer than it was told to: libpq's own waiting is not used, since it has no limit
// once a connection stands, and a server that is stopped keeps its connections open.
#pragma once

#include "service/store/store.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace service {

/// The servers that one libpq URI names.
class PostgresqlServers {
  public:
    /// \param uri  of libpq; what it leaves out libpq takes from its environment variables and ~/.pgpass.
    explicit PostgresqlServers(std::string uri);

    /// Connects to one of them that can be written to, the one that answered last before the others. Each gets its
    /// share of the time: one that hangs must not use up the others'. (libpq would wait for the first.)
    boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect(StoreDeadline deadline);

  private:
    struct Host {
        std::string name, address, port;  ///< as in the URI; empty: not given there
    };

    std::string uri_;
    std::vector<Host> hosts_;  ///< none: it names one server, or none
    std::atomic<std::size_t> last_{0};
};

/// A connection to the servers of `uri`.
boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect_postgresql(const std::string& uri,
                                                                                     StoreDeadline deadline);

}  // namespace service
