#include "service/tuning/read_version.hpp"

#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"

#include <ostream>
#include <utility>

namespace service {

boost::system::result<ReadVersion, rules::Diagnostics> read_version(const std::filesystem::path& pack,
                                                                    const SiteSource& site) {
    const auto text = read_pack_text(pack);
    if (!text) return text.error();
    return read_version(*text, site);
}

boost::system::result<ReadVersion, rules::Diagnostics> read_version(const PackText& pack, const SiteSource& site) {
    ReadVersion version;
    std::string pack_digest = digest_of_files(pack.files);
    rules::PackReading reading = rules::read_pack(pack.files);
    rules::Diagnostics findings = std::move(reading.findings);
    if (!rules::has_errors(findings)) {
        version.site = read_site_file(site, reading.pack);
        append(findings, version.site.findings);
        version.digests = digests_of(std::move(pack_digest), site, version.site);
    }
    if (!rules::has_errors(findings)) append(findings, rules::compile(reading.pack, version.site.site).findings);
    name_from_here(findings, pack.path, site.path);
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

SiteSource with_text(const SiteSource& site) {
    if (site.is_none() || site.text) return site;
    auto text = read_text(site.path);
    return text ? SiteSource(site.path, std::move(*text)) : site;
}

}  // namespace service
