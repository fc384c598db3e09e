#include "rules/run/run.hpp"

#include "fhir/member.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Collection;
using fhir::path::Value;

/// The required sources of `program` of which `record` holds a part only.
SourceSet sources_in_part(const Program::Inner& program, const Record& record) {
    SourceSet in_part = 0;
    for (std::size_t source = 0; source < fixed_sources.size(); ++source) {
        const std::string& key = program.source_keys[source];
        const bool is_part = record.provided.contains(key) && record.unavailable.contains(key);
        if (fixed_sources[source].required && is_part) in_part |= source_bit(source);
    }
    return in_part;
}

/// The sources of `program` that `record` lacks, wholly or in part.
SourceSet sources_lacking(const Program::Inner& program, const Record& record) {
    SourceSet lacking = 0;
    for (std::size_t source = 0; source < program.source_keys.size(); ++source) {
        const std::string& key = program.source_keys[source];
        const bool is_whole = record.provided.contains(key) && !record.unavailable.contains(key);
        if (!is_whole) lacking |= source_bit(source);
    }
    return lacking;
}

bool is_false(const Value& value) {
    const Value system = value.system_value();
    return system.kind() == Value::Kind::boolean && !system.as_boolean();
}

/// An expression holds if it gives anything but nothing or false.
bool gives_something(const Collection& items) {
    return !items.empty() && !std::ranges::all_of(items, is_false);
}

std::optional<std::int64_t> age_of(const Value& value) {
    const boost::json::value* json = value.is_element() ? value.json() : nullptr;
    const boost::json::object* object = json ? json->if_object() : nullptr;
    const boost::json::value* found = object ? fhir::find_member(*object, "ageDays") : nullptr;
    return found && found->is_int64() ? std::optional(found->get_int64()) : std::nullopt;
}

/// Newest first, undated last, as in every fact.
void sort_newest_first(Collection& items) {
    std::stable_sort(items.begin(), items.end(), [](const Value& left, const Value& right) {
        const auto first = age_of(left);
        const auto second = age_of(right);
        return first && (!second || *first < *second);
    });
}

/// One resource is one item, however many facts it came from.
void add_once(const Value& item, Collection& to) {
    const std::string_view reference = text_member(item, "reference");
    if (!reference.empty()) {
        for (const Value& known : to) {
            if (text_member(known, "reference") == reference &&
                text_member(known, "label") == text_member(item, "label"))
                return;
        }
    }
    to.push_back(item);
}

}  // namespace

Run::Run(const Program::Inner& program, const Record& record, const Call& call, Parts parts)
    : program_(program),
      record_(record),
      call_(call),
      calendar_(call.at, call.zone),
      in_part_(sources_in_part(program, record)),
      unavailable_(sources_lacking(program, record) & ~(parts == Parts::whole ? in_part_ : SourceSet(0))),
      memory_(first_block_.data(), first_block_.size()),
      storage_(&memory_),
      facts_(program, record, calendar_),
      slots_(program.slots.size(), nullptr),
      variables_(program.slots.size(), nullptr),
      results_(program.analytes.size()),
      readings_(program.analytes.size()) {
    values_.reserve(program.slots.size());  // once for all, so that they stay where they are
    variables_[slot_item] = &item_;
    for (const boost::json::object* draft : call.drafts) {
        const std::string_view id = draft ? fhir::member_text(*draft, "id") : std::string_view();
        if (!id.empty()) draft_references_.push_back(reference_to("ServiceRequest", id));
    }
}

void Run::set_item(const Value* item) {
    item_.clear();
    if (item) item_.push_back(*item);
}

const SlotValue& Run::slot(std::uint16_t slot) {
    if (!slots_[slot]) fill(slot);
    return *slots_[slot];
}

SourceSet Run::missing_for(const SlotUse& use) {
    if (use.slot == slot_item) return 0;
    const SlotValue& value = slot(use.slot);
    switch (use.part) {
        case SlotPart::results:
            return value.missing;
        case SlotPart::orders:
            return value.missing_orders;
        case SlotPart::whole:
            break;
    }
    return value.missing | value.missing_orders;
}

std::optional<std::string> Run::compute(const CompiledExpression& expression, Collection& items) const {
    if (trace_) trace_->note(expression);
    if (expression.is_bare) {
        items = *variables_[expression.uses.front().slot];
        return std::nullopt;
    }
    fhir::path::Input input;
    input.variables = variables_;
    input.now = calendar_.now();
    auto result = fhir::path::evaluate(expression.path, input);
    if (result.has_error()) return std::move(result.error().message);
    items = std::move(*result);
    return std::nullopt;
}

Answer Run::evaluate(const CompiledExpression& expression) {
    Answer answer;
    bool is_blocked = false;
    for (const SlotUse& use : expression.uses) {
        const SourceSet missing = missing_for(use);
        answer.missing |= missing;
        is_blocked = is_blocked || (missing != 0 && !use.is_filtered);
    }
    if (is_blocked) {
        answer.truth = Truth::unknown;
        return answer;
    }
    if (auto error = compute(expression, answer.items)) {
        answer.truth = Truth::unknown;
        answer.error = std::move(*error);
        return answer;
    }
    if (gives_something(answer.items)) {
        answer.truth = Truth::holds;
    } else {
        answer.truth = answer.missing ? Truth::unknown : Truth::fails;
        answer.items.clear();
    }
    return answer;
}

Collection Run::shown(const CompiledExpression& expression) {
    for (const SlotUse& use : expression.uses) missing_for(use);  // fills the slots
    Collection items;
    compute(expression, items);
    return items;
}

bool Run::holds(const std::optional<CompiledExpression>& condition) {
    return !condition || evaluate(*condition).truth == Truth::holds;
}

const boost::json::value& Run::keep(boost::json::value value) {
    return kept_.emplace_back(std::move(value));
}

Value Run::item_value(boost::json::object item, fhir::path::TypeId type) {
    return Value::element(&keep(std::move(item)), type);
}

void Run::add_items(const std::vector<Item>& items, Collection& to) {
    for (const Item& item : items) to.push_back(item_value(item_json(item, storage_), program_.fact_types.item));
}

void Run::fill(std::uint16_t slot) {
    SlotValue& value = values_.emplace_back();
    if (trace_) trace_->slots.insert(slot);
    slots_[slot] = &value;  // facts cannot depend on themselves: compilation has refused that
    if (slot < first_fact_slot) {
        fill_fixed(slot, value);
    } else if (slot < program_.analyte_slot(0)) {
        fill_fact(program_.facts[slot - first_fact_slot], value);
    } else {
        fill_analyte(slot - program_.analyte_slot(0), value);
    }
    if (slot != slot_item) variables_[slot] = &value.items;  // %item is set from outside, item by item
}

void Run::fill_age(SlotValue& value) {
    const bool has_birth_date = record_.patient && record_.patient->birth_date;
    value.missing = has_birth_date ? 0 : source_bit(source_patient);
    if (has_birth_date) {
        value.items.push_back(Value::integer(fhir::age_in_years(*record_.patient->birth_date, calendar_.today())));
    }
}

void Run::fill_fixed(std::uint16_t slot, SlotValue& value) {
    const fhir::path::TypeId item = program_.fact_types.item;
    switch (static_cast<FixedSlot>(slot)) {
        case slot_param:
            value.items.push_back(Value::element(&program_.param, program_.fact_types.param));
            return;
        case slot_age:
            return fill_age(value);
        case slot_alive:
            value.items.push_back(Value::boolean(!(record_.patient && record_.patient->deceased)));
            return;
        case slot_sex: {
            const std::string_view gender = record_.patient ? record_.patient->gender : std::string_view();
            const bool is_said = gender == "female" || gender == "male" || gender == "other";
            if (is_said) value.items.push_back(Value::borrowed_string(gender));
            return;
        }
        case slot_today:
            value.items.push_back(Value::date(fhir::Date::of(calendar_.today())));
            return;
        case slot_orders:
            value.missing = unavailable_ & source_bit(source_orders);
            for (const Item& order : open_orders()) value.items.push_back(item_value(item_json(order, storage_), item));
            return;
        case slot_drafts: {
            std::vector<Item> items = facts_.orders(drafts());
            mark_repeated(items);
            if (items.size() > most_items) items.erase(items.begin() + most_items, items.end());
            return add_items(items, value.items);
        }
        case slot_results:
            return add_readings(value, true);
        case slot_unreadable:
            return add_readings(value, false);
        case slot_unavailable:
            for (std::size_t source = 0; source < program_.source_keys.size(); ++source) {
                if (!(unavailable_ & source_bit(source))) continue;
                value.items.push_back(Value::borrowed_string(program_.source_keys[source]));
            }
            return;
        case slot_item:
        case first_fact_slot:
            return;
    }
}

void Run::fill_fact(const CompiledFact& fact, SlotValue& value) {
    switch (fact.form) {
        case Fact::Form::conditions:
        case Fact::Form::medications:
        case Fact::Form::procedures:
        case Fact::Form::observations: {
            FactItems found = facts_.read(fact);
            add_items(found.items, value.items);
            value.notes = std::move(found.notes);
            value.missing = unavailable_ & program_.slots[fact.slot].result_sources;
            return;
        }
        case Fact::Form::drafts:
            return add_items(facts_.drafts(fact, draft_medications()), value.items);
        case Fact::Form::says:
            if (fact.items) value.items = shown(*fact.items);
            return;
        case Fact::Form::items: {
            if (!fact.items) return;
            Answer answer = evaluate(*fact.items);
            value.items = std::move(answer.items);
            value.missing = answer.missing;
            return;
        }
        case Fact::Form::any:
            return fill_any(fact, value);
        case Fact::Form::all:
            return fill_all(fact, value);
    }
}

/// Items of any part hold, whatever else could not be known.
void Run::fill_any(const CompiledFact& fact, SlotValue& value) {
    for (const CompiledExpression& part : fact.any) {
        const Answer answer = evaluate(part);
        value.missing |= answer.missing;
        if (answer.truth != Truth::holds) continue;
        for (const Value& item : answer.items) add_once(item, value.items);
    }
    sort_newest_first(value.items);
}

/// A part that clearly fails settles it, whatever else could not be known.
void Run::fill_all(const CompiledFact& fact, SlotValue& value) {
    SourceSet unknown = 0;
    bool is_unknown = false;
    SourceSet incomplete = 0;
    Collection items;
    const auto note = [&](const Answer& answer) {
        is_unknown = is_unknown || answer.truth == Truth::unknown;
        if (answer.truth == Truth::unknown) unknown |= answer.missing;
        incomplete |= answer.missing;
    };
    for (const CompiledExpression& part : fact.all) {
        const Answer answer = evaluate(part);
        if (answer.truth == Truth::fails) return;
        note(answer);
        for (const Value& item : answer.items) {
            if (item.is_element()) add_once(item, items);
        }
    }
    for (const CompiledExpression& part : fact.none) {
        const Answer answer = evaluate(part);
        if (answer.truth == Truth::holds) return;
        note(answer);
    }
    value.missing = is_unknown ? unknown : incomplete;
    if (is_unknown) return;
    if (items.empty()) items.push_back(Value::boolean(true));
    value.items = std::move(items);
}

/// Of two drafts of one test the second is the one to do without, whichever of them is selected.
void Run::mark_repeated(std::vector<Item>& items) {
    const std::vector<Item> all = facts_.orders(basket());
    for (Item& item : items) {
        const auto first = std::ranges::find(all, item.intent, &Item::intent);
        item.is_repeated = first != all.end() && first->reference != item.reference;
    }
}

const std::vector<fhir::ServiceRequest>& Run::basket() {
    if (basket_) return *basket_;
    basket_.emplace();
    fhir::Issues issues;
    for (const boost::json::object* draft : call_.drafts) {
        if (!draft || fhir::member_text(*draft, "resourceType") != "ServiceRequest") continue;
        fhir::ServiceRequest request = fhir::read_service_request(*draft, issues);
        // Orders that are signed again may have another status than draft, but not one of these.
        const bool is_void = request.status == "revoked" || request.status == "entered-in-error";
        if (!is_void && !request.do_not_perform && request.doubt == fhir::Doubt::none)
            basket_->push_back(std::move(request));
    }
    return *basket_;
}

bool Run::is_selected(std::string_view type, std::string_view id) const {
    return call_.selections.empty() ||
           std::ranges::find(call_.selections, reference_to(type, id)) != call_.selections.end();
}

std::vector<fhir::ServiceRequest> Run::drafts() {
    std::vector<fhir::ServiceRequest> selected = basket();
    std::erase_if(selected,
                  [this](const fhir::ServiceRequest& request) { return !is_selected("ServiceRequest", request.id); });
    return selected;
}

const std::vector<fhir::MedicationRequest>& Run::draft_medications() {
    if (draft_medications_) return *draft_medications_;
    draft_medications_.emplace();
    fhir::Issues issues;
    for (const boost::json::object* draft : call_.drafts) {
        if (!draft || fhir::member_text(*draft, "resourceType") != "MedicationRequest") continue;
        fhir::MedicationRequest request = fhir::read_medication_request(*draft, issues);
        const bool is_void = request.status == "cancelled" || request.status == "stopped" ||
                             request.status == "completed" || request.status == "entered-in-error";
        if (is_void || request.do_not_perform || !is_selected("MedicationRequest", request.id)) continue;
        if (draft_medications_->size() == most_items) break;
        draft_medications_->push_back(std::move(request));
    }
    return *draft_medications_;
}

const std::vector<Item>& Run::open_orders() {
    if (open_orders_) return *open_orders_;
    std::vector<std::string> settled = draft_references_;
    for (const fhir::ServiceRequest& draft : basket()) {
        // What a draft replaces goes with it, what it is based on it fulfils: neither stands beside it.
        for (const auto* list : {&draft.replaces, &draft.based_on}) {
            for (const fhir::Reference& other : *list) {
                if (other.type == "ServiceRequest") settled.push_back(reference_to(other.type, other.id));
            }
        }
    }
    return open_orders_.emplace(facts_.open_orders(settled));
}

const std::vector<Item>& Run::ordered() {
    if (ordered_) return *ordered_;
    ordered_ = facts_.orders(basket());
    ordered_->insert(ordered_->end(), open_orders().begin(), open_orders().end());
    return *ordered_;
}

}  // namespace rules
