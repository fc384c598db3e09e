#include "fhir/element.hpp"

#include "fhir/json_text.hpp"

namespace fhir {
namespace json = boost::json;

namespace {

// The longest decimal the reader looks at without a copy: what JsonLimits lets through.
std::optional<Decimal> to_decimal(const json::value& value) {
    if (const std::int64_t* whole = value.if_int64()) return Decimal(*whole);
    if (is_decimal(value)) return Decimal::parse(decimal_text(value));
    return Decimal::parse(number_text(value));
}

}  // namespace

std::optional<bool> Element::boolean(std::string_view name) const {
    const json::value* member = find(name);
    if (!member) return std::nullopt;
    if (const bool* value = member->if_bool()) return *value;
    report(name, IssueCode::wrong_type);
    return std::nullopt;
}

std::optional<std::int64_t> Element::integer(std::string_view name) const {
    const json::value* member = find(name);
    if (!member) return std::nullopt;
    if (const std::int64_t* value = member->if_int64()) return *value;
    report(name, is_number(*member) ? IssueCode::invalid_value : IssueCode::wrong_type);
    return std::nullopt;
}

std::optional<Decimal> Element::decimal(std::string_view name) const {
    const json::value* member = find(name);
    if (!member) return std::nullopt;
    if (!is_number(*member)) return report(name, IssueCode::wrong_type), std::nullopt;
    std::optional<Decimal> value = to_decimal(*member);
    if (!value) report(name, IssueCode::invalid_value);
    return value;
}

std::optional<Date> Element::date(std::string_view name) const {
    const std::string_view written = text(name);
    if (written.empty()) return std::nullopt;
    std::optional<Date> value = written.front() == '@' ? std::nullopt : Date::parse(written);
    if (!value) report(name, IssueCode::invalid_value);
    return value;
}

std::optional<DateTime> Element::date_time(std::string_view name) const {
    const std::string_view written = text(name);
    if (written.empty()) return std::nullopt;
    std::optional<DateTime> value = DateTime::parse(written);
    if (value) return value;
    if (written.front() != '@') value = DateTime::parse_fhirpath(written);
    report(name, value ? IssueCode::incomplete_date : IssueCode::invalid_value);
    return value;
}

std::optional<Element> Element::child(std::string_view name) const& {
    const json::value* member = find(name);
    if (!member) return std::nullopt;
    if (const json::object* object = member->if_object()) return Element(*object, name, no_index, *this);
    report(name, IssueCode::wrong_type);
    return std::nullopt;
}

void Element::report(std::string_view name, IssueCode code) const {
    std::string where = path();
    if (!name.empty()) where.append(1, '.').append(name);
    issues_->push_back({std::move(where), code});
}

std::string Element::path() const {
    std::string path = parent_ ? parent_->path() + '.' : std::string();
    path += name_;
    if (index_ != no_index) path += '[' + std::to_string(index_) + ']';
    return path;
}

}  // namespace fhir
