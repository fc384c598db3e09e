#include "service/workbench/workbench.hpp"

#include "fhir/member.hpp"
#include "service/deployment/pack_source.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t most_kept = 3;
constexpr std::string_view saved_unread =
    "The saved site file holds errors, so there is nothing to compare with: save a draft without errors first.";
constexpr std::string_view previous_unread =
    "The version before this one (--previous) cannot be read with the saved site file, so there is nothing to compare "
    "with: what keeps it is listed.";

template <typename Told>
using Kept = std::list<std::pair<std::string, std::shared_ptr<const Told>>>;

/// What was kept under `digest`, which is the last used then; null if there is none.
template <typename Told>
std::shared_ptr<const Told> find_kept(Kept<Told>& kept, const std::string& digest) {
    const auto found = std::ranges::find(kept, digest, &Kept<Told>::value_type::first);
    if (found == kept.end()) return nullptr;
    kept.splice(kept.begin(), kept, found);
    return found->second;
}

template <typename Told>
void keep(Kept<Told>& kept, const std::string& digest, std::shared_ptr<const Told> told) {
    kept.emplace_front(digest, std::move(told));
    if (kept.size() > most_kept) kept.pop_back();
}

}  // namespace

Workbench::Workbench(WorkbenchSettings settings)
    : settings_(std::move(settings)),
      drafts_(settings_.pack),
      previous_(settings_.previous),
      samples_(settings_.samples),
      population_(settings_.population, settings_.clock) {}

void Workbench::read_population() {
    population_.read([this] { return load(saved()); });
}

std::stop_token Workbench::begin_search() {
    const std::lock_guard lock(search_mutex_);
    search_.request_stop();
    search_ = std::stop_source();
    return search_.get_token();
}

SiteSource Workbench::saved() const {
    std::error_code error;
    return std::filesystem::exists(settings_.site, error) ? SiteSource(settings_.site) : SiteSource();
}

std::filesystem::path Workbench::site_name() const {
    return settings_.site.empty() ? std::filesystem::path("site.json") : settings_.site;
}

SiteSource Workbench::draft_of(const json::object& asked) const {
    const json::value* site = fhir::find_member(asked, "site");
    const auto text = site != nullptr ? fhir::text_of(*site) : std::nullopt;
    return text ? SiteSource(site_name(), std::string(*text)) : saved();
}

boost::system::result<std::shared_ptr<const LoadedPack>, ApiError> Workbench::load_draft(const json::object& asked) {
    auto loaded = load(draft_of(asked));
    if (loaded->program != nullptr) return loaded;
    return ApiError{400, "Pack and site file hold errors: mend what is listed first.", loaded->findings};
}

boost::system::result<Workbench::Before, ApiError> Workbench::before_of(const json::object& asked) const {
    if (text_asked(asked, "from") != "previous") return Before::saved;
    if (!settings_.previous.empty()) return Before::previous;
    return ApiError{400, "No version before this one was named: start the workbench with --previous SEALED|FOLDER."};
}

boost::system::result<std::shared_ptr<const LoadedPack>, ApiError> Workbench::load_before(const json::object& asked) {
    const auto which = before_of(asked);
    if (!which) return which.error();
    const bool is_previous = *which == Before::previous;
    auto before = (is_previous ? previous_ : drafts_).load(saved());
    if (before->program != nullptr) return before;
    return ApiError{400, std::string(is_previous ? previous_unread : saved_unread), before->findings};
}

boost::system::result<ReadVersion, ApiError> Workbench::read_before(const json::object& asked,
                                                                    const PackText& pack) const {
    const auto which = before_of(asked);
    if (!which) return which.error();
    const bool is_previous = *which == Before::previous;
    auto before = is_previous ? read_version(settings_.previous, saved()) : read_version(pack, saved());
    if (before) return std::move(*before);
    if (is_previous) return ApiError{400, std::string(previous_unread), before.error()};
    return ApiError{400, "The saved site file holds errors: only its lines can be compared."};  // no fault of the draft
}

boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> Workbench::tell(const SiteSource& site) {
    const SiteSource source = with_text(site);
    const auto pack = load(source);
    if (pack->program == nullptr) return pack->findings;
    const std::string& digest = pack->digests.cards;
    const std::lock_guard lock(telling_);
    if (auto kept = find_kept(told_, digest)) return kept;
    // What is kept under a digest is told of what the digest is of, whatever the disk holds now.
    const PackText text{settings_.pack, pack->program->pack().files, unread_in_pack(settings_.pack)};
    auto told = ToldStories::tell(text, source);
    if (!told) return told.error();
    keep(told_, digest, *told);
    return std::move(*told);
}

std::shared_ptr<const DraftTold> Workbench::tell_draft(const LoadedPack& draft) {
    const std::string& digest = draft.digests.cards;
    const std::lock_guard lock(drafting_);
    if (drafted_ == nullptr || drafted_of_ != draft.digests.pack) {
        drafted_ = std::make_unique<const DraftedStories>(settings_.pack, draft.program->pack());
        drafted_of_ = draft.digests.pack;
        draft_told_.clear();
    }
    if (auto kept = find_kept(draft_told_, digest)) return kept;
    auto told = std::make_shared<const DraftTold>(drafted_->tell(draft, site_name()));
    keep(draft_told_, digest, told);
    return told;
}

std::shared_ptr<const std::vector<HeldPatient>> Workbench::stories(const LoadedPack& pack) {
    const std::lock_guard lock(stories_mutex_);
    if (stories_ == nullptr || stories_of_ != pack.digests.cards) {
        const rules::StoryReading told = read_all_stories(pack.program->pack(), pack.program->site());
        stories_ = std::make_shared<const std::vector<HeldPatient>>(stories_as_patients(told.stories));
        stories_of_ = pack.digests.cards;
    }
    return stories_;
}

std::shared_ptr<const HeldPatient> Workbench::find_patient(std::string_view id, const LoadedPack* pack) {
    if (id.starts_with("sample/")) return samples_.find(id);
    if (id.starts_with("population/")) return population_.find(id);
    if (!id.starts_with("story/")) return opened_.find(id);
    if (pack == nullptr || pack->program == nullptr) return nullptr;
    const auto all = stories(*pack);
    const auto found = std::ranges::find(*all, id, &HeldPatient::id);
    if (found == all->end()) return nullptr;
    return {all, &*found};
}

}  // namespace service
