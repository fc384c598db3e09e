#include "service/hooks/audit_file.hpp"

#include "fhir/json_text.hpp"
#include "service/base/timestamp.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <fcntl.h>
#include <iterator>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace service {

namespace json = boost::json;

namespace {

using Clock = BlockingCalls::Clock;

constexpr std::size_t most_at_once = 500;  ///< lines in one piece
constexpr std::chrono::seconds between_attempts{1};
constexpr std::chrono::seconds between_complaints{60};
constexpr mode_t owner_alone = S_IRUSR | S_IWUSR;

json::object coding(std::string_view system, std::string_view code) {
    return {{"system", system}, {"code", code}};
}

json::object reference(std::string_view to) {
    return {{"reference", to}};
}

/// By an address, or by a name that somebody gave.
json::object identifier(std::string_view value) {
    json::object made;
    if (value.starts_with("https://") || value.starts_with("http://") || value.starts_with("urn:")) {
        made["system"] = "urn:ietf:rfc:3986";
    }
    made["value"] = value;
    return {{"identifier", std::move(made)}};
}

/// A file that is open for this process alone.
class OpenFile {
  public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    OpenFile& operator=(OpenFile&&) = delete;
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    int get() const { return descriptor_; }

    /// Whether it is what stands at `path` now.
    bool is_at(const std::filesystem::path& path) const {
        struct stat here {
        }, there{};
        return fstat(descriptor_, &here) == 0 && stat(path.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
               here.st_ino == there.st_ino;
    }

  private:
    int descriptor_;
};

std::string words_of(int error) {
    return std::generic_category().message(error);
}

using Opened = boost::system::result<OpenFile, std::string>;

/// Opens what is at `path`, or makes it.
Opened open_file(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, owner_alone);
    if (descriptor < 0) return words_of(errno);
    OpenFile file(descriptor);
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return words_of(errno);
    if (!S_ISREG(status.st_mode)) return std::string("this is no regular file");
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::string("another process writes to it");
    // Files of before may be open to others; who may read them is the operator's to say, elsewhere.
    if ((status.st_mode & 07777) != owner_alone && fchmod(descriptor, owner_alone) != 0) {
        return "it cannot be kept from other users: " + words_of(errno);
    }
    return file;
}

std::string_view fault_of(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "disk-full";
        case EACCES:
        case EPERM:
        case EROFS:
            return "no-permission";
        default:
            return "failed";
    }
}

/// errno, or 0.
int write_all(const OpenFile& file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) return errno;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fdatasync(file.get()) == 0 ? 0 : errno;
}

/// Writes all of `text` and has it on the disk, or leaves the file as it was. \returns why not; empty: it is there.
std::string_view append_to(const OpenFile& file, std::string_view text) {
    const off_t end = lseek(file.get(), 0, SEEK_END);
    if (end < 0) return fault_of(errno);
    const int error = write_all(file, text);
    if (error == 0) return {};
    if (ftruncate(file.get(), end) != 0) return "torn";  // half a line may stand there
    return fault_of(error);
}

}  // namespace

std::string audit_line(const AuditedCall& call, std::string_view observer, WallTime recorded) {
    json::array agents;
    json::object user{{"requestor", true}};
    if (!call.user.empty()) user["who"] = reference(call.user);
    agents.push_back(std::move(user));
    if (!call.client.empty()) {
        json::object client = {{"who", identifier(call.client)}};
        client["requestor"] = false;
        agents.push_back(std::move(client));
    }
    json::object patient{{"what", reference("Patient/" + std::string(call.patient))}};
    patient["type"] = coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1");  // a person
    patient["role"] = coding("http://terminology.hl7.org/CodeSystem/object-role", "1");        // the patient
    json::array entities{std::move(patient)};
    if (!call.hook_instance.empty()) {
        json::object instance{{"what", identifier("urn:uuid:" + std::string(call.hook_instance))}};
        instance["type"] = coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2");  // a system object
        entities.push_back(std::move(instance));
    }
    const json::object event{
        {"resourceType", "AuditEvent"},
        {"type", coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")},
        {"subtype", json::array{coding("https://cds-hooks.hl7.org/hooks", call.hook)}},
        {"action", "E"},
        {"recorded", print_timestamp(recorded)},
        {"outcome", call.is_answered ? "0" : "4"},
        {"agent", std::move(agents)},
        {"source", json::object{{"observer", identifier(observer.empty() ? "backpain-cds" : observer)}}},
        {"entity", std::move(entities)}};
    return fhir::print_json(event) + "\n";
}

struct AuditFile::State {
    explicit State(Log& events) : log(events) {}

    void run();
    std::string_view write(const std::vector<std::string>& lines);
    void tell_of(std::string_view fault, Clock::time_point now);

    Log& log;
    std::mutex mutex;  // of what follows
    std::condition_variable work;
    std::filesystem::path path;  ///< empty: off
    std::string observer;
    std::shared_ptr<const OpenFile> file;  ///< what is at `path`, when it was last looked at; written to by the thread
    std::deque<std::string> waiting;       ///< taken from by the thread alone
    std::size_t lost = 0, lost_told = 0;   ///< lines, in all; and of them those in the log
    bool is_written = true;                ///< the last time
    bool is_running = false;               ///< from when it is first turned on
    bool stopping = false;
    Clock::time_point complains_again_at{};
};

AuditFile::AuditFile(Log& log) : state_(std::make_shared<State>(log)), thread_({.threads = 1}) {}

AuditFile::~AuditFile() {
    close(Clock::now() + patience_of_destruction);
}

boost::system::result<void, std::string> AuditFile::open(const std::filesystem::path& path, std::string observer) {
    State& state = *state_;
    std::shared_ptr<const OpenFile> file;
    if (!path.empty()) {
        {
            const std::lock_guard lock(state.mutex);
            // A second lock of one's own would be refused.
            if (state.file != nullptr && state.file->is_at(path)) file = state.file;
        }
        if (file == nullptr) {
            auto opened = open_file(path);
            if (!opened) return opened.error();
            file = std::make_shared<const OpenFile>(std::move(*opened));
        }
    }
    const std::lock_guard lock(state.mutex);
    state.path = path;
    state.observer = std::move(observer);
    state.file = std::move(file);
    if (path.empty()) state.waiting.clear();
    if (!path.empty() && !std::exchange(state.is_running, true)) thread_.start([state = state_] { state->run(); });
    return {};
}

std::string AuditFile::obstacle(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) {
        const auto folder = path.parent_path().empty() ? std::filesystem::path(".") : path.parent_path();
        if (errno != ENOENT) return words_of(errno);
        return access(folder.c_str(), W_OK | X_OK) == 0 ? "" : "no file can be made in its folder";
    }
    if (!S_ISREG(status.st_mode)) return "this is no regular file";
    if (access(path.c_str(), W_OK) != 0) return "it cannot be written to";
    return "";
}

void AuditFile::add(const AuditedCall& call) {
    State& state = *state_;
    std::string observer;
    {
        const std::lock_guard lock(state.mutex);
        if (state.path.empty()) return;
        observer = state.observer;
    }
    std::string line = audit_line(call, observer, wall_time());
    {
        const std::lock_guard lock(state.mutex);
        if (state.path.empty()) return;
        if (state.waiting.size() == most_waiting) {
            ++state.lost;
            return;
        }
        state.waiting.push_back(std::move(line));
    }
    state.work.notify_one();
}

void AuditFile::tell(Metrics& metrics) {
    const std::lock_guard lock(state_->mutex);
    if (state_->path.empty()) return;
    metrics.audit(state_->is_written, state_->lost);
}

bool AuditFile::close(Clock::time_point deadline) {
    {
        const std::lock_guard lock(state_->mutex);
        if (std::exchange(state_->stopping, true)) return thread_.close(deadline);
    }
    state_->work.notify_all();
    const bool ended = thread_.close(deadline);
    std::size_t lost = 0;
    {
        const std::lock_guard lock(state_->mutex);
        lost = state_->lost - state_->lost_told + state_->waiting.size();
    }
    if (lost > 0) state_->log.write(AuditWatched{false, "stopping", lost});
    return ended;
}

void AuditFile::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        work.wait(lock, [this] { return stopping || !waiting.empty(); });
        if (waiting.empty()) return;
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(std::min(waiting.size(), most_at_once));
        std::vector<std::string> batch(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
        waiting.erase(waiting.begin(), end);
        lock.unlock();
        const std::string_view fault = write(batch);
        lock.lock();
        tell_of(fault, Clock::now());
        if (fault.empty()) continue;
        waiting.insert(waiting.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
        if (stopping) return;
        work.wait_for(lock, between_attempts, [this] { return stopping; });
    }
}

/// Without the lock. \returns why it is not written; empty: it is.
std::string_view AuditFile::State::write(const std::vector<std::string>& lines) {
    try {
        std::string text;
        for (const std::string& line : lines) text += line;
        std::shared_ptr<const OpenFile> to;
        std::filesystem::path at;
        {
            const std::lock_guard lock(mutex);
            to = file;
            at = path;
        }
        if (at.empty()) return {};
        if (to == nullptr || !to->is_at(at)) {
            auto opened = open_file(at);
            if (!opened) return "cannot-open";
            to = std::make_shared<const OpenFile>(std::move(*opened));
            const std::lock_guard lock(mutex);
            if (path == at) file = to;
        }
        return append_to(*to, text);
    } catch (const std::exception&) {
        return "no-memory";
    }
}

/// With the lock held: says when it can no longer be written to, once a minute while that lasts, and when it can again.
void AuditFile::State::tell_of(std::string_view fault, Clock::time_point now) {
    const bool was_written = std::exchange(is_written, fault.empty());
    const bool is_due = !is_written && (was_written || now >= complains_again_at);
    if (is_due) complains_again_at = now + between_complaints;
    if (!is_due && is_written == was_written) return;
    const std::size_t newly_lost = lost - std::exchange(lost_told, lost);
    log.write(AuditWatched{is_written, fault, newly_lost});
}

}  // namespace service
