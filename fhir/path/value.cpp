#include "fhir/path/value.hpp"

#include "fhir/json_text.hpp"
#include "fhir/path/measure.hpp"
#include "fhir/ucum.hpp"

#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <variant>

namespace fhir::path {
namespace json = boost::json;

struct Value::Box {
    template <typename Content>
    explicit Box(Content value) : content(std::move(value)) {}

    std::atomic<std::uint32_t> owners{1};
    std::variant<std::string, Decimal, DateTime, Time, Measure> content;
};

void Value::retain() const noexcept {
    payload_.box->owners.fetch_add(1, std::memory_order_relaxed);
}

void Value::release() noexcept {
    if (payload_.box->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete payload_.box;
    forget();
}

Value Value::boxed(Kind kind, TypeId type, Box* box) noexcept {
    Value value;
    value.kind_ = kind;
    value.storage_ = Storage::shared;
    value.type_ = type;
    value.payload_.box = box;
    return value;
}

Value Value::boolean(bool boolean) noexcept {
    Value value;
    value.kind_ = Kind::boolean;
    value.type_ = TypeId::boolean;
    value.payload_.boolean = boolean;
    return value;
}

Value Value::integer(std::int32_t number) noexcept {
    Value value;
    value.kind_ = Kind::integer;
    value.type_ = TypeId::integer;
    value.payload_.number = number;
    return value;
}

Value Value::long_integer(std::int64_t number) noexcept {
    Value value;
    value.kind_ = Kind::long_integer;
    value.type_ = TypeId::long_integer;
    value.payload_.number = number;
    return value;
}

Value Value::decimal(const Decimal& decimal) {
    constexpr Int128 highest = std::numeric_limits<std::int64_t>::max();
    if (decimal.coefficient() > highest || decimal.coefficient() < -highest) {
        return boxed(Kind::decimal, TypeId::decimal, new Box(decimal));
    }
    Value value;
    value.kind_ = Kind::decimal;
    value.type_ = TypeId::decimal;
    value.scale_ = static_cast<std::uint8_t>(decimal.decimal_places());
    value.payload_.number = static_cast<std::int64_t>(decimal.coefficient());
    return value;
}

Value Value::string(std::string text) {
    return boxed(Kind::string, TypeId::string, new Box(std::move(text)));
}

Value Value::borrowed_string(std::string_view text) noexcept {
    Value value;
    value.kind_ = Kind::string;
    value.type_ = TypeId::string;
    value.payload_.text = {text.data(), text.size()};
    return value;
}

Value Value::date(const Date& date) noexcept {
    Value value;
    value.kind_ = Kind::date;
    value.type_ = TypeId::date;
    value.payload_.date = date;
    return value;
}

Value Value::date_time(const DateTime& date_time) {
    return boxed(Kind::date_time, TypeId::date_time, new Box(date_time));
}

Value Value::time(const Time& time) {
    return boxed(Kind::time, TypeId::time, new Box(time));
}

Value Value::quantity(Measure measure) {
    return boxed(Kind::quantity, TypeId::quantity, new Box(std::move(measure)));
}

Value Value::type_info(TypeId type) noexcept {
    Value value;
    value.kind_ = Kind::type_info;
    value.type_ = type;
    return value;
}

Value Value::resource(const json::value& node, const Types& types) {
    TypeId type = resource_type();
    if (const json::object* object = node.if_object()) {
        const json::value* name = object->if_contains("resourceType");
        const std::optional<std::string_view> text = name ? text_of(*name) : std::nullopt;
        const std::optional<TypeId> named = text ? types.find_in("FHIR", *text) : std::nullopt;
        if (named && types.is_resource(*named)) type = *named;
    }
    return element(&node, type);
}

Decimal Value::as_decimal() const noexcept {
    if (kind_ != Kind::decimal) return Decimal(payload_.number);
    if (storage_ != Storage::plain) return std::get<Decimal>(payload_.box->content);
    return *Decimal::of(payload_.number, scale_);
}

std::string_view Value::as_string() const noexcept {
    if (storage_ == Storage::plain) return {payload_.text.data, payload_.text.size};
    return std::get<std::string>(payload_.box->content);
}

const DateTime& Value::as_date_time() const noexcept {
    return std::get<DateTime>(payload_.box->content);
}

const Time& Value::as_time() const noexcept {
    return std::get<Time>(payload_.box->content);
}

const Measure& Value::as_quantity() const noexcept {
    return std::get<Measure>(payload_.box->content);
}

Value Value::literal() const noexcept {
    Value copy;
    copy.kind_ = kind_;
    copy.storage_ = storage_ == Storage::shared ? Storage::literal : storage_;
    copy.scale_ = scale_;
    copy.type_ = type_;
    copy.payload_ = payload_;
    return copy;
}

namespace {

Value integer_value(const json::value& node) {
    const std::int64_t* number = node.if_int64();
    if (!number || *number < std::numeric_limits<std::int32_t>::min()) return {};
    if (*number > std::numeric_limits<std::int32_t>::max()) return {};
    return Value::integer(static_cast<std::int32_t>(*number));
}

Value decimal_value(const json::value& node) {
    if (const std::int64_t* number = node.if_int64()) return Value::decimal(Decimal(*number));
    if (!is_number(node)) return {};
    const std::optional<Decimal> decimal = Decimal::parse(number_text(node));
    return decimal ? Value::decimal(*decimal) : Value();
}

Value text_value(std::string_view text, TypeId type) {
    if (type == TypeId::string) return Value::borrowed_string(text);
    if (text.starts_with('@') || text.starts_with('T')) return {};
    if (type == TypeId::date) {
        const std::optional<Date> date = Date::parse(text);
        return date ? Value::date(*date) : Value();
    }
    if (type == TypeId::date_time) {
        const std::optional<DateTime> date_time = DateTime::parse_fhirpath(text);
        return date_time ? Value::date_time(*date_time) : Value();
    }
    if (type != TypeId::time) return {};
    const std::optional<Time> time = Time::parse_fhirpath(text);
    return time ? Value::time(*time) : Value();
}

Value value_of_any_kind(const json::value& node) {
    if (const bool* boolean = node.if_bool()) return Value::boolean(*boolean);
    if (const std::optional<std::string_view> text = text_of(node)) return Value::borrowed_string(*text);
    if (!node.is_int64()) return decimal_value(node);
    const Value small = integer_value(node);
    return small.has_value() ? small : Value::long_integer(node.get_int64());
}

std::string_view text_member(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member ? text_of(*member).value_or("") : "";
}

// The calendar's unit that R4 takes a UCUM code in a resource for.
std::optional<CalendarUnit> calendar_unit_of_code(std::string_view code) {
    constexpr std::pair<std::string_view, CalendarUnit> units[] = {
        {"a", CalendarUnit::year}, {"mo", CalendarUnit::month},   {"d", CalendarUnit::day},
        {"h", CalendarUnit::hour}, {"min", CalendarUnit::minute}, {"s", CalendarUnit::second}};
    for (const auto& [known, unit] : units) {
        if (known == code) return unit;
    }
    return std::nullopt;
}

// FHIR R4, FHIRPath, 2.9.1.3: only a Quantity with a UCUM code is one of FHIRPath's; FHIRPath 3.0 adds the calendar's
// own codes. One with a comparator has no value that could be computed with.
Value quantity_value(const json::value& node) {
    constexpr std::string_view calendar_system = "http://hl7.org/fhirpath/CodeSystem/calendar-units";
    const json::object* object = node.if_object();
    if (!object || object->contains("comparator")) return {};
    const json::value* number = object->if_contains("value");
    const Value amount = number ? decimal_value(*number) : Value();
    const std::string_view code = text_member(*object, "code");
    if (!amount.has_value() || code.empty()) return {};
    const std::string_view system = text_member(*object, "system");
    if (system == ucum_system) {
        if (const auto unit = calendar_unit_of_code(code)) {
            return Value::quantity(measure_in(amount.as_decimal(), *unit));
        }
        return Value::quantity({amount.as_decimal(), std::string(code), std::nullopt});
    }
    const std::optional<CalendarUnit> unit = system == calendar_system ? calendar_unit(code) : std::nullopt;
    return unit ? Value::quantity(measure_in(amount.as_decimal(), *unit)) : Value();
}

}  // namespace

Value system_value_of(const json::value& node, TypeId type) {
    switch (type) {
        case TypeId::none:
            return value_of_any_kind(node);
        case TypeId::boolean:
            return node.is_bool() ? Value::boolean(node.get_bool()) : Value();
        case TypeId::integer:
            return integer_value(node);
        case TypeId::long_integer:
            return node.is_int64() ? Value::long_integer(node.get_int64()) : Value();
        case TypeId::decimal:
            return decimal_value(node);
        case TypeId::string:
        case TypeId::date:
        case TypeId::date_time:
        case TypeId::time: {
            const std::optional<std::string_view> text = text_of(node);
            return text ? text_value(*text, type) : Value();
        }
        case TypeId::quantity:
            return quantity_value(node);
        case TypeId::type_info:
        case TypeId::first_fhir:
            break;
    }
    return {};
}

Value Value::system_value() const {
    if (kind_ != Kind::element) return *this;
    if (!payload_.element.json) return {};
    const TypeId system = system_type_of(type_);
    if (system == TypeId::none && type_ != TypeId::none) return {};
    return system_value_of(*payload_.element.json, system);
}

Collection::Collection(std::initializer_list<Value> values) {
    for (const Value& value : values) push_back(value);
}

Collection::Collection(const Collection& other) {
    for (const Value& value : other) push_back(value);
}

Collection& Collection::operator=(const Collection& other) {
    if (this == &other) return *this;
    clear();
    for (const Value& value : other) push_back(value);
    return *this;
}

Collection& Collection::operator=(Collection&& other) noexcept {
    if (this == &other) return *this;
    this->~Collection();
    new (this) Collection(std::move(other));
    return *this;
}

void Collection::free() noexcept {
    clear();
    if (data_ != inline_values()) ::operator delete(data_);
}

void Collection::truncate(std::size_t size) noexcept {
    while (size_ > size) data_[--size_].~Value();
}

void Collection::grow() {
    const std::size_t capacity = capacity_ * 4;
    auto* const values = static_cast<Value*>(::operator new(capacity * sizeof(Value)));
    std::uninitialized_move(begin(), end(), values);
    std::destroy(begin(), end());
    if (data_ != inline_values()) ::operator delete(data_);
    data_ = values;
    capacity_ = capacity;
}

// Leaves `other` empty. Precondition: this is empty and has no heap of its own.
void Collection::take(Collection& other) noexcept {
    if (other.data_ != other.inline_values()) {
        data_ = std::exchange(other.data_, other.inline_values());
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, inline_capacity);
        return;
    }
    // A Value may change its place as it is: nothing points into it, and what is left behind is not looked at again.
    std::memcpy(inline_, other.inline_, other.size_ * sizeof(Value));
    size_ = std::exchange(other.size_, 0);
}

}  // namespace fhir::path
