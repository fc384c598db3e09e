#include "rules/record/written_value.hpp"

#include "fhir/characters.hpp"
#include "fhir/ucum.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::size_t longest_echo = 20;
constexpr std::size_t longest_number = 40;

bool is_space(char character) {
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/// A unit as it may be shown: whole if it is one, else its beginning, without control characters.
std::string unit_echo(std::string_view unit, const std::function<bool(std::string_view)>& knows_unit) {
    unit = trimmed(unit);
    if (knows_unit(unit)) return std::string(unit);
    std::string shown;
    std::size_t characters = 0;
    for (const char character : unit) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7f) continue;
        const bool begins_character = (byte & 0xC0) != 0x80;
        if (begins_character && ++characters > longest_echo) break;
        shown += character;
    }
    return shown;
}

std::string joined(std::string_view comparator, std::string_view number, std::string_view unit) {
    std::string text(comparator);
    text.append(number);
    if (!unit.empty()) text.append(" ").append(unit);
    return text;
}

/// The sign at the beginning of `text`, which is taken from it with the spaces behind.
std::string_view take_comparator(std::string_view& text) {
    text = trimmed(text);
    if (!text.starts_with('<') && !text.starts_with('>')) return {};
    const std::string_view comparator = text.substr(0, text.substr(1).starts_with('=') ? 2 : 1);
    text = trimmed(text.substr(comparator.size()));
    return comparator;
}

std::size_t digits_at_front(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, fhir::is_digit) - text.begin());
}

/// How many bytes the character at the beginning of `text` has; none if it is one of the letters and digits of ASCII.
std::size_t sign_length(std::string_view text) {
    if (text.empty() || fhir::is_digit(text.front()) || fhir::is_letter(text.front())) return 0;
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
    return length;
}

/// How many bytes at the beginning of `text` may stand between two groups of digits: "1 250", "1'250".
std::size_t separator_length(std::string_view text) {
    constexpr std::string_view separators[] = {" ", "'", ",", "\u00A0", "\u2009", "\u2019", "\u202F"};
    const auto* const found =
        std::ranges::find_if(separators, [&](std::string_view separator) { return text.starts_with(separator); });
    return found == std::end(separators) ? 0 : found->size();
}

/// Two groups of digits at the beginning of `text`, the second of three, with what stands between them; empty if there
/// are none. More groups are a telephone's or a patient's number.
std::string_view grouped_digits(std::string_view text) {
    const std::size_t first = digits_at_front(text);
    if (first == 0 || first > 3) return {};
    const std::size_t separator = separator_length(text.substr(first));
    if (separator == 0 || digits_at_front(text.substr(first + separator)) != 3) return {};
    std::size_t end = first + separator + 3;
    if (text.substr(end).starts_with('.')) {
        const std::size_t decimals = digits_at_front(text.substr(end + 1));
        if (decimals > 0) end += 1 + decimals;
    }
    return text.substr(0, end);
}

/// A text that begins with a number: "<4 ng/mL" is "<", 4 and "ng/mL".
struct NumberText {
    std::string_view comparator;
    fhir::Decimal number;
    std::string_view rest;
    bool goes_on = false;  ///< more digits follow: "1 250 pg/mL" is one number to a person
};

std::optional<NumberText> parse_number_text(std::string_view text, bool decimal_comma) {
    NumberText parsed;
    parsed.comparator = take_comparator(text);
    std::size_t at = 0;
    std::string digits;
    const auto take_digits = [&] {
        const std::size_t before = digits.size();
        while (at < text.size() && fhir::is_digit(text[at]) && digits.size() < longest_number) digits += text[at++];
        return digits.size() > before;
    };
    if (!take_digits()) return std::nullopt;
    const bool has_point =
        at + 1 < text.size() && (text[at] == '.' || (decimal_comma && text[at] == ',')) && fhir::is_digit(text[at + 1]);
    if (has_point) {
        digits += '.';
        ++at;
        take_digits();
    }
    // "1,234" and "12.03.2026" go on like numbers: what follows the digits must not.
    if (at < text.size() && (fhir::is_digit(text[at]) || text[at] == '.' || text[at] == ',')) return std::nullopt;
    const auto number = fhir::Decimal::parse(digits);
    if (!number) return std::nullopt;
    parsed.number = *number;
    const std::string_view behind = text.substr(at);
    parsed.rest = trimmed(behind);
    // Whatever sign stands between the groups: "1`250", "1_250", "12/03/2026".
    const bool has_digits_behind_sign = digits_at_front(behind.substr(sign_length(behind))) > 0;
    parsed.goes_on = has_digits_behind_sign || digits_at_front(parsed.rest) > 0;
    return parsed;
}

class Reader {
  public:
    Reader(const CompiledAnalyte& analyte, std::span<const std::string_view> properties,
           const LaboratoryRules* laboratory, const std::function<bool(std::string_view)>& knows_unit)
        : analyte_(analyte), properties_(properties), laboratory_(laboratory), knows_unit_(knows_unit) {}

    WrittenValue read(const fhir::Quantity& quantity) const {
        WrittenValue written;
        written.is_there = true;
        if (!quantity.value) return refuse(std::move(written), Fault::not_a_number, "");
        written.comparator = quantity.comparator;
        written.number = *quantity.value;
        const std::string_view code = trimmed(quantity.code);
        const std::string_view for_people = trimmed(quantity.unit);
        const bool has_ucum = quantity.system == fhir::ucum_system && !code.empty();
        const std::string_view name = has_ucum ? code : for_people;
        const auto unit = has_ucum ? analyte_.unit_of_ucum(name, laboratory_) : analyte_.unit_of(name, laboratory_);
        if (name.empty()) return refuse(std::move(written), Fault::no_unit, foreign_echo(quantity));
        if (!unit) return refuse(std::move(written), Fault::unknown_unit, foreign_echo(quantity));
        // The unit for people must not say something else than the code. Words that name no unit do not.
        if (has_ucum && for_people != code && analyte_.names_another_unit(for_people, *unit, laboratory_)) {
            return refuse(std::move(written), Fault::unit_against_unit_code, foreign_echo(quantity));
        }
        written.unit_text = analyte_.shown_unit(name, *unit);
        return with_unit(std::move(written), *unit);
    }

    WrittenValue read(std::string_view text) const {
        WrittenValue written;
        written.is_there = true;
        const auto parsed = parse_number_text(text, laboratory_ && laboratory_->decimal_comma);
        // A unit may begin with digits, too: "10*9/L".
        if (!parsed || (parsed->goes_on && !is_unit(parsed->rest)))
            return refuse(std::move(written), Fault::not_a_number, grouped_echo(text));
        written.comparator = fhir::comparator_of(parsed->comparator);
        written.number = parsed->number;
        // Words behind a number may be anything, a name too: one short word at most is shown.
        const bool is_one_word = std::ranges::none_of(parsed->rest, is_space) && parsed->rest.size() <= longest_echo;
        const std::string rest =
            is_one_word || knows_unit_(parsed->rest) ? unit_echo(parsed->rest, knows_unit_) : std::string();
        written.echo = joined(parsed->comparator, parsed->number.text(), rest);
        if (parsed->rest.empty()) {
            if (!laboratory_ || !laboratory_->unit_of_bare_text) {
                written.fault = Fault::no_unit;
                return written;
            }
            written.unit_text = analyte_.units[*laboratory_->unit_of_bare_text].name;
            return with_unit(std::move(written), *laboratory_->unit_of_bare_text);
        }
        const auto unit = analyte_.unit_of(parsed->rest, laboratory_);
        if (!unit) {
            written.fault = Fault::unknown_unit;
            return written;
        }
        written.unit_text = analyte_.shown_unit(parsed->rest, *unit);
        return with_unit(std::move(written), *unit);
    }

  private:
    /// A number alone is a unit of UCUM, too, but none of a text: "612 345 678".
    bool is_unit(std::string_view text) const {
        const bool has_name = std::ranges::any_of(text, [](char character) {
            return fhir::is_letter(character) || character == '%' || static_cast<unsigned char>(character) >= 0x80;
        });
        return has_name && knows_unit_(text);
    }

    /// What may be shown of a quantity whose unit is not one of this test.
    std::string foreign_echo(const fhir::Quantity& quantity) const {
        const std::string_view unit = trimmed(quantity.unit).empty() ? quantity.code : quantity.unit;
        return joined(fhir::code_of(quantity.comparator), quantity.value->text(), unit_echo(unit, knows_unit_));
    }

    /// Digits in groups are shown as they were sent: which number they mean is for a person to say. Nothing is shown
    /// of a text that goes on with anything but a unit: it may be a telephone number, two numbers, or a name.
    std::string grouped_echo(std::string_view text) const {
        const std::string_view comparator = take_comparator(text);
        const std::string_view digits = grouped_digits(text);
        if (digits.empty() || digits.size() > longest_echo) return "";
        const std::string_view unit = trimmed(text.substr(digits.size()));
        return unit.empty() || is_unit(unit) ? joined(comparator, digits, unit) : "";
    }

    static WrittenValue refuse(WrittenValue written, Fault fault, std::string echo) {
        written.fault = fault;
        written.echo = std::move(echo);
        return written;
    }

    WrittenValue with_unit(WrittenValue written, std::size_t unit) const {
        written.unit = unit;
        const bool fits =
            std::ranges::any_of(properties_, [&](std::string_view property) { return analyte_.fits(unit, property); });
        if (!fits && !(laboratory_ && laboratory_->unit_wins_over_code)) written.fault = Fault::unit_against_code;
        return written;
    }

    const CompiledAnalyte& analyte_;
    std::span<const std::string_view> properties_;
    const LaboratoryRules* laboratory_;
    const std::function<bool(std::string_view)>& knows_unit_;
};

}  // namespace

std::string_view words_for(Fault fault) {
    switch (fault) {
        case Fault::none:
            return "";
        case Fault::not_a_number:
            return "its value is not a number with a unit";
        case Fault::no_unit:
            return "it has no unit";
        case Fault::unknown_unit:
            return "its unit is not one of this test";
        case Fault::unit_against_unit_code:
            return "its unit and the code of its unit differ";
        case Fault::unit_against_code:
            return "its unit does not fit its test code (mass or moles)";
        case Fault::codes_disagree:
            return "its test codes name different tests";
        case Fault::unknown_comparator:
            return "its comparator is not understood";
        case Fault::impossible:
            return "no such value is possible";
        case Fault::too_low:
            return "it is implausibly low";
        case Fault::too_high:
            return "it is implausibly high";
        case Fault::no_date:
            return "it has no date";
        case Fault::in_the_future:
            return "it is dated in the future";
        case Fault::values_disagree:
            return "two values of one draw disagree";
        case Fault::unknown_status:
            return "its status is not known";
        case Fault::modified:
            return "an unknown extension of it may change what it means";
        case Fault::versions_differ:
            return "its versions differ, and none says that it is the newest";
        case Fault::focus_unknown:
            return "whom or what it is about cannot be told";
        case Fault::spans_bands:
            return "it cannot be told on which side of a limit it lies";
    }
    return "";
}

std::string_view brief_words_for(Fault fault) {
    switch (fault) {
        case Fault::none:
            return "";
        case Fault::not_a_number:
            return "not a number";
        case Fault::no_unit:
            return "unit missing";
        case Fault::unknown_unit:
        case Fault::unit_against_unit_code:
        case Fault::unit_against_code:
            return "unit does not fit the test";
        case Fault::codes_disagree:
            return "test codes differ";
        case Fault::unknown_comparator:
            return "comparator unknown";
        case Fault::impossible:
        case Fault::too_low:
        case Fault::too_high:
            return "value implausible";
        case Fault::no_date:
            return "date missing";
        case Fault::in_the_future:
            return "dated in the future";
        case Fault::values_disagree:
            return "two values disagree";
        case Fault::unknown_status:
            return "status unknown";
        case Fault::modified:
            return "meaning may be changed";
        case Fault::versions_differ:
            return "versions differ";
        case Fault::focus_unknown:
            return "may be about another";
        case Fault::spans_bands:
            return "spans two bands";
    }
    return "";
}

WrittenValue read_value(const fhir::ObservationValue& value, bool is_absent, const CompiledAnalyte& analyte,
                        std::span<const std::string_view> properties, const LaboratoryRules* laboratory,
                        const std::function<bool(std::string_view)>& knows_unit) {
    const Reader reader(analyte, properties, laboratory, knows_unit);
    if (const auto* quantity = std::get_if<fhir::Quantity>(&value)) {
        if (!quantity->value && is_absent) return {};
        return reader.read(*quantity);
    }
    if (const auto* text = std::get_if<fhir::ValueText>(&value)) return reader.read(text->text);
    if (const auto* coded = std::get_if<fhir::CodeableConcept>(&value)) return reader.read(coded->label());
    if (const auto* number = std::get_if<std::int64_t>(&value)) return reader.read(std::to_string(*number));
    if (std::holds_alternative<fhir::NotRead>(value)) {
        WrittenValue written;
        written.is_there = true;
        written.fault = Fault::not_a_number;
        return written;
    }
    return {};
}

std::optional<std::size_t> unit_beside(const fhir::Quantity& quantity, const CompiledAnalyte& analyte,
                                       const LaboratoryRules* laboratory) {
    const bool has_ucum = quantity.system == fhir::ucum_system && !trimmed(quantity.code).empty();
    return has_ucum ? analyte.unit_of_ucum(quantity.code, laboratory) : analyte.unit_of(quantity.unit, laboratory);
}

}  // namespace rules
