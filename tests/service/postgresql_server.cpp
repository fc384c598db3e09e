#include "tests/service/postgresql_server.hpp"

#include "service/store/store_postgresql.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

/// Where Debian keeps a server's programs: /usr/lib/postgresql/15/bin.
std::optional<fs::path> installed_programs() {
    std::error_code absent;
    for (const fs::directory_entry& version : fs::directory_iterator("/usr/lib/postgresql", absent)) {
        if (fs::exists(version.path() / "bin/postgres") && fs::exists(version.path() / "bin/initdb")) {
            return version.path() / "bin";
        }
    }
    return std::nullopt;
}

/// Whom the server runs as when the test runs as root, which PostgreSQL refuses.
const passwd* unprivileged() {
    if (geteuid() != 0) return nullptr;
    const passwd* user = getpwnam("postgres");
    return user != nullptr ? user : getpwnam("nobody");
}

pid_t spawn(const std::vector<std::string>& command, const fs::path& log) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const passwd* user = unprivileged();
    const pid_t child = fork();
    if (child != 0) return child;
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
        _exit(126);
    }
    execv(arguments.front(), arguments.data());
    _exit(127);
}

int free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(probe, generic, length) == 0 && getsockname(probe, generic, &length) == 0;
    close(probe);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

}  // namespace

std::unique_ptr<PostgresqlServer> PostgresqlServer::start() {
    const auto programs = installed_programs();
    if (!programs) return nullptr;
    std::string pattern = (fs::temp_directory_path() / "backpain-postgresql-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    if (const passwd* user = unprivileged();
        user != nullptr && chown(pattern.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("cannot hand over the temporary directory");
    }
    return std::unique_ptr<PostgresqlServer>(new PostgresqlServer(*programs, pattern));
}

PostgresqlServer::PostgresqlServer(fs::path programs, fs::path directory)
    : programs_(std::move(programs)), directory_(std::move(directory)) {
    const pid_t made = spawn({(programs_ / "initdb").string(), "--pgdata", (directory_ / "data").string(), "--username",
                              "backpain", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"},
                             directory_ / "initdb.log");
    int status = 0;
    waitpid(made, &status, 0);
    if (status != 0) throw std::runtime_error("initdb failed");
    port_ = free_port();
    resume();
}

PostgresqlServer::~PostgresqlServer() {
    stop();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

std::string PostgresqlServer::uri(const std::string& database) const {
    return "postgresql://backpain@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

void PostgresqlServer::stop() {
    if (process_ <= 0) return;
    thaw();                  // a process that is stopped does not end
    kill(process_, SIGINT);  // "fast" shutdown: clients are disconnected
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

/// Its processes are the children of the first, each in a session of its own.
void PostgresqlServer::send_to_all(int signal) const {
    const std::string process = std::to_string(process_);
    std::ifstream children("/proc/" + process + "/task/" + process + "/children");
    kill(process_, signal);  // first, so that it starts no more of them
    for (pid_t child = 0; children >> child;) kill(child, signal);
}

void PostgresqlServer::freeze() {
    send_to_all(SIGSTOP);
}

void PostgresqlServer::thaw() {
    send_to_all(SIGCONT);
}

void PostgresqlServer::resume() {
    // Durability is not what is tested here, and loopback is all that it listens on.
    process_ = spawn(
        {(programs_ / "postgres").string(), "-D", (directory_ / "data").string(), "-p", std::to_string(port_), "-c",
         "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=64"},
        directory_ / "server.log");
    for (int attempt = 0; attempt < 600; ++attempt) {
        if (service::connect_postgresql(uri("postgres"), service::StoreClock::now() + std::chrono::seconds(10))) return;
        if (waitpid(process_, nullptr, WNOHANG) == process_) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw std::runtime_error("PostgreSQL does not start");
}
