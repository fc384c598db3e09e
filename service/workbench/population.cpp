#include "service/workbench/population.hpp"

#include "rules/text/in_parallel.hpp"
#include "rules/tune/held_report.hpp"
#include "service/tuning/sources_at_hand.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t most_places = 20;

json::array faults_as_json(const rules::PopulationCounts& counts) {
    json::array faults;
    for (const auto& [fault, count] : counts.faults) {
        json::array places;
        const auto named = counts.named.find(fault);
        for (std::size_t i = 0; named != counts.named.end() && i < std::min(named->second.size(), most_places); ++i) {
            const rules::PopulationPlace& place = named->second[i];
            places.push_back(json::value(place.line > 0 ? place.file + ':' + std::to_string(place.line) : place.file));
        }
        faults.push_back(
            json::object{{"what", rules::words_for(fault, count)}, {"count", count}, {"places", std::move(places)}});
    }
    return faults;
}

/// Nobody is left out silently. Empty if all are held.
std::string what_is_not_held(const rules::HeldPopulation& held) {
    std::string words;
    if (held.beyond() > 0) words = "Patients who did not fit into memory (" + std::to_string(held.beyond()) + ") ";
    if (held.requests() > 0) {
        words += (words.empty() ? "Captured" : "and captured") +
                 (" requests, which are no records (" + std::to_string(held.requests()) + "), ");
    }
    return words.empty() ? words : words + "are not counted here: `impact` counts them all.";
}

}  // namespace

Population::Population(std::vector<std::string> paths, ClinicalClock clock)
    : paths_(std::move(paths)), clock_(std::move(clock)) {}

Population::~Population() {
    const std::lock_guard lock(mutex_);
    for (std::stop_source& source : asked_) source.request_stop();
}

void Population::read(SavedRules saved, std::shared_ptr<const rules::Program> also) {
    if (paths_.empty()) return;
    const std::lock_guard starting(starting_);
    {
        const std::lock_guard lock(mutex_);
        if (state_ == State::reading) return;
        state_ = State::reading;
        progress_ = {};
        counts_ = {};
        message_.clear();
    }
    rules::Codes more;
    {
        const std::unique_lock holding(holding_);  // two populations at once may be more than memory holds
        // Else two questions that ask for other codes each would have it read anew in turn.
        if (held_ != nullptr) more = held_->observation_codes().value_or(rules::Codes());
        held_ = nullptr;
        saved_digest_.clear();
    }
    reader_ = std::jthread(
        [this, saved = std::move(saved), also = std::move(also), more = std::move(more)](std::stop_token stop) {
            try {
                const auto rules = saved();
                if (rules->program == nullptr) {
                    return fail("Pack or saved site file hold errors, so nobody can be counted: mend them, and save.");
                }
                read_all(stop, rules, also, more);
            } catch (const std::exception&) {  // whose words may hold a path or a value of a record
                fail("The population cannot be read: memory or the folder for temporary files (TMPDIR) is not enough.");
            }
        });
}

bool Population::has_failed() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::failed;
}

void Population::fail(std::string message) {
    const std::lock_guard lock(mutex_);
    state_ = State::failed;
    message_ = std::move(message);
}

void Population::read_all(std::stop_token stop, const std::shared_ptr<const LoadedPack>& saved,
                          const std::shared_ptr<const rules::Program>& also, const rules::Codes& more) {
    const ClinicalTime time = clock_.time();
    rules::HeldOptions options{{time.at, time.zone, reader_of_records()}, rules::all_cores()};
    options.also = also;
    options.more = more;
    auto held = std::make_shared<rules::HeldPopulation>(saved->program, std::move(options));
    rules::PopulationOptions how;
    how.paths = paths_;
    how.threads = rules::all_cores();
    how.observation_codes = held->observation_codes();
    how.dates_from = held->dates_from();
    how.on_progress = [this](const rules::PopulationProgress& progress) {
        const std::lock_guard lock(mutex_);
        progress_ = progress;
    };
    const auto read = rules::read_population(how, [&](std::size_t, rules::PopulationPatient& patient) {
        if (!stop.stop_requested()) held->add(patient);
    });
    if (!read) return fail("The population cannot be read: " + read.error() + ".");
    if (!held->finish(stop)) return;
    if (held->patients() == 0) {
        return fail(
            "No patient was read: give Bundles with a Patient each, Bulk Data with a Patient for each patient, "
            "in files that end in .json, .ndjson or .jsonl (.gz, too).");
    }
    {
        const std::unique_lock holding(holding_);
        held_ = held;
        saved_digest_ = saved->digests.cards;
    }
    const std::lock_guard lock(mutex_);
    state_ = State::ready;
    counts_ = *read;
    message_ = what_is_not_held(*held);
}

json::object Population::state() const {
    const std::lock_guard lock(mutex_);
    json::object told{{"state", ""}, {"patients", progress_.patients}, {"bytes", progress_.bytes}, {"of", nullptr}};
    switch (state_) {
        case State::none:
            told["state"] = "none";
            break;
        case State::reading:
            told["state"] = "reading";
            break;
        case State::ready:
            told["state"] = "ready";
            told["patients"] = counts_.records;
            break;
        case State::failed:
            told["state"] = "failed";
            break;
    }
    if (progress_.total > 0) told["of"] = progress_.total;
    told["message"] = message_.empty() ? json::value(nullptr) : json::value(message_);
    told["faults"] = faults_as_json(counts_);
    return told;
}

bool Population::can_read(const rules::Program& program) const {
    const std::shared_lock holding(holding_);
    return held_ != nullptr && held_->can_read(program);
}

bool Population::use_saved(const std::shared_ptr<const LoadedPack>& saved, std::stop_token stop) {
    {
        const std::shared_lock holding(holding_);
        if (saved_digest_ == saved->digests.cards) return true;
    }
    const std::unique_lock holding(holding_);
    if (saved_digest_ == saved->digests.cards) return true;
    if (held_ == nullptr || !held_->set_saved(saved->program, stop)) return false;
    saved_digest_ = saved->digests.cards;
    return true;
}

std::stop_token Population::begin(std::string_view kind) {
    const auto at = static_cast<std::size_t>(std::ranges::find(kinds, kind) - kinds.begin());
    const std::lock_guard lock(mutex_);
    asked_[at].request_stop();
    asked_[at] = std::stop_source();
    return asked_[at].get_token();
}

boost::system::result<json::object, NoPopulation> Population::ask(std::string_view kind,
                                                                  const std::shared_ptr<const LoadedPack>& before,
                                                                  const LoadedPack& draft, const Ask& ask) {
    const std::stop_token stop = begin(kind);
    {
        const std::lock_guard lock(mutex_);
        if (state_ == State::none)
            return NoPopulation{409, "There is no population: start the workbench with --population."};
        if (state_ == State::reading)
            return NoPopulation{409, "The population is being read: ask again when it is there."};
        if (state_ == State::failed) return NoPopulation{409, message_};
    }
    if (!can_read(*before->program) || !can_read(*draft.program)) {
        read([before] { return before; }, draft.program);
        return NoPopulation{409,
                            "The population is read again, since this asks for results by codes that were not among "
                            "those before: ask again when it is there."};
    }
    const NoPopulation replaced{409, "A newer question took this one's place."};
    if (!use_saved(before, stop)) return replaced;
    const std::shared_lock holding(holding_);
    const bool is_held_against_it = held_ != nullptr && saved_digest_ == before->digests.cards;
    if (!is_held_against_it || !held_->can_read(*draft.program)) return replaced;
    auto answer = ask(*held_, stop);
    if (!answer) return replaced;
    return std::move(*answer);
}

std::shared_ptr<const HeldPatient> Population::find(std::string_view id) const {
    const std::shared_lock holding(holding_);
    if (held_ == nullptr) return nullptr;
    const auto number = rules::patient_number(id, *held_);
    if (!number) return nullptr;
    HeldPatient patient;
    patient.id = std::string(id);
    patient.title = "Patient " + std::to_string(*number) + " of the population";
    patient.resources.emplace_back(rules::bundle_json(held_->patient(*number)));
    return std::make_shared<const HeldPatient>(std::move(patient));
}

}  // namespace service
