// Patients of a population, one at a time: from a folder of Bundles, from FHIR Bulk Data (NDJSON by type, in any number
// of files, .gz too, as a folder or by its manifest), from NDJSON with one Bundle a line, from captured CDS Hooks
// requests (NDJSON), from standard input ("-"); any mix of them.
//
// In Bulk Data the resources of a patient are scattered over files: they are brought together in partitions on disk,
// in files of mode 0600 that are unlinked once opened, and only what rules can read is kept. The order of files and
// lines does not matter: the resources of a patient come sorted. Medications are no patient's; a patient gets those
// that its own resources refer to. Memory is bounded whatever the population: some 128 MiB, and what the largest
// patient takes.
#pragma once

#include "fhir/json_text.hpp"
#include "rules/bulk/skim.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Where a patient, or what could not be read, stands.
struct PopulationPlace {
    std::string file;
    std::uint64_t line = 0;  ///< from 1; 0: the file as a whole

    auto operator<=>(const PopulationPlace&) const = default;
};

/// One patient's record, or one captured request. Lives as long as the call that it is handed to.
struct PopulationPatient {
    /// Bundles and resources, in any order; of a request what its prefetch holds, unless requests come as texts. The
    /// trees may be changed in place.
    std::vector<boost::json::value>& trees;
    std::string_view request;  ///< the text of a captured request; empty of a record
    std::string_view id;       ///< of Bulk Data; else empty: see the Patient among the trees
    PopulationPlace place;     ///< of its first line

    bool is_request() const { return !request.empty(); }
    /// The trees, as fhir::Bundle::of takes them.
    std::vector<const boost::json::object*> objects() const;
};

/// What could not be used, each kind counted and its first places named.
enum class PopulationFault : std::uint8_t {
    broken,       ///< no JSON object, or one that is nothing of what a population holds
    of_nobody,    ///< a resource that names no patient
    of_two,       ///< a resource that names two patients
    no_patient,   ///< resources of a patient of whom there is no Patient, or a Bundle without one
    several,      ///< a Bundle of several patients
    of_another,   ///< a resource in the Bundle of another patient
    too_large,    ///< a patient, or a line, over PopulationOptions::largest_patient
    cut_off,      ///< a file that cannot be read to its end: a .gz that breaks off
    unread_file,  ///< a file of a folder that is none of a population
};
inline constexpr std::size_t population_faults = 9;

/// "broken-lines", …: as JSON has it.
std::string_view name_of(PopulationFault fault);
/// What stands behind the count: "lines are no JSON object, or break off".
std::string_view words_for(PopulationFault fault);
/// "2 lines or files are no JSON object, …"
std::string words_for(PopulationFault fault, std::uint64_t count);

/// What was read. Sums of parts: the counts of a population are those of its parts, added up.
struct PopulationCounts {
    std::uint64_t records = 0;   ///< handed on
    std::uint64_t requests = 0;  ///< handed on
    std::map<PopulationFault, std::uint64_t> faults;
    std::map<PopulationFault, std::vector<PopulationPlace>> named;  ///< the first 20 of each; nothing to be summed up

    void add(PopulationFault fault, PopulationPlace place);
    void add(const PopulationCounts& other);
};

/// For whoever waits. `total` bytes are 0 where they are not known.
struct PopulationProgress {
    std::uint64_t patients = 0, bytes = 0, total = 0;
};

struct PopulationOptions {
    std::vector<std::string> paths;  ///< files, folders, manifests; "-": `input`
    std::istream* input = nullptr;   ///< standard input
    std::filesystem::path temp;      ///< for partitions; empty: the system's folder for such
    std::size_t threads = 1;
    bool strict = false;                          ///< also looks through what is otherwise passed by
    bool requests_as_texts = false;               ///< captured requests are not parsed
    bool requests_alone = false;                  ///< ends at the first record, which is counted and not handed on
    std::optional<Codes> observation_codes = {};  ///< of other Observations only their dates are read; nothing: all are
    std::string dates_from = {};  ///< a day, before which these dates, and those of reports and visits, say nothing
    std::size_t largest_patient = 64U << 20;                          ///< bytes; what is larger is counted and named
    std::function<void(const PopulationProgress&)> on_progress = {};  ///< from any thread, one at a time
};

/// Called for each patient: from several threads at once, from one at a time with the same `worker`, which is below
/// PopulationOptions::threads. So whoever counts keeps one count a worker, and adds them up in the end.
using OnPatient = std::function<void(std::size_t worker, PopulationPatient& patient)>;

/// Reads them all. \returns what was read; or why a path, a manifest or the folder for partitions cannot be used.
boost::system::result<PopulationCounts, std::string> read_population(const PopulationOptions& options,
                                                                     const OnPatient& on_patient);

}  // namespace rules
