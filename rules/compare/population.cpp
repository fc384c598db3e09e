#include "rules/compare/population.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "rules/bulk/bulk_data.hpp"
#include "rules/bulk/line_source.hpp"
#include "rules/bulk/population_files.hpp"
#include "rules/compare/one_patient.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <tuple>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::size_t most_named = 20;
constexpr std::size_t large_text = 4U << 20;  // one of these at a time: a tree takes several times its text
constexpr std::size_t first_block = 1U << 20;

/// What one thread works with.
struct Worker {
    explicit Worker(Skimmer own) : skimmer(std::move(own)) {}

    Skimmer skimmer;
    std::size_t number = 0;
    PopulationCounts counts;
    std::vector<unsigned char> block = std::vector<unsigned char>(first_block);
    LineBatch batch;
};

class Reading {
  public:
    Reading(const PopulationOptions& options, const OnPatient& on_patient, PopulationFiles files)
        : options_(options),
          on_patient_(on_patient),
          files_(std::move(files)),
          bulk_({options.temp.empty() ? std::filesystem::temp_directory_path() : options.temp, options.largest_patient,
                 std::max<std::size_t>(options.threads, 1)}) {}

    boost::system::result<PopulationCounts, std::string> read() {
        std::vector<Worker> workers;
        for (std::size_t number = 0; number < std::max<std::size_t>(options_.threads, 1); ++number) {
            workers.emplace_back(make_skimmer()).number = number;
        }
        on_all(workers, [this](Worker& worker) { read_lines(worker); });
        bulk_.finish_taking();
        if (!is_over_) on_all(workers, [this](Worker& worker) { read_bulk(worker); });
        tell(true);
        if (failure_) return *failure_;
        if (auto failure = bulk_.failure()) return std::move(*failure);
        PopulationCounts counts;
        for (const Worker& worker : workers) counts.add(worker.counts);
        for (const std::string& file : files_.unread) counts.add(PopulationFault::unread_file, {file, 0});
        return counts;
    }

  private:
    Skimmer make_skimmer() const {
        return Skimmer(options_.observation_codes ? &*options_.observation_codes : nullptr, options_.dates_from);
    }

    /// Runs `work` on a thread for each worker. What one of them throws ends the reading.
    template <typename Work>
    void on_all(std::vector<Worker>& workers, Work work) {
        std::exception_ptr thrown;
        std::mutex thrown_mutex;
        const auto guarded = [&](Worker& worker) {
            try {
                work(worker);
            } catch (...) {
                const std::lock_guard lock(thrown_mutex);
                thrown = std::current_exception();
                is_over_ = true;
            }
        };
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < workers.size(); ++i) threads.emplace_back([&, i] { guarded(workers[i]); });
        guarded(workers.front());
        threads.clear();
        if (thrown) std::rethrow_exception(thrown);
    }

    /// The next lines of any file; false at the end of all.
    bool next(LineBatch& batch) {
        const std::lock_guard lock(mutex_);
        while (!is_over_ && !failure_) {
            if (source_ && source_->next(batch)) {
                batch.file = next_file_ - 1;
                bytes_ += batch.bytes;
                return true;
            }
            source_.reset();
            if (next_file_ == files_.read.size()) return false;
            auto opened = LineSource::open(files_.read[next_file_++], options_.input, options_.largest_patient);
            if (!opened) {
                failure_ = opened.error();
                return false;
            }
            source_.emplace(std::move(*opened));
        }
        return false;
    }

    void read_lines(Worker& worker) {
        while (next(worker.batch)) {
            const LineBatch& batch = worker.batch;
            for (const std::uint64_t line : batch.too_long) fault(worker, PopulationFault::too_large, batch.file, line);
            if (!batch.fault.empty()) fault(worker, PopulationFault::cut_off, batch.file, 0);
            if (batch.is_document) {
                read_text(worker, batch.text, batch.text.capacity(), batch.file, batch.first_line);
            } else {
                read_each_line(worker);
            }
            if (bulk_.failure()) return;
            tell(false);
        }
    }

    void read_each_line(Worker& worker) {
        const LineBatch& batch = worker.batch;
        std::uint64_t line = batch.first_line;
        for (std::string_view rest = batch.text; !rest.empty(); ++line) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::size_t readable = batch.text.capacity() - (batch.text.size() - rest.size());
            read_text(worker, rest.substr(0, end), readable, batch.file, line);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }

    void fault(Worker& worker, PopulationFault kind, std::size_t file, std::uint64_t line) const {
        worker.counts.add(kind, {files_.read[file], line});
    }

    void read_text(Worker& worker, std::string_view text, std::size_t readable, std::size_t file, std::uint64_t line) {
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
        if (text.size() > options_.largest_patient) return fault(worker, PopulationFault::too_large, file, line);
        if (text.size() <= large_text) {
            return read_skimmed(worker, text, worker.skimmer.skim(text, readable), file, line);
        }
        const std::lock_guard alone(large_);
        Skimmer own = make_skimmer();  // the memory that it takes goes with it
        read_skimmed(worker, text, own.skim(text, readable), file, line);
    }

    void read_skimmed(Worker& worker, std::string_view text, const std::optional<Skimmed>& skimmed, std::size_t file,
                      std::uint64_t line) {
        const bool is_request = skimmed && skimmed->has_hook && skimmed->type.empty();
        if (!skimmed || (skimmed->type.empty() && !is_request)) {
            return fault(worker, PopulationFault::broken, file, line);
        }
        if (options_.requests_alone && !is_request) {
            ++worker.counts.records;
            is_over_ = true;
            return;
        }
        if (is_request || skimmed->type == "Bundle") {
            return read_whole(worker, options_.strict ? text : skimmed->kept, is_request, file, line);
        }
        if (skimmed->has_escapes) return take_escaped(worker, text, *skimmed, file, line);
        take(worker, *skimmed, text, file, line);
    }

    void take(Worker& worker, const Skimmed& resource, std::string_view text, std::size_t file, std::uint64_t line) {
        if (options_.strict && !fhir::parse_json(text)) return fault(worker, PopulationFault::broken, file, line);
        switch (bulk_.take(resource, {{}, resource.kept, static_cast<std::uint32_t>(file), line})) {
            case BulkData::Taken::kept:
            case BulkData::Taken::of_no_use:
                return;
            case BulkData::Taken::of_nobody:
                return fault(worker, PopulationFault::of_nobody, file, line);
            case BulkData::Taken::of_two:
                return fault(worker, PopulationFault::of_two, file, line);
        }
    }

    /// Some servers write "Patient\/1": what counts is what that means.
    void take_escaped(Worker& worker, std::string_view text, Skimmed skimmed, std::size_t file, std::uint64_t line) {
        const auto tree = fhir::parse_json(text);
        if (!tree || !tree->is_object()) return fault(worker, PopulationFault::broken, file, line);
        const json::object& object = tree->get_object();
        const auto reference_in = [&object](std::string_view name) {
            const json::value* member = fhir::find_member(object, name);
            return member && member->is_object() ? fhir::member_text(member->get_object(), "reference") : "";
        };
        skimmed.type = fhir::member_text(object, "resourceType");
        skimmed.id = fhir::member_text(object, "id");
        skimmed.subject = reference_in("subject");
        skimmed.patient = reference_in("patient");
        take(worker, skimmed, text, file, line);
    }

    /// A Bundle, or a captured request.
    void read_whole(Worker& worker, std::string_view text, bool is_request, std::size_t file, std::uint64_t line) {
        json::monotonic_resource memory(worker.block.data(), worker.block.size());
        std::vector<json::value> trees;
        const PopulationPlace place{files_.read[file], line};
        if (!is_request || !options_.requests_as_texts) {
            auto tree = fhir::parse_json(text, &memory);
            if (!tree || !tree->is_object()) return fault(worker, PopulationFault::broken, file, line);
            if (is_request) {
                take_prefetch(tree->get_object(), trees);
            } else {
                trees.push_back(std::move(*tree));
            }
        }
        if (!trees.empty() && !is_one_patients(worker, trees, is_request, file, line)) return;
        hand_on(worker, {trees, is_request ? text : std::string_view(), {}, place});
    }

    /// Of a request the service says what it refuses; here it loses what is another patient's, as a Bundle does.
    bool is_one_patients(Worker& worker, std::vector<json::value>& trees, bool is_request, std::size_t file,
                         std::uint64_t line) const {
        const auto others = keep_one_patient(trees);
        if (!others) {
            if (is_request) return true;
            const bool is_nobodys = others.error() == PatientFault::none_there;
            fault(worker, is_nobodys ? PopulationFault::no_patient : PopulationFault::several, file, line);
            return false;
        }
        for (std::size_t i = 0; i < *others; ++i) fault(worker, PopulationFault::of_another, file, line);
        return true;
    }

    static void take_prefetch(json::object& request, std::vector<json::value>& trees) {
        json::value* prefetch = request.if_contains("prefetch");
        if (!prefetch || !prefetch->is_object()) return;
        for (auto& member : prefetch->get_object()) {
            if (member.value().is_object()) trees.push_back(std::move(member.value()));
        }
    }

    void read_bulk(Worker& worker) {
        const auto on_too_large = [&](std::uint32_t file, std::uint64_t line) {
            fault(worker, PopulationFault::too_large, file, line);
        };
        const auto on_lines = [&](std::string_view id, std::span<const PartitionedLine> lines) {
            read_patient(worker, id, lines);
            tell(false);
        };
        bulk_.hand_out(on_lines, on_too_large);
    }

    void read_patient(Worker& worker, std::string_view id, std::span<const PartitionedLine> lines) {
        std::size_t bytes = 0;
        for (const PartitionedLine& line : lines) bytes += line.text.size();
        std::unique_lock<std::mutex> alone(large_, std::defer_lock);
        if (bytes > large_text) alone.lock();
        json::monotonic_resource memory(worker.block.data(), worker.block.size());
        std::vector<json::value> trees;
        trees.reserve(lines.size());
        bool has_patient = false;
        const PartitionedLine* first = &lines.front();
        for (const PartitionedLine& line : lines) {
            if (std::tie(line.file, line.line) < std::tie(first->file, first->line)) first = &line;
            if (line.text.empty()) continue;  // passed by
            auto tree = fhir::parse_json(line.text, &memory);
            if (!tree || !tree->is_object()) {
                fault(worker, PopulationFault::broken, line.file, line.line);
                continue;
            }
            has_patient = has_patient || fhir::member_text(tree->get_object(), "resourceType") == "Patient";
            trees.push_back(std::move(*tree));
        }
        if (!has_patient) return fault(worker, PopulationFault::no_patient, first->file, first->line);
        add_medications(trees, &memory);
        hand_on(worker, {trees, {}, id, {files_.read[first->file], first->line}});
    }

    /// The Medications that the records of medicines refer to, each once.
    void add_medications(std::vector<json::value>& trees, json::storage_ptr storage) const {
        std::set<std::string, std::less<>> ids;
        for (const json::value& tree : trees) {
            const json::value* reference = fhir::find_member(tree.get_object(), "medicationReference");
            if (!reference || !reference->is_object()) continue;
            const fhir::Reference read = fhir::parse_reference(fhir::member_text(reference->get_object(), "reference"));
            if (read.type == "Medication" && !read.id.empty()) ids.emplace(read.id);
        }
        for (const std::string& id : ids) {
            auto tree = fhir::parse_json(bulk_.medication(id), storage);
            if (tree && tree->is_object()) trees.push_back(std::move(*tree));
        }
    }

    void hand_on(Worker& worker, PopulationPatient patient) {
        ++(patient.is_request() ? worker.counts.requests : worker.counts.records);
        ++patients_;
        on_patient_(worker.number, patient);
    }

    /// Says how far it is, now and then.
    void tell(bool is_last) {
        constexpr std::chrono::milliseconds between{200};
        if (!options_.on_progress) return;
        const std::unique_lock<std::mutex> mine(telling_, std::try_to_lock);
        if (!mine && !is_last) return;
        const auto now = std::chrono::steady_clock::now();
        if (!is_last && now - told_ < between) return;
        told_ = now;
        options_.on_progress({patients_, bytes_, files_.bytes});
    }

    const PopulationOptions& options_;
    const OnPatient& on_patient_;
    PopulationFiles files_;
    BulkData bulk_;

    std::mutex mutex_;  // of what follows
    std::optional<LineSource> source_;
    std::size_t next_file_ = 0;
    std::optional<std::string> failure_;

    std::atomic<bool> is_over_{false};
    std::atomic<std::uint64_t> patients_{0}, bytes_{0};
    std::mutex large_, telling_;
    std::chrono::steady_clock::time_point told_{};
};

}  // namespace

std::vector<const json::object*> PopulationPatient::objects() const {
    std::vector<const json::object*> objects;
    objects.reserve(trees.size());
    for (const json::value& tree : trees) objects.push_back(&tree.get_object());
    return objects;
}

std::string_view name_of(PopulationFault fault) {
    switch (fault) {
        case PopulationFault::broken:
            return "broken";
        case PopulationFault::of_nobody:
            return "ofNobody";
        case PopulationFault::of_two:
            return "ofTwoPatients";
        case PopulationFault::no_patient:
            return "withoutPatient";
        case PopulationFault::several:
            return "severalPatients";
        case PopulationFault::of_another:
            return "ofAnotherPatient";
        case PopulationFault::cut_off:
            return "cutOffFiles";
        case PopulationFault::too_large:
            return "tooLarge";
        case PopulationFault::unread_file:
            break;
    }
    return "unreadFiles";
}

std::string_view words_for(PopulationFault fault) {
    switch (fault) {
        case PopulationFault::broken:
            return "lines or files are no JSON object of a population, or break off";
        case PopulationFault::of_nobody:
            return "resources name no patient";
        case PopulationFault::of_two:
            return "resources name two patients";
        case PopulationFault::no_patient:
            return "patients or Bundles have resources, and no Patient among them";
        case PopulationFault::several:
            return "Bundles hold several patients: give each patient a Bundle of its own";
        case PopulationFault::of_another:
            return "resources are of another patient than the Patient of their Bundle";
        case PopulationFault::cut_off:
            return "files end before their end (.gz: cut off, or no gzip): export or copy them again";
        case PopulationFault::too_large:
            return "patients or lines are larger than 64 MiB";
        case PopulationFault::unread_file:
            break;
    }
    return "files were not read: they are not .json, .ndjson or .jsonl, or their manifest does not list them";
}

std::string words_for(PopulationFault fault, std::uint64_t count) {
    return std::to_string(count) + " " + std::string(words_for(fault));
}

void PopulationCounts::add(PopulationFault fault, PopulationPlace place) {
    ++faults[fault];
    std::vector<PopulationPlace>& places = named[fault];
    places.insert(std::ranges::upper_bound(places, place), std::move(place));
    if (places.size() > most_named) places.pop_back();
}

void PopulationCounts::add(const PopulationCounts& other) {
    records += other.records;
    requests += other.requests;
    for (const auto& [fault, count] : other.faults) faults[fault] += count;
    for (const auto& [fault, others] : other.named) {
        std::vector<PopulationPlace>& places = named[fault];
        places.insert(places.end(), others.begin(), others.end());
        std::ranges::sort(places);
        if (places.size() > most_named) places.resize(most_named);
    }
}

boost::system::result<PopulationCounts, std::string> read_population(const PopulationOptions& options,
                                                                     const OnPatient& on_patient) {
    auto files = find_population_files(options.paths);
    if (!files) return files.error();
    return Reading(options, on_patient, std::move(*files)).read();
}

}  // namespace rules
