// The resources of FHIR Bulk Data, which come by type, brought together by patient: taken one line at a time from many
// threads, then handed out one patient at a time to many threads.
#pragma once

#include "rules/bulk/partitions.hpp"
#include "rules/bulk/skim.hpp"

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class BulkData {
  public:
    struct Settings {
        std::filesystem::path temp;
        std::size_t largest_patient = 0;
        std::size_t threads = 1;
    };
    explicit BulkData(Settings settings) : settings_(std::move(settings)) {}

    enum class Taken : std::uint8_t { kept, of_no_use, of_nobody, of_two };
    /// Takes one resource. \param line  without a key: it is found here.
    Taken take(const Skimmed& resource, PartitionedLine line);

    /// What has failed for good: the disk is full, for instance.
    std::optional<std::string> failure() const;

    /// After the last line, before the first patient.
    void finish_taking();

    /// Of patients who are too large: where the first line of them stands.
    using OnTooLarge = std::function<void(std::uint32_t file, std::uint64_t line)>;
    /// The lines of one patient, sorted by their text.
    using OnLines = std::function<void(std::string_view id, std::span<const PartitionedLine>)>;
    /// Hands out patients until there are none left; from each thread once.
    void hand_out(const OnLines& on_lines, const OnTooLarge& on_too_large);

    /// The text of Medication/`id`; empty if there is none. After finish_taking().
    std::string_view medication(std::string_view id) const;

  private:
    /// A file of lines and how often it was split.
    struct Part {
        std::unique_ptr<PartitionFile> file;
        std::uint64_t depth = 0;
    };
    void fail(std::string why);
    Partitions* opened();
    void keep_medication(std::string_view id, std::string_view text);
    void note_links(std::string_view patient);
    std::string root_of(std::string id) const;
    void move_merged();
    std::optional<Part> next_part();
    void part_is_done();
    struct Done {
        BulkData& bulk;
        ~Done() { bulk.part_is_done(); }
    };
    std::uint64_t most_loaded() const;
    void work_on(Part part, const OnLines& on_lines, const OnTooLarge& on_too_large);
    void split(Part part, const OnTooLarge& on_too_large);

    Settings settings_;
    mutable std::mutex mutex_;  // of what follows
    std::optional<std::string> failure_;
    std::unique_ptr<Partitions> partitions_;
    std::map<std::string, std::string, std::less<>> medications_;
    std::size_t medication_bytes_ = 0;
    std::map<std::string, std::string, std::less<>> merged_;  ///< id -> an id that is the same person, and comes before
    std::deque<Part> parts_;
    std::size_t under_way_ = 0;
    std::mutex large_;  ///< held by who works on a part that is larger than its share of the memory
};

}  // namespace rules
