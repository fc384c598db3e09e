// The slots that come from laboratory results.
#include "fhir/json_tree.hpp"
#include "rules/run/run.hpp"

#include <algorithm>
#include <utility>

namespace rules {

using fhir::path::Value;

namespace {

MeasurementReader reader_of(const Program::Inner& program, const Record& record, const Calendar& calendar) {
    return {program.analytes,
            program.analyte_codes,
            program.order_index,
            program.site,
            calendar,
            record.patient ? &*record.patient : nullptr};
}

}  // namespace

std::vector<std::vector<Measurement>> read_measurements(const Program::Inner& program, const Record& record,
                                                        const Calendar& calendar) {
    const MeasurementReader reader = reader_of(program, record, calendar);
    std::vector<std::vector<Measurement>> measurements(program.analytes.size());
    for (const fhir::Observation& observation : record.observations) reader.read(observation, measurements);
    return measurements;
}

std::vector<std::vector<Measurement>> read_measurements(const Program::Inner& program, const Record& record,
                                                        const Calendar& calendar,
                                                        std::span<const std::uint32_t> observations) {
    const MeasurementReader reader = reader_of(program, record, calendar);
    std::vector<std::vector<Measurement>> measurements(program.analytes.size());
    for (const std::uint32_t place : observations) reader.read(record.observations[place], measurements);
    return measurements;
}

std::vector<std::vector<Measurement>>& Run::measurements() {
    if (!measurements_) measurements_ = read_measurements(program_, record_, calendar_);
    return *measurements_;
}

const TestResults& Run::results(std::size_t analyte) {
    if (results_[analyte]) return *results_[analyte];
    if (trace_) trace_->slots.insert(static_cast<std::uint16_t>(program_.analyte_slot(analyte)));
    const CompiledAnalyte& compiled = program_.analytes[analyte];
    std::vector<std::vector<Measurement>>& all = measurements();
    const std::vector<Measurement>* others = nullptr;
    const CompiledAnalyte* other_analyte = nullptr;
    if (compiled.adjustment) {
        others = &all[compiled.adjustment->with];
        other_analyte = &program_.analytes[compiled.adjustment->with];
    }
    const bool adjusts_another = std::ranges::any_of(program_.analytes, [analyte](const CompiledAnalyte& other) {
        return other.adjustment && other.adjustment->with == analyte;
    });
    std::vector<Measurement> own = adjusts_another ? all[analyte] : std::move(all[analyte]);
    return results_[analyte].emplace(choose_results(compiled, std::move(own), others, other_analyte));
}

std::optional<std::chrono::sys_days> Run::treatment_start(const CompiledAnalyte& analyte) {
    if (!analyte.stale_once_on) return std::nullopt;
    std::optional<std::chrono::sys_days> latest;
    for (const Value& item : slot(*analyte.stale_once_on).items) {
        const boost::json::object* object = item.is_element() ? item.json()->if_object() : nullptr;
        const boost::json::value* days = object ? object->if_contains("daysOnTreatment") : nullptr;
        if (!days || !days->is_int64()) continue;
        const std::chrono::sys_days start = calendar_.today() - std::chrono::days{days->get_int64()};
        if (!latest || start > *latest) latest = start;
    }
    return latest;
}

boost::json::object Run::make_reading(std::size_t analyte, std::size_t position) {
    const CompiledAnalyte& compiled = program_.analytes[analyte];
    const TestResults& found = results(analyte);
    const Measurement& measurement = found.all[position];
    ReadingNotes notes;
    if (measurement.is_readable()) {
        const auto start = treatment_start(compiled);
        // What was taken on the day itself shows nothing of the treatment yet.
        notes.pre_dates = start && measurement.day <= *start;
        notes.is_old = compiled.old_days && measurement.age_days && *measurement.age_days > *compiled.old_days;
    }
    return reading_json(measurement, compiled, found.bandings[position], notes, storage_);
}

const boost::json::value*& Run::made_reading(std::size_t analyte, std::size_t position) {
    readings_[analyte].resize(results(analyte).all.size(), nullptr);
    return readings_[analyte][position];
}

const boost::json::value& Run::reading(std::size_t analyte, std::size_t position) {
    const boost::json::value*& made = made_reading(analyte, position);
    if (!made) made = &keep(make_reading(analyte, position));
    return *made;
}

/// Appends a reading to `list`, which has room for it. If it was not made yet it is made there: no copy.
const boost::json::value& Run::add_reading(std::size_t analyte, std::size_t position, boost::json::array& list) {
    const boost::json::value*& made = made_reading(analyte, position);
    if (made) return list.emplace_back(fhir::shared(*made));
    made = &list.emplace_back(make_reading(analyte, position));
    return *made;
}

void Run::fill_analyte(std::size_t analyte, SlotValue& value) {
    const Slot& slot = program_.slots[program_.analyte_slot(analyte)];
    value.missing = unavailable_ & slot.result_sources;
    value.missing_orders = unavailable_ & slot.order_sources;
    const TestResults& found = results(analyte);
    boost::json::object json(storage_);
    json.reserve(6);
    boost::json::array known(storage_);
    known.reserve(1 + found.pending.size() + found.unreadable.size());
    if (found.result) json.emplace("result", fhir::shared(add_reading(analyte, *found.result, known)));
    const auto add_list = [&](std::string_view name, const std::vector<std::size_t>& positions, const auto& add) {
        if (positions.empty()) return;
        boost::json::array list(storage_);
        list.reserve(positions.size());
        for (const std::size_t position : positions) list.push_back(fhir::shared(add(position)));
        json.emplace(name, std::move(list));
    };
    const auto add_known = [&](std::size_t position) -> const boost::json::value& {
        return add_reading(analyte, position, known);
    };
    add_list("pending", found.pending, add_known);
    add_list("unreadable", found.unreadable, add_known);
    add_list("newer", found.newer,
             [&](std::size_t position) -> const boost::json::value& { return reading(analyte, position); });
    if (!known.empty()) json.emplace("known", std::move(known));

    boost::json::array orders(storage_);
    for (const Item& order : ordered()) {
        const bool is_ours = std::ranges::any_of(program_.analytes[analyte].kinds,
                                                 [&](const CompiledKind& kind) { return kind.intent == order.intent; });
        if (is_ours) orders.push_back(item_json(order, storage_));
    }
    if (!orders.empty()) json.emplace("ordered", std::move(orders));
    value.items.push_back(item_value(std::move(json), program_.fact_types.results));
}

void Run::add_readings(SlotValue& value, bool readable) {
    for (std::size_t analyte = 0; analyte < program_.analytes.size(); ++analyte) {
        value.missing |= unavailable_ & source_bit(program_.analytes[analyte].source);
        const TestResults& found = results(analyte);
        for (const std::size_t position : readable ? found.readable : found.unreadable) {
            value.items.push_back(Value::element(&reading(analyte, position), program_.fact_types.reading));
        }
    }
}

}  // namespace rules
