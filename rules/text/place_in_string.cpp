#include "rules/text/place_in_string.hpp"

#include "fhir/json_position.hpp"
#include "fhir/json_text.hpp"

namespace rules {

Place place_in_string(Place string, std::string_view text, std::size_t inner) {
    const std::size_t begin = fhir::locate(text, string.pointer);
    if (begin >= text.size() || text[begin] != '"') return string;
    const fhir::TextPosition position = fhir::position_at(text, fhir::offset_in_string(text, begin, inner));
    string.line = position.line;
    string.column = position.column;
    return string;
}

}  // namespace rules
