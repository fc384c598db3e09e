#include "rules/bulk/bulk_data.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <tuple>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::size_t most_medication_bytes = 64U << 20;
constexpr std::size_t memory_of_all = 96U << 20;  // of the parts that are worked on at one time
constexpr std::size_t split_into = 16;
constexpr std::uint64_t deepest_split = 8;
constexpr std::size_t most_merged = 1'000'000;

std::string_view patient_of(std::string_view reference) {
    const fhir::Reference read = fhir::parse_reference(reference);
    return read.type == "Patient" ? read.id : std::string_view();
}

}  // namespace

void BulkData::fail(std::string why) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(why);
}

std::optional<std::string> BulkData::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

/// The partitions, made when the first line needs them; null if that fails.
Partitions* BulkData::opened() {
    const std::lock_guard lock(mutex_);
    if (!partitions_ && !failure_) {
        auto made = Partitions::create(settings_.temp, 0);
        if (made) {
            partitions_ = std::move(*made);
        } else {
            failure_ = made.error();
        }
    }
    return partitions_.get();
}

/// Of several versions the one whose text comes first, whatever the order of lines.
void BulkData::keep_medication(std::string_view id, std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = medications_.try_emplace(std::string(id), text);
    if (!is_new && text < known->second) known->second = text;
    if (is_new) medication_bytes_ += id.size() + text.size() + 128;
    if (medication_bytes_ > most_medication_bytes && !failure_) {
        failure_ =
            "The Medications of this population take more than 64 MiB of memory. Give it in parts, and add their "
            "counts up with --merge.";
    }
}

/// Patients who were merged are one person (FHIR R4, Patient.link): the one whose id comes first stands for them.
void BulkData::note_links(std::string_view patient) {
    const auto tree = fhir::parse_json(patient);
    const json::object* object = tree ? tree->if_object() : nullptr;
    const json::value* links = object ? fhir::find_member(*object, "link") : nullptr;
    if (!links || !links->is_array()) return;
    const std::string own(fhir::member_text(*object, "id"));
    for (const json::value& link : links->get_array()) {
        const std::string_view type = link.is_object() ? fhir::member_text(link.get_object(), "type") : "";
        if (type != "replaces" && type != "replaced-by") continue;
        const json::value* other = fhir::find_member(link.get_object(), "other");
        if (!other || !other->is_object()) continue;
        const std::string_view id = patient_of(fhir::member_text(other->get_object(), "reference"));
        const std::lock_guard lock(mutex_);
        const std::string a = root_of(own), b = root_of(std::string(id));
        if (!id.empty() && a != b && merged_.size() < most_merged) merged_[std::max(a, b)] = std::min(a, b);
    }
}

std::string BulkData::root_of(std::string id) const {
    for (auto above = merged_.find(id); above != merged_.end(); above = merged_.find(id)) id = above->second;
    return id;
}

BulkData::Taken BulkData::take(const Skimmed& resource, PartitionedLine line) {
    if (resource.type == "Medication") {
        if (resource.id.empty()) return Taken::of_no_use;
        keep_medication(resource.id, line.text);
        return Taken::kept;
    }
    if (!is_read(resource)) return Taken::of_no_use;
    const bool is_patient = resource.type == "Patient";
    const std::string_view subject = patient_of(resource.subject), patient = patient_of(resource.patient);
    if (!is_patient && !subject.empty() && !patient.empty() && subject != patient) return Taken::of_two;
    line.key = is_patient ? resource.id : subject.empty() ? patient : subject;
    if (line.key.empty()) return Taken::of_nobody;
    if (resource.is_passed_by) line.text = {};  // that it is there still says whose resources there are
    if (is_patient && resource.has_link) note_links(line.text);
    Partitions* partitions = opened();
    if (partitions && !partitions->add(line)) fail("The folder for partitions is full. Name another one with --temp.");
    return Taken::kept;
}

/// Brings the lines of those who were merged to the one who stands for them.
void BulkData::move_merged() {
    std::map<std::string, std::string, std::less<>> roots;
    for (const auto& [id, above] : merged_) roots.emplace(id, root_of(above));
    std::set<std::size_t> concerned;
    for (const auto& [id, root] : roots) concerned.insert(partitions_->part_of(id));
    for (const std::size_t part : concerned) {
        std::vector<std::pair<PartitionedLine, std::string>> moved;  // written once the file was read to its end
        const bool is_read = partitions_->files()[part]->each([&](const PartitionedLine& line) {
            const auto root = roots.find(line.key);
            if (root == roots.end()) return;
            PartitionedLine one = line;
            one.key = root->second;
            moved.emplace_back(one, std::string(line.text));
        });
        if (!is_read) return fail("The folder for partitions cannot be read.");
        for (auto& [line, text] : moved) {
            line.text = text;
            if (!partitions_->add(line))
                return fail("The folder for partitions is full. Name another one with --temp.");
        }
        for (auto& file : partitions_->files()) {
            if (!file->flush()) return fail("The folder for partitions is full. Name another one with --temp.");
        }
    }
}

void BulkData::finish_taking() {
    if (!partitions_ || failure()) return;
    for (auto& file : partitions_->files()) {
        if (!file->flush()) return fail("The folder for partitions is full. Name another one with --temp.");
    }
    if (!merged_.empty()) move_merged();
    for (auto& file : partitions_->files()) parts_.push_back({std::move(file), 0});
    partitions_.reset();
}

std::string_view BulkData::medication(std::string_view id) const {
    const auto found = medications_.find(id);
    return found == medications_.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<BulkData::Part> BulkData::next_part() {
    constexpr std::chrono::milliseconds moment{2};
    while (true) {
        {
            const std::lock_guard lock(mutex_);
            if (failure_) return std::nullopt;
            if (!parts_.empty()) {
                Part part = std::move(parts_.front());
                parts_.pop_front();
                ++under_way_;
                return part;
            }
            if (under_way_ == 0) return std::nullopt;
        }
        std::this_thread::sleep_for(moment);  // another thread may be splitting a part
    }
}

void BulkData::part_is_done() {
    const std::lock_guard lock(mutex_);
    --under_way_;
}

std::uint64_t BulkData::most_loaded() const {
    constexpr std::uint64_t least = 2U << 20;
    return std::max<std::uint64_t>(least, memory_of_all / settings_.threads);
}

void BulkData::hand_out(const OnLines& on_lines, const OnTooLarge& on_too_large) {
    while (auto part = next_part()) {
        const Done done{*this};  // whatever is thrown: others wait for what is under way
        const bool is_large = part->file->size() > most_loaded();
        if (is_large && part->depth < deepest_split) {
            split(std::move(*part), on_too_large);
        } else if (is_large) {
            const std::lock_guard alone(large_);
            work_on(std::move(*part), on_lines, on_too_large);
        } else {
            work_on(std::move(*part), on_lines, on_too_large);
        }
    }
}

/// Puts the lines of a large part into smaller ones, without those of patients who are too large; what remains whole
/// then is one patient's, or few patients'.
void BulkData::split(Part part, const OnTooLarge& on_too_large) {
    std::map<std::string, std::uint64_t, std::less<>> sizes;
    const auto sum_up = [&](const PartitionedLine& line) {
        const auto known = sizes.find(line.key);
        if (known != sizes.end()) {
            known->second += line.text.size();
        } else {
            sizes.emplace(line.key, line.text.size());
        }
    };
    if (!part.file->each(sum_up)) return fail("The folder for partitions cannot be read.");
    auto smaller = Partitions::create(settings_.temp, part.depth + 1, split_into);
    if (!smaller) return fail(smaller.error());
    std::map<std::string, std::pair<std::uint32_t, std::uint64_t>, std::less<>> too_large;
    bool is_written = true;
    const auto pass_on = [&](const PartitionedLine& line) {
        if (sizes.find(line.key)->second <= settings_.largest_patient) {
            is_written = is_written && (*smaller)->add(line);
            return;
        }
        const std::pair place{line.file, line.line};
        const auto [known, is_new] = too_large.try_emplace(std::string(line.key), place);
        if (!is_new) known->second = std::min(known->second, place);
    };
    if (!part.file->each(pass_on)) return fail("The folder for partitions cannot be read.");
    for (auto& file : (*smaller)->files()) is_written = is_written && file->flush();
    if (!is_written) return fail("The folder for partitions is full. Name another one with --temp.");
    for (const auto& [id, place] : too_large) on_too_large(place.first, place.second);
    // A part of one patient is not split again: it would remain what it is.
    const std::uint64_t depth = sizes.size() == 1 ? deepest_split : part.depth + 1;
    const std::lock_guard lock(mutex_);
    for (auto& file : (*smaller)->files()) {
        if (file->size() > 0) parts_.push_back({std::move(file), depth});
    }
}

void BulkData::work_on(Part part, const OnLines& on_lines, const OnTooLarge& on_too_large) {
    std::string text;
    std::vector<PartitionedLine> lines;
    if (!part.file->load(text, lines)) return fail("The folder for partitions cannot be read.");
    part.file.reset();
    // Those who were merged stand in the part of the one who stands for them.
    std::erase_if(lines, [this](const PartitionedLine& line) { return merged_.contains(line.key); });
    std::ranges::sort(lines, {}, [](const PartitionedLine& line) { return std::tie(line.key, line.text); });
    for (std::size_t begin = 0; begin < lines.size();) {
        std::size_t end = begin, bytes = 0;
        for (; end < lines.size() && lines[end].key == lines[begin].key; ++end) bytes += lines[end].text.size();
        const std::span<const PartitionedLine> group(lines.data() + begin, end - begin);
        if (bytes > settings_.largest_patient) {
            const auto first = std::ranges::min_element(
                group, {}, [](const PartitionedLine& line) { return std::tie(line.file, line.line); });
            on_too_large(first->file, first->line);
        } else {
            on_lines(lines[begin].key, group);
        }
        begin = end;
    }
}

}  // namespace rules
