#include "service/commands/command_diff.hpp"

#include "fhir/json_text.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "service/commands/read_version.hpp"

#include <ostream>

namespace service {
namespace json = boost::json;

namespace {

/// "back-pain-labs 1.0.0 (draft)"
std::string title_of(const ReadVersion& version) {
    const rules::Identity& identity = version.pack.identity;
    return identity.id + ' ' + identity.version + " (" + identity.status + ")";
}

json::object as_json(const ReadVersion& version) {
    json::object object{{"pack", version.pack.identity.id},
                        {"version", version.pack.identity.version},
                        {"status", version.pack.identity.status}};
    for (const rules::NamedDigest& one : rules::named(version.digests)) object.emplace(one.member, *one.digest);
    return object;
}

}  // namespace

ExitCode run_diff(const DiffOptions& options, const Streams& streams) {
    const auto from = read_version(options.from, options.site_from, streams.err);
    const auto to = read_version(options.to, options.site_to, streams.err);
    if (!from || !to) return ExitCode::bad_input;
    const rules::PackDiff diff = rules::diff_packs(from->borrowed(), to->borrowed());
    switch (options.format) {
        case DiffFormat::text:
            streams.out << "from " << title_of(*from) << '\n'
                        << rules::lines_of(from->digests, "     ") << "to   " << title_of(*to) << '\n'
                        << rules::lines_of(to->digests, "     ") << rules::text_of(diff);
            break;
        case DiffFormat::markdown:
            streams.out << "# " << to->pack.identity.id << ' ' << diff.from << " to " << diff.to << "\n\n* from "
                        << title_of(*from) << '\n'
                        << rules::lines_of(from->digests, "  * ") << "* to " << title_of(*to) << '\n'
                        << rules::lines_of(to->digests, "  * ") << rules::markdown_of(diff);
            break;
        case DiffFormat::json: {
            json::object whole = rules::json_of(diff);
            whole["from"] = as_json(*from);
            whole["to"] = as_json(*to);
            streams.out << fhir::print_json_indented(whole) << '\n';
            break;
        }
    }
    return diff.holds ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
