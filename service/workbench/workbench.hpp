// What the workbench holds while it runs: the pack with drafts of its site file, patients to look at, a population. The
// draft itself is the page's: it comes along with each question.
#pragma once

#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/tuning/read_version.hpp"
#include "service/tuning/told_stories.hpp"
#include "service/workbench/api_answer.hpp"
#include "service/workbench/drafted_stories.hpp"
#include "service/workbench/drafts.hpp"
#include "service/workbench/held_patients.hpp"
#include "service/workbench/population.hpp"

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

struct WorkbenchSettings {
    std::filesystem::path pack;
    std::filesystem::path site;      ///< may not be there yet; empty: drafts cannot be saved
    std::filesystem::path previous;  ///< the version before it, which the release is held against; may be empty
    std::filesystem::path report;    ///< of a running deployment, as `report --format json` printed it; may be empty
    std::vector<std::string> population;
    ClinicalClock clock;
    std::filesystem::path samples;  ///< folder of the sample patients; empty: there are none
};

/// Safe from every thread.
class Workbench {
  public:
    explicit Workbench(WorkbenchSettings settings);

    const WorkbenchSettings& settings() const { return settings_; }
    const SamplePatients& samples() const { return samples_; }
    OpenedPatients& opened() { return opened_; }
    Population& population() { return population_; }
    /// Reads the population in the background, unless it is there or on its way.
    void read_population();
    /// Held while an impact, a survey is made: one at a time.
    std::mutex& counting_impact() { return counting_impact_; }
    std::mutex& counting_survey() { return counting_survey_; }
    /// For a search of what would change a card: a newer one makes an older one stop.
    std::stop_token begin_search();

    /// The site file on the disk; none if there is none.
    SiteSource saved() const;
    /// The site file that a question is about: its "site", else the one on the disk.
    SiteSource draft_of(const boost::json::object& asked) const;
    /// What findings call the site file.
    std::filesystem::path site_name() const;

    std::shared_ptr<const LoadedPack> load(const SiteSource& site) { return drafts_.load(site); }
    /// The same of the draft that a question is about, whose program is there; or why it is not.
    boost::system::result<std::shared_ptr<const LoadedPack>, ApiError> load_draft(const boost::json::object& asked);
    /// What a draft is held against: the rules that are saved; where a question says "from": "previous", the version
    /// before them with the saved site file. Its program is there; or why it is not.
    boost::system::result<std::shared_ptr<const LoadedPack>, ApiError> load_before(const boost::json::object& asked);
    /// The same for a comparison in words. \param pack  as it lies on the disk.
    boost::system::result<ReadVersion, ApiError> read_before(const boost::json::object& asked,
                                                             const PackText& pack) const;

    /// The stories with that site file, told. One run at a time; what was told last is kept.
    boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> tell(const SiteSource& site);

    /// The same for somebody who moves a slider: what the stories give, not what they cover. \param draft  has a
    /// program.
    std::shared_ptr<const DraftTold> tell_draft(const LoadedPack& draft);

    /// The stories of the pack and of the site file as patients; of the last pack that was asked about.
    std::shared_ptr<const std::vector<HeldPatient>> stories(const LoadedPack& pack);
    /// Null if there is no patient of this id. \param pack  whose stories may be meant.
    std::shared_ptr<const HeldPatient> find_patient(std::string_view id, const LoadedPack* pack);

    /// Held while the site file is looked at and written.
    std::mutex& saving() { return saving_; }

  private:
    enum class Before { saved, previous };
    /// What a question holds a draft against; or that no version before was named.
    boost::system::result<Before, ApiError> before_of(const boost::json::object& asked) const;

    const WorkbenchSettings settings_;
    Drafts drafts_, previous_;
    const SamplePatients samples_;
    OpenedPatients opened_;
    std::mutex saving_, counting_impact_, counting_survey_;
    std::mutex search_mutex_;
    std::stop_source search_;
    std::mutex telling_;
    std::list<std::pair<std::string, std::shared_ptr<const ToldStories>>>
        told_;  ///< by digest on cards, the last first
    std::mutex drafting_;
    std::string drafted_of_;  ///< digest of the pack
    std::unique_ptr<const DraftedStories> drafted_;
    std::list<std::pair<std::string, std::shared_ptr<const DraftTold>>> draft_told_;  ///< as told_
    std::mutex stories_mutex_;
    std::string stories_of_;  ///< digest on cards
    std::shared_ptr<const std::vector<HeldPatient>> stories_;
    Population population_;  ///< last: it reads in the background, and asks for the rules above
};

}  // namespace service
