#include "service/commands/command_about.hpp"

#include "rules/explain/about_rule.hpp"
#include "service/answer/about.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/load_pack.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>

namespace service {
namespace {

/// A page is the index of a folder, so that any web server shows it at the address that a card has.
bool write_page(const std::filesystem::path& folder, const std::string& html) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return false;
    std::ofstream file(folder / "index.html", std::ios::binary);
    file << html;
    return static_cast<bool>(file.flush());
}

}  // namespace

ExitCode run_about(const AboutOptions& options, const Streams& streams) {
    const LoadedPack pack = load_pack(options.pack, std::filesystem::path(options.site));
    print_findings(pack.findings, streams.err);
    if (!pack.program) return ExitCode::bad_input;
    const std::filesystem::path folder = std::filesystem::path(options.output) / digest_in_address(pack.digests.cards);
    bool is_written = write_page(folder, about_index(*pack.program, pack.digests));
    for (const std::string& rule : rules::rules_with_pages(*pack.program)) {
        is_written = is_written && write_page(folder / rule, *about_page(*pack.program, pack.digests, rule));
    }
    if (!is_written) {
        streams.err << "error: the pages cannot be written below " << options.output << '\n';
        return ExitCode::environment;
    }
    streams.out << folder.generic_string() << '\n';
    return ExitCode::fine;
}

}  // namespace service
