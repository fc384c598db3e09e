#include "service/deployment/load_pack.hpp"

#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/sha256.hpp"
#include "service/deployment/prefetch_lint.hpp"

#include <utility>

namespace service {
namespace {

std::string digest_of(std::string_view bytes) {
    return "sha256:" + sha256_hex(bytes);
}

/// What the files come to; null if the findings hold an error. Notes findings and digests on its way.
std::shared_ptr<const rules::Program> program_of(rules::PackFiles files, const std::filesystem::path& site,
                                                 LoadedPack& loaded) {
    loaded.pack_digest = digest_of(rules::digest_input(files));
    rules::PackReading pack = rules::read_pack(std::move(files));
    append(loaded.findings, std::move(pack.findings));
    if (rules::has_errors(loaded.findings)) return nullptr;
    SiteFile file = read_site_file(site, pack.pack);
    if (!site.empty() && file.was_read) loaded.site_digest = digest_of(file.text);
    append(loaded.findings, std::move(file.findings));
    if (rules::has_errors(loaded.findings)) return nullptr;
    rules::Compilation compilation = rules::compile(std::move(pack.pack), std::move(file.site));
    append(loaded.findings, std::move(compilation.findings));
    return std::move(compilation.program);
}

}  // namespace

SiteFile read_site_file(const std::filesystem::path& path, const rules::Pack& pack) {
    SiteFile file;
    if (path.empty()) return file;
    auto text = read_text(path);
    if (!text) {
        file.was_read = false;
        file.findings = {finding_of_file(path.generic_string(), "cannot-read", "The site file cannot be read.")};
        return file;
    }
    file.text = *text;
    rules::SiteReading reading = rules::read_site(std::move(*text), path.generic_string(), pack);
    file.site = std::move(reading.site);
    file.findings = std::move(reading.findings);
    return file;
}

void name_from_here(rules::Diagnostics& findings, const std::filesystem::path& pack,
                    const std::filesystem::path& site) {
    const std::string site_file = site.generic_string();
    for (rules::Diagnostic& finding : findings) {
        if (!site_file.empty() && finding.place.file == site_file) continue;
        finding.place.file = (pack / finding.place.file).generic_string();
    }
}

LoadedPack load_pack(const std::filesystem::path& path, const std::filesystem::path& site) {
    LoadedPack loaded;
    auto files = rules::read_pack_directory(path);
    if (!files) {
        loaded.findings = files.error();  // which name the folder themselves
        return loaded;
    }
    loaded.program = program_of(std::move(*files), site, loaded);
    name_from_here(loaded.findings, path, site);
    if (loaded.program != nullptr) append(loaded.findings, lint_services(*loaded.program, path));
    if (rules::has_errors(loaded.findings)) loaded.program = nullptr;
    if (loaded.program == nullptr) return loaded;
    loaded.digest = loaded.site_digest.empty() ? loaded.pack_digest
                                               : digest_of(loaded.pack_digest + "\n" + loaded.site_digest + "\n");
    return loaded;
}

}  // namespace service
