#include "service/commands/command_diff.hpp"

#include "fhir/json_text.hpp"
#include "service/tuning/told_difference.hpp"

#include <ostream>

namespace service {

ExitCode run_diff(const DiffOptions& options, const Streams& streams) {
    const auto from = read_version(options.from, options.site_from, streams.err);
    const auto to = read_version(options.to, options.site_to, streams.err);
    if (!from || !to) return ExitCode::bad_input;
    const ToldDifference told(*from, *to);
    switch (options.format) {
        case DiffFormat::text:
            streams.out << told.text();
            break;
        case DiffFormat::markdown:
            streams.out << told.markdown();
            break;
        case DiffFormat::json:
            streams.out << fhir::print_json_indented(told.document()) << '\n';
            break;
    }
    return told.diff.holds ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
