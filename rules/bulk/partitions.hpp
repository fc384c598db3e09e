// Lines brought together by a key on disk, when what belongs together comes scattered: each line goes into one of many
// files by the hash of its key, and a file that is small enough is sorted in memory.
//
// The files have no name: nobody else can open them, and they go when the process does. They hold patients' data.
#pragma once

#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A line, and where it stood.
struct PartitionedLine {
    std::string_view key, text;  ///< borrowed
    std::uint32_t file = 0;
    std::uint64_t line = 0;
};

/// A file without a name, of mode 0600. Written by many threads, then read by one.
class PartitionFile {
  public:
    static boost::system::result<std::unique_ptr<PartitionFile>, std::string> create(
        const std::filesystem::path& folder);
    ~PartitionFile();
    PartitionFile(const PartitionFile&) = delete;
    PartitionFile& operator=(const PartitionFile&) = delete;

    /// \returns false if the disk is full or fails.
    bool add(const PartitionedLine& line);
    bool flush();
    std::uint64_t size() const { return size_; }

    /// Hands on each line, through a small buffer. \returns false if the file cannot be read.
    bool each(const std::function<void(const PartitionedLine&)>& see);
    /// All lines; they point into `text`. \returns false if the file cannot be read.
    bool load(std::string& text, std::vector<PartitionedLine>& lines);

  private:
    explicit PartitionFile(int descriptor) : descriptor_(descriptor) {}
    bool write(std::string_view bytes);

    int descriptor_;
    std::mutex mutex_;  // of what follows
    std::string buffer_;
    std::uint64_t size_ = 0;
};

/// A set of such files, one for each value of a hash.
class Partitions {
  public:
    static constexpr std::size_t parts = 128;

    /// \param seed  other seeds spread keys otherwise: for the parts of a part.
    static boost::system::result<std::unique_ptr<Partitions>, std::string> create(const std::filesystem::path& folder,
                                                                                  std::uint64_t seed,
                                                                                  std::size_t count = parts);

    bool add(const PartitionedLine& line) { return files_[part_of(line.key)]->add(line); }
    std::size_t part_of(std::string_view key) const;
    std::vector<std::unique_ptr<PartitionFile>>& files() { return files_; }

  private:
    explicit Partitions(std::uint64_t seed) : seed_(seed) {}

    std::uint64_t seed_;
    std::vector<std::unique_ptr<PartitionFile>> files_;
};

}  // namespace rules
