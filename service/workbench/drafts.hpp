// The pack with a site file, compiled, for whoever edits one: the last few are kept, by what they are made of.
#pragma once

#include "service/deployment/load_pack.hpp"

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace service {

/// Safe from every thread.
class Drafts {
  public:
    explicit Drafts(std::filesystem::path pack) : pack_(std::move(pack)) {}

    /// The pack as it lies on the disk, set by `site`; its program is null if the findings hold an error.
    std::shared_ptr<const LoadedPack> load(const SiteSource& site);

    /// The pack as it lies on the disk; what was read last is kept.
    std::shared_ptr<const ReadPack> read();

  private:
    struct Kept {
        std::string key;
        std::shared_ptr<const LoadedPack> pack;
    };
    static constexpr std::size_t most_kept = 8;

    std::shared_ptr<const LoadedPack> find(const std::string& key);
    void keep(std::string key, const std::shared_ptr<const LoadedPack>& pack);

    const std::filesystem::path pack_;
    std::mutex reading_;
    std::shared_ptr<const ReadPack> read_;
    std::mutex mutex_;
    std::list<Kept> kept_;  ///< the last used first
};

}  // namespace service
