// Looks at each patient of a population as the service would, before and after a change of rules. A record takes the
// way of `evaluate --patient`, a captured request that of HTTPS; what two packs ask an EHR for alike is read once.
#pragma once

#include "fhir/bundle.hpp"
#include "rules/compare/impact.hpp"
#include "rules/compare/population.hpp"
#include "rules/record/selection.hpp"
#include "service/call/hook_call.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace service {

/// The days whose Encounters are looked at, each when it began.
struct EncounterDays {
    fhir::Date since, until;
};

struct ImpactSettings {
    ClinicalTime time;
    bool is_time_given = false;  ///< else a captured request is looked at when it was captured
    std::size_t most_examples = 0;
    std::size_t threads = 1;
    std::optional<EncounterDays> encounters = {};  ///< nothing: each patient once, at `time`
};

class ImpactEngine {
  public:
    /// Precondition: both packs have a program.
    ImpactEngine(const LoadedPack& from, const LoadedPack& to, ImpactSettings settings);

    /// The Observations that either side asks for, by code; nothing if any may be.
    std::optional<rules::Codes> observation_codes() const;
    /// The day before the one that is looked at, before which it does not matter when anything happened, but for
    /// results; empty if it does.
    std::string dates_from() const;

    /// From several threads, one at a time with the same `worker`.
    void look_at(std::size_t worker, const rules::PopulationPatient& patient);

    /// All that was counted.
    rules::Impact take();

  private:
    struct Version {
        std::vector<ServedService> services;
        std::vector<const ServedService*> called;
        const rules::Program* program = nullptr;
        rules::Selection selection;
        explicit Version(const LoadedPack& pack);
    };
    void look_at_record(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const;
    void count_events(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const;
    void look_at_event(rules::ImpactCounter& counter, const fhir::Bundle& record, const ClinicalTime& time,
                       const boost::json::storage_ptr& storage, std::string month) const;
    void look_at_request(rules::ImpactCounter& counter, const rules::PopulationPatient& patient) const;
    ClinicalTime time_of(const HookCall& call, std::string& month) const;

    ImpactSettings settings_;
    std::array<Version, 2> versions_;
    bool ask_alike_;
    std::vector<rules::ImpactCounter> counters_;  ///< by worker
};

}  // namespace service
