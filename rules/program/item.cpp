#include "rules/program/item.hpp"

namespace rules {
namespace {

namespace json = boost::json;
using fhir::path::TypeId;

// FHIR R4: clinical and verification status of a condition, status of an event, a request, a result, a medication.
constexpr std::string_view statuses[] = {
    "active",      "recurrence",       "relapse", "inactive",   "remission",  "resolved",    "unconfirmed", "confirmed",
    "provisional", "differential",     "refuted", "registered", "final",      "preliminary", "amended",     "corrected",
    "cancelled",   "entered-in-error", "unknown", "completed",  "stopped",    "on-hold",     "intended",    "not-taken",
    "not-done",    "in-progress",      "draft",   "revoked",    "preparation"};

// What an item holds as JSON; null where it holds nothing.

json::value value_of(std::string_view text, const json::storage_ptr& storage) {
    return text.empty() ? json::value() : json::value(text, storage);
}

json::value value_of(bool is_so, const json::storage_ptr&) {
    return is_so ? json::value(true) : json::value();
}

json::value value_of(const std::optional<long>& number, const json::storage_ptr&) {
    return number ? json::value(*number) : json::value();
}

json::value value_of(const std::optional<fhir::Date>& date, const json::storage_ptr& storage) {
    return date ? json::value(date->text(), storage) : json::value();
}

json::array texts(const std::vector<std::string_view>& list, const json::storage_ptr& storage) {
    json::array all(storage);
    for (const std::string_view text : list) all.emplace_back(text);
    return all;
}

json::value value_of(const std::vector<std::string_view>& list, const json::storage_ptr& storage) {
    return list.empty() ? json::value() : json::value(texts(list, storage));
}

json::value value_of(const std::vector<StatedReason>& reasons, const json::storage_ptr& storage) {
    if (reasons.empty()) return {};
    json::array all(storage);
    for (const StatedReason& reason : reasons) {
        json::object stated(storage);
        if (!reason.label.empty()) stated.emplace("label", reason.label);
        stated.emplace("sets", texts(reason.sets, storage));
        all.push_back(std::move(stated));
    }
    return all;
}

template <auto field>
json::value put(const Item& item, const json::storage_ptr& storage) {
    return value_of(item.*field, storage);
}

json::value put_since(const Item& item, const json::storage_ptr& storage) {
    if (!item.date) return value_of(std::string_view("no date"), storage);
    const std::string_view before = item.is_recorded ? "recorded " : item.lasts ? "since " : "";
    return value_of(std::string_view(std::string(before) + item.date->text()), storage);
}

constexpr std::size_t longest_count = 5, longest_date = 10, longest_since = 19;

constexpr ItemMember members[] = {
    {"label", TypeId::string, put<&Item::label>},
    {"date", TypeId::date, put<&Item::date>, longest_date},
    {"ageDays", TypeId::integer, put<&Item::age_days>, longest_count},
    {"atLeast", std::nullopt, put<&Item::is_at_least>},
    {"doubtful", TypeId::boolean, put<&Item::is_doubtful>},
    {"words", TypeId::string, put<&Item::words>},
    {"sets", TypeId::string, put<&Item::sets>, 0, {}, true},
    {"reference", TypeId::string, put<&Item::reference>},
    {"daysOnTreatment", TypeId::integer, put<&Item::days_on_treatment>, longest_count},
    {"intent", TypeId::string, put<&Item::intent>},
    {"group", TypeId::string, put<&Item::group>},
    {"status", TypeId::string, put<&Item::status>, 0, statuses},
    {"repeated", TypeId::boolean, put<&Item::is_repeated>},
    {"since", TypeId::string, put_since, longest_since},
    {"reasons", TypeId::none, put<&Item::reasons>, 0, {}, true},
};

}  // namespace

std::span<const ItemMember> item_members() {
    return members;
}

json::object item_json(const Item& item, const json::storage_ptr& storage) {
    json::object whole(storage);
    whole.reserve(std::size(members));
    for (const ItemMember& member : members) {
        json::value value = member.of(item, storage);
        if (!value.is_null()) whole.emplace(member.name, std::move(value));
    }
    return whole;
}

}  // namespace rules
