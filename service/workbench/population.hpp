// The population of the workbench: read in the background, then held in memory, so that a change is counted while
// somebody moves a slider.
#pragma once

#include "rules/compare/population.hpp"
#include "rules/tune/held_population.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/workbench/held_patients.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace service {

/// Why a question about the population has no answer.
struct NoPopulation {
    unsigned status = 409;
    std::string says;
};

/// Safe from every thread.
class Population {
  public:
    /// \param paths  as `impact` takes them; empty: there is none.
    Population(std::vector<std::string> paths, ClinicalClock clock);
    /// Stops what is under way.
    ~Population();
    Population(const Population&) = delete;
    Population& operator=(const Population&) = delete;

    /// The rules that changes are held against: asked for once the reading begins.
    using SavedRules = std::function<std::shared_ptr<const LoadedPack>()>;

    /// Begins to read, unless it is being read. What earlier questions asked for stays at hand. \param also  a draft
    /// that asks for more than the saved rules; may be null.
    void read(SavedRules saved, std::shared_ptr<const rules::Program> also = nullptr);
    bool has_failed() const;

    /// { "state", "patients", "bytes", "of", "message", "faults" }, see the session.
    boost::json::object state() const;

    /// What a question does with the population, once it is there: nothing if it was stopped.
    using Ask = std::function<std::optional<boost::json::object>(const rules::HeldPopulation& held, std::stop_token)>;

    /// Asks about a draft, before the rules that it is held against: those that are saved, or a version before them. A
    /// newer question of a kind makes an older one stop. \param kind  one of `kinds`.
    boost::system::result<boost::json::object, NoPopulation> ask(std::string_view kind,
                                                                 const std::shared_ptr<const LoadedPack>& before,
                                                                 const LoadedPack& draft, const Ask& ask);

    /// "population/17"; null if there is none.
    std::shared_ptr<const HeldPatient> find(std::string_view id) const;

  private:
    enum class State { none, reading, ready, failed };
    static constexpr std::array<std::string_view, 3> kinds = {"tune", "find", "histogram"};

    void read_all(std::stop_token stop, const std::shared_ptr<const LoadedPack>& saved,
                  const std::shared_ptr<const rules::Program>& also, const rules::Codes& more);
    bool can_read(const rules::Program& program) const;
    bool use_saved(const std::shared_ptr<const LoadedPack>& saved, std::stop_token stop);
    void fail(std::string message);
    std::stop_token begin(std::string_view kind);

    const std::vector<std::string> paths_;
    const ClinicalClock clock_;

    mutable std::mutex mutex_;  ///< of all that tells how far it is
    State state_ = State::none;
    rules::PopulationProgress progress_;
    rules::PopulationCounts counts_;
    std::string message_;
    std::array<std::stop_source, kinds.size()> asked_;

    mutable std::shared_mutex holding_;  ///< exclusive while the saved rules change
    std::shared_ptr<rules::HeldPopulation> held_;
    std::string saved_digest_;  ///< of the rules on the saved side

    std::mutex starting_;  ///< the reader is exchanged by one at a time
    std::jthread reader_;  ///< last: it looks at all of this
};

}  // namespace service
