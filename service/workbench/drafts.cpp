#include "service/workbench/drafts.hpp"

#include "service/deployment/pack_source.hpp"
#include "service/tuning/read_version.hpp"

#include <algorithm>
#include <utility>

namespace service {

std::shared_ptr<const LoadedPack> Drafts::load(const SiteSource& site) {
    const auto pack = read();
    const SiteSource source = with_text(site);
    const bool can_be_named = !pack->digest.empty() && (source.is_none() || source.text);
    std::string key = pack->digest + (source.is_none() ? "\nnone" : "\nof " + source.text.value_or(std::string()));
    if (auto kept = can_be_named ? find(key) : nullptr) return kept;
    auto loaded = std::make_shared<const LoadedPack>(load_pack(*pack, source));
    // Expansions are another file, which may change without either of the two.
    const bool stands_alone = loaded->program == nullptr || !loaded->program->site().expansions_file;
    if (can_be_named && stands_alone) keep(std::move(key), loaded);
    return loaded;
}

std::shared_ptr<const ReadPack> Drafts::read() {
    const auto files = read_pack_files(pack_);
    const std::string digest = files ? digest_of_files(*files) : std::string();
    const std::lock_guard lock(reading_);
    const bool is_as_before = read_ != nullptr && !digest.empty() && read_->digest == digest;
    if (!is_as_before) read_ = std::make_shared<const ReadPack>(read_pack(pack_));
    return read_;
}

std::shared_ptr<const LoadedPack> Drafts::find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, key, &Kept::key);
    if (found == kept_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, found);
    return found->pack;
}

void Drafts::keep(std::string key, const std::shared_ptr<const LoadedPack>& pack) {
    const std::lock_guard lock(mutex_);
    kept_.push_front({std::move(key), pack});
    if (kept_.size() > most_kept) kept_.pop_back();
}

}  // namespace service
