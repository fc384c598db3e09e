#include "service/tuning/read_version.hpp"

#include "service/base/findings.hpp"
#include "service/deployment/pack_source.hpp"

#include <ostream>
#include <utility>

namespace service {

boost::system::result<ReadVersion, rules::Diagnostics> read_version(const std::filesystem::path& pack,
                                                                    const SiteSource& site) {
    auto files = read_pack_files(pack);
    if (!files) return files.error();
    ReadVersion version;
    std::string pack_digest = digest_of_files(*files);
    rules::PackReading reading = rules::read_pack(std::move(*files));
    rules::Diagnostics findings = std::move(reading.findings);
    if (!rules::has_errors(findings)) {
        version.site = read_site_file(site, reading.pack);
        append(findings, version.site.findings);
        version.digests = digests_of(std::move(pack_digest), site, version.site);
    }
    if (!rules::has_errors(findings)) append(findings, rules::compile(reading.pack, version.site.site).findings);
    name_from_here(findings, pack, site.path);
    if (rules::has_errors(findings)) return findings;
    version.findings = std::move(findings);
    version.pack = std::move(reading.pack);
    return version;
}

std::optional<ReadVersion> read_version(const std::filesystem::path& pack, const SiteSource& site, std::ostream& err) {
    auto version = read_version(pack, site);
    print_findings(version ? version->findings : version.error(), err);
    return version ? std::optional(std::move(*version)) : std::nullopt;
}

}  // namespace service
