#include "service/findings.hpp"

#include <ostream>
#include <utility>

namespace service {

void print_findings(const rules::Diagnostics& findings, std::ostream& to) {
    for (const rules::Diagnostic& finding : findings) {
        const rules::Place& place = finding.place;
        to << place.file << ':';
        if (place.line != 0) to << place.line << ':' << place.column << ':';
        to << (finding.severity == rules::Severity::error ? " error: " : " warning: ") << finding.message;
        if (!finding.mend.empty()) to << ' ' << finding.mend;
        to << " [" << finding.code << "]\n";
    }
}

rules::Diagnostic finding_of_file(std::string file, std::string code, std::string message) {
    return {rules::Severity::error, {std::move(file), "", 0, 0}, std::move(code), std::move(message), ""};
}

}  // namespace service
