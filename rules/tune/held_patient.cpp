#include "rules/tune/held_patient.hpp"

#include <algorithm>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::size_t block_size = 16U << 10;

/// Records may be a day ahead of the clock, as the rules have it; what is newer was not known.
fhir::DateTime one_day_after(const fhir::DateTime& at) {
    return fhir::add(at, fhir::Decimal(1), fhir::CalendarUnit::day).value_or(at);
}

}  // namespace

void* HeldMemory::do_allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t past = reinterpret_cast<std::uintptr_t>(next_) % alignment;
    const std::size_t padding = past == 0 ? 0 : alignment - past;
    if (next_ && bytes + padding <= room_) {
        std::byte* place = next_ + padding;
        next_ = place + bytes;
        room_ -= bytes + padding;
        return place;
    }
    // What is large has a block of its own, so that the rest of the last one is not lost.
    const bool is_large = bytes > block_size / 4;
    const std::size_t size = is_large ? bytes : block_size;
    blocks_.push_back(std::make_unique<std::byte[]>(size));  // aligned for everything, as all new memory is
    bytes_ += size;
    std::byte* place = blocks_.back().get();
    if (!is_large) {
        next_ = place + bytes;
        room_ = block_size - bytes;
    }
    return place;
}

/// The lists of a record, without what hangs on their members: a measure, no account.
std::size_t ReadRecord::bytes() const {
    if (!record) return 0;
    const auto of = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
    return of(record->conditions) + of(record->medication_requests) + of(record->medication_statements) +
           of(record->medication_administrations) + of(record->procedures) + of(record->orders) +
           of(record->observations) + of(record->skipped);
}

ReadRecord read_at(const std::vector<const json::object*>& trees, const Selection& selection, const LookedAt& looked_at,
                   const json::storage_ptr& storage) {
    ReadRecord read;
    fhir::Issues issues;
    fhir::Bundle record = fhir::Bundle::of(trees, issues);
    if (const fhir::DateTime later = one_day_after(looked_at.at); is_newer_than(record, later)) {
        read.is_cut = true;
        KnownThen then = known_at(record, later, storage);
        read.rewritten = std::move(then.rewritten);
        record = fhir::Bundle::of(std::move(then.entries), issues);
    }
    auto sources = looked_at.sources_of(record, selection, storage);
    if (!sources) {
        read.why_not = sources.error();
        return read;
    }
    read.copies = std::move(sources->copies);
    read.record = read_record(sources->sources);
    read.record->observations.shrink_to_fit();  // a reader makes room for all entries
    return read;
}

HeldPatient::HeldPatient(const PopulationPatient& patient, const Selection& selection, const LookedAt& looked_at)
    : place(patient.place), id(patient.id) {
    trees.reserve(patient.trees.size());
    for (const json::value& tree : patient.trees) trees.emplace_back(tree, json::storage_ptr(&memory));
    read = read_at(objects(), selection, looked_at, json::storage_ptr(&memory));
}

std::vector<const json::object*> HeldPatient::objects() const {
    std::vector<const json::object*> objects;
    objects.reserve(trees.size());
    for (const json::value& tree : trees) objects.push_back(&tree.get_object());
    return objects;
}

std::size_t HeldPatient::bytes() const {
    return sizeof *this + memory.bytes() + trees.capacity() * sizeof(json::value) + read.bytes();
}

}  // namespace rules
