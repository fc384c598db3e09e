#include "service/base/findings.hpp"

#include "fhir/json_text.hpp"
#include "service/base/file_text.hpp"

#include <ostream>
#include <utility>

namespace service {

std::string print_place(const rules::Place& place) {
    if (place.line == 0) return place.file;
    return place.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
}

void print_findings(const rules::Diagnostics& findings, std::ostream& to) {
    for (const rules::Diagnostic& finding : findings) {
        to << print_place(finding.place) << ':'
           << (finding.severity == rules::Severity::error ? " error: " : " warning: ") << finding.message;
        if (!finding.mend.empty()) to << ' ' << finding.mend;
        to << " [" << finding.code << "]\n";
    }
}

rules::Diagnostic finding_of_file(std::string file, std::string code, std::string message, std::string mend) {
    return {rules::Severity::error, {std::move(file), "", 0, 0}, std::move(code), std::move(message), std::move(mend)};
}

rules::Diagnostic finding_in_file(const std::filesystem::path& file, std::string pointer, std::string code,
                                  std::string message) {
    rules::Diagnostic finding = finding_of_file(file.string(), std::move(code), std::move(message));
    if (const auto text = read_text(file)) {
        const auto [line, column] = fhir::position_at(*text, fhir::locate(*text, pointer));
        finding.place.line = line;
        finding.place.column = column;
    }
    finding.place.pointer = std::move(pointer);
    return finding;
}

}  // namespace service
