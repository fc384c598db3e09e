#include "service/commands/command_workbench.hpp"

#include "service/base/sha256.hpp"
#include "service/base/uuid.hpp"
#include "service/http/server.hpp"
#include "service/workbench/workbench_port.hpp"

#include <boost/asio/thread_pool.hpp>

#include <csignal>
#include <cstdlib>
#include <mutex>
#include <ostream>
#include <utility>
#include <variant>

namespace service {
namespace {

namespace asio = boost::asio;

constexpr std::size_t serving_threads = 2;
/// Questions that take long are a few at most (one of a kind): the others find a thread beside them.
constexpr std::size_t answering_threads = 8;
constexpr std::size_t most_connections = 256;

/// A person sits before the page and sees what it says: only faults of ours are told besides.
class FaultLog final : public Log {
  public:
    explicit FaultLog(std::ostream& err) : err_(err) {}

    void write(const Event& event) override {
        const auto* failed = std::get_if<CallFailed>(&event);
        if (failed == nullptr) return;
        const std::lock_guard lock(mutex_);
        err_ << "error: an answer failed (" << failed->exception << ")" << std::endl;
    }

  private:
    std::mutex mutex_;
    std::ostream& err_;
};

/// As large as a patient, and as slow as a disk: nobody else is kept waiting.
ConnectionLimits limits_of_port() {
    ConnectionLimits limits;
    limits.connections = most_connections;
    limits.body_bytes = most_workbench_body;
    limits.request = std::chrono::minutes(10);
    limits.refuses_when_overloaded = false;
    return limits;
}

/// Nobody can guess it: 244 random bits.
std::string new_token() {
    return sha256_hex(random_uuid() + random_uuid());
}

}  // namespace

ExitCode run_workbench(const WorkbenchOptions& options, const Streams& streams) {
    auto clock = options.at.empty() ? std::optional(running_clock()) : parse_clinical_clock(options.at, false);
    if (!clock) {
        streams.err << "error: --at " << options.at << ": " << why_no_instant(options.at) << '\n';
        return ExitCode::usage;
    }
    hold_back_signals();
    std::signal(SIGPIPE, SIG_IGN);  // a reader of stdout that went away must not end the workbench
    Workbench workbench({.pack = options.pack,
                         .site = options.site,
                         .previous = options.previous,
                         .report = options.report,
                         .population = options.population,
                         .clock = std::move(*clock),
                         .samples = find_product_folder("share/backpain-cds/samples", "deploy/samples")});
    const std::string token = new_token();
    FaultLog log(streams.err);
    Server server({.threads = serving_threads, .drain = std::chrono::seconds(2)}, log);
    asio::thread_pool pool(answering_threads);  // joined before the server, whose coroutines wait for it, is gone
    WorkbenchPort port(workbench,
                       PageFiles(find_product_folder("share/backpain-cds/workbench", "service/workbench/page")), token,
                       pool.get_executor());
    const asio::ip::tcp::endpoint loopback(asio::ip::address_v4::loopback(), options.port);
    const auto listening = server.listen(loopback, {"workbench", port, nullptr, limits_of_port(), log});
    if (!listening) {
        streams.err << "error: port " << options.port << " cannot be listened on: " << listening.error().reason
                    << ". Choose another with --port, or none: then a free one is taken.\n";
        return ExitCode::environment;
    }
    port.listens_at(*listening);
    workbench.read_population();
    server.obey_signals([] {});
    streams.out << "workbench on http://127.0.0.1:" << *listening << "/#token=" << token << std::endl;
    server.run();
    // What is being read or counted is for nobody any more, and may take minutes: it is not waited for.
    streams.out << std::flush;
    std::_Exit(static_cast<int>(ExitCode::fine));
}

}  // namespace service
