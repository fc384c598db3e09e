#include "service/base/file_text.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace service {
namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{256} * 1024 * 1024;

std::string why(const char* what) {
    return std::string(what) + ": " + std::strerror(errno);
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// What mkstemp makes is its owner's alone. A file that is there keeps its mode; a new one is as any program's.
mode_t mode_for(const std::filesystem::path& path) {
    struct stat there {};
    if (::stat(path.c_str(), &there) == 0) return there.st_mode & 07777;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0644 & ~mask;
}

/// The directory too, so that a crash does not take the new name away again. Some file systems cannot: never mind.
void keep_name(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > most_bytes) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(size), '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) return std::nullopt;
    return text;
}

std::string why_unread(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return "it is not there";
    if (std::filesystem::is_directory(status)) return "it is a folder";
    if (!std::filesystem::is_regular_file(status)) return "it is no regular file";
    if (std::filesystem::file_size(path, error) > most_bytes) return "it is larger than 256 MiB";
    return "this user may not read it, or the disk fails";
}

std::optional<std::string> write_text(const std::filesystem::path& path, std::string_view text) {
    std::string beside = path.string() + ".XXXXXX";
    const int descriptor = ::mkstemp(beside.data());
    if (descriptor < 0) return why("no file can be made there");
    std::optional<std::string> fault;
    if (!write_all(descriptor, text)) fault = why("it cannot be written");
    if (!fault && ::fchmod(descriptor, mode_for(path)) != 0) fault = why("its permissions cannot be set");
    if (!fault && ::fsync(descriptor) != 0) fault = why("it cannot be written");
    if (::close(descriptor) != 0 && !fault) fault = why("it cannot be written");
    if (!fault && ::rename(beside.c_str(), path.c_str()) != 0) fault = why("it cannot be put in its place");
    if (fault) {
        ::unlink(beside.c_str());
    } else {
        keep_name(path.parent_path());
    }
    return fault;
}

}  // namespace service
