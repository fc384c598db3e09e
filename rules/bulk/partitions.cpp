#include "rules/bulk/partitions.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rules {
namespace {

constexpr std::size_t write_buffer = 128U << 10;
constexpr std::size_t read_buffer = 1U << 20;

/// What stands before key and text of a line.
struct Head {
    std::uint64_t line;
    std::uint32_t file, key_size, text_size, unused;
};

/// The line at the beginning of `bytes`, taken off; false if not all of it is there.
bool take_line(std::string_view& bytes, PartitionedLine& line) {
    Head head{};
    if (bytes.size() < sizeof head) return false;
    std::memcpy(&head, bytes.data(), sizeof head);
    const std::size_t size = sizeof head + head.key_size + head.text_size;
    if (bytes.size() < size) return false;
    line.line = head.line;
    line.file = head.file;
    line.key = bytes.substr(sizeof head, head.key_size);
    line.text = bytes.substr(sizeof head + head.key_size, head.text_size);
    bytes.remove_prefix(size);
    return true;
}

/// Reads `most` bytes from `offset` on, fewer at the end; -1 if that fails.
long read_at(int descriptor, char* to, std::size_t most, std::uint64_t offset) {
    long got = 0;
    do {
        got = ::pread(descriptor, to, most, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    return got;
}

int open_without_name(const std::filesystem::path& folder) {
    const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return nameless;
    std::string name = (folder / "backpain-cds-XXXXXX").string();  // not every file system has files without a name
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

boost::system::result<std::unique_ptr<PartitionFile>, std::string> PartitionFile::create(
    const std::filesystem::path& folder) {
    const int descriptor = open_without_name(folder);
    if (descriptor < 0) {
        return "No file can be made in " + folder.string() + ": " + std::strerror(errno) +
               ". Name another folder with --temp.";
    }
    return std::unique_ptr<PartitionFile>(new PartitionFile(descriptor));
}

PartitionFile::~PartitionFile() {
    ::close(descriptor_);
}

bool PartitionFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const long written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        size_ += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool PartitionFile::add(const PartitionedLine& line) {
    const Head head{line.line, line.file, static_cast<std::uint32_t>(line.key.size()),
                    static_cast<std::uint32_t>(line.text.size()), 0};
    const std::lock_guard lock(mutex_);
    buffer_.append(reinterpret_cast<const char*>(&head), sizeof head).append(line.key).append(line.text);
    if (buffer_.size() < write_buffer) return true;
    const bool is_written = write(buffer_);
    buffer_.clear();
    return is_written;
}

bool PartitionFile::flush() {
    const std::lock_guard lock(mutex_);
    const bool is_written = write(buffer_);
    buffer_ = {};
    return is_written;
}

bool PartitionFile::each(const std::function<void(const PartitionedLine&)>& see) {
    std::string bytes;
    for (std::uint64_t offset = 0; offset < size_;) {
        const std::size_t before = bytes.size();
        bytes.resize(before + read_buffer);
        const long got = read_at(descriptor_, bytes.data() + before, read_buffer, offset);
        if (got <= 0) return false;
        bytes.resize(before + static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
        std::string_view rest = bytes;
        PartitionedLine line;
        while (take_line(rest, line)) see(line);
        bytes.erase(0, bytes.size() - rest.size());
    }
    return bytes.empty();
}

bool PartitionFile::load(std::string& text, std::vector<PartitionedLine>& lines) {
    text.resize(size_);
    for (std::uint64_t offset = 0; offset < size_;) {
        const long got = read_at(descriptor_, text.data() + offset, text.size() - offset, offset);
        if (got <= 0) return false;
        offset += static_cast<std::uint64_t>(got);
    }
    lines.clear();
    std::string_view rest = text;
    PartitionedLine line;
    while (take_line(rest, line)) lines.push_back(line);
    return rest.empty();
}

boost::system::result<std::unique_ptr<Partitions>, std::string> Partitions::create(const std::filesystem::path& folder,
                                                                                   std::uint64_t seed,
                                                                                   std::size_t count) {
    std::unique_ptr<Partitions> partitions(new Partitions(seed));
    for (std::size_t part = 0; part < count; ++part) {
        auto file = PartitionFile::create(folder);
        if (!file) return file.error();
        partitions->files_.push_back(std::move(*file));
    }
    return partitions;
}

std::size_t Partitions::part_of(std::string_view key) const {
    std::uint64_t hash = 14695981039346656037ULL ^ seed_;  // FNV-1a
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return (hash ^ (hash >> 32U)) % files_.size();
}

}  // namespace rules
