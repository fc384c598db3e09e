// One patient of a population in memory: resources, what a call would see of them, and what the saved rules made of it.
#pragma once

#include "fhir/bundle.hpp"
#include "rules/compare/population.hpp"
#include "rules/compare/replay.hpp"
#include "rules/record/sources_at_hand.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/run/reach.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Memory that is given back as a whole, in blocks of one size: one that grows by doubling would leave half of it
/// empty.
class HeldMemory final : public boost::json::memory_resource {
  public:
    std::size_t bytes() const { return bytes_; }

  private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void*, std::size_t, std::size_t) override {}
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::size_t room_ = 0;
    std::byte* next_ = nullptr;
    std::size_t bytes_ = 0;
};

/// What a call would see of a record. Points into the record's trees.
struct ReadRecord {
    std::deque<boost::json::value> copies, rewritten;
    std::optional<Record> record;
    std::string_view why_not;  ///< the service would not answer
    bool is_cut = false;       ///< the record is newer than the day that is looked at

    std::size_t bytes() const;
};

/// When a population is looked at, and how its records are read.
struct LookedAt {
    fhir::DateTime at;
    std::shared_ptr<const TimeZone> zone;
    SourcesOf sources_of;

    Call call() const { return {Hook::patient_view, at, zone.get(), {}, {}}; }
};

/// Reads a record as `impact` does: what was recorded more than a day later is left out.
ReadRecord read_at(const std::vector<const boost::json::object*>& trees, const Selection& selection,
                   const LookedAt& looked_at, const boost::json::storage_ptr& storage);

/// Not moved or copied: its record points into it.
struct HeldPatient {
    HeldPatient(const PopulationPatient& patient, const Selection& selection, const LookedAt& looked_at);
    HeldPatient(const HeldPatient&) = delete;
    HeldPatient& operator=(const HeldPatient&) = delete;

    std::vector<const boost::json::object*> objects() const;
    std::size_t bytes() const;

    HeldMemory memory;
    std::vector<boost::json::value> trees;
    PopulationPlace place;
    std::string id;
    ReadRecord read;

    // Under the saved rules:
    std::vector<Card> cards;
    std::size_t trace = 0;  ///< among the traces of the population
    RecordOutline outline;
    std::vector<bool> unreadable;  ///< by test
};

}  // namespace rules
