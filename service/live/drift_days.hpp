// The tally as series of days: what `drift` listens to.
#pragma once

#include "service/live/drift.hpp"
#include "service/store/store.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace service {

class DriftCounter {
  public:
    /// Of `days` days from `first` on.
    DriftCounter(std::chrono::sys_days first, std::size_t days) : first_(first), days_(days) {}

    /// A line as Store::tally_by_day has it, of one of these days.
    void add(const TallyLine& line);

    DriftDays take();

  private:
    using Stratum = std::pair<std::string, std::string>;  ///< client, service

    DailyCounts& of(Watch what, const TallyLine& line, const std::string& name);
    void add_call(const TallyLine& line, std::size_t day);
    void add_result(const TallyLine& line, std::size_t day);
    void add_unseen(const TallyLine& line, std::size_t day);

    std::chrono::sys_days first_;
    std::size_t days_;
    std::map<Watched, std::map<Stratum, DailyCounts>> series_;
    std::map<Stratum, std::vector<std::uint64_t>> calls_;
    std::map<std::string, NewVersion> versions_;  ///< by digest; with the first day
    std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::size_t, std::uint64_t>>
        names_;  ///< client, analyte, name: the first day within the last 35, and how many within the last 7
};

/// The days that listening takes when each of the last `listened` days up to `until` is over.
boost::system::result<DriftDays, StoreFault> read_drift_days(Store& store, std::chrono::sys_days until,
                                                             std::size_t listened);

}  // namespace service
