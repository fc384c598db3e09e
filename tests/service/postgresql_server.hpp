// A PostgreSQL server of the test's own: in a temporary directory, on a free port of loopback, gone with the object.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

class PostgresqlServer {
  public:
    /// A running server; nullptr if PostgreSQL is not installed. Throws if it is and does not start.
    static std::unique_ptr<PostgresqlServer> start();

    ~PostgresqlServer();
    PostgresqlServer(const PostgresqlServer&) = delete;
    PostgresqlServer& operator=(const PostgresqlServer&) = delete;

    /// The address of a database, for the configuration's "store".
    std::string uri(const std::string& database) const;

    /// Ends the server as an operator would, and brings it back on the same port.
    void stop();
    void resume();

    /// Stops all of its processes where they are, with their connections open, and lets them go on.
    void freeze();
    void thaw();

  private:
    void send_to_all(int signal) const;

    PostgresqlServer(std::filesystem::path programs, std::filesystem::path directory);

    std::filesystem::path programs_;
    std::filesystem::path directory_;
    int port_ = 0;
    pid_t process_ = -1;
};
