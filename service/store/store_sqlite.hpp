// SQLite, for one replica: a file that needs no server. The only file that knows SQLite.
// Write-ahead log with full synchronisation: what a commit has confirmed is on the disk, in the file that is at its
// path; a file that was taken away or exchanged beneath us is noticed before anything is confirmed. Made for its owner
// alone.
#pragma once

#include "service/store/store.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>

namespace service {

/// Which file is at a path.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
};

/// One database. Once it has been opened, no other file is taken for it: a new one would know no token that was used.
class SqliteFile {
  public:
    explicit SqliteFile(std::string path) : path_(std::move(path)) {}

    /// Opens it, and makes it if it is not there the first time.
    boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect(StoreDeadline deadline);

    /// Takes it, if it is ours and there, from all others.
    void make_private() const;

  private:
    std::string path_;
    std::mutex mutex_;
    std::optional<FileIdentity> opened_;
};

/// A connection to the database at `path`, which is made if it is not there.
boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> connect_sqlite(const std::string& path,
                                                                                 StoreDeadline deadline);

}  // namespace service
