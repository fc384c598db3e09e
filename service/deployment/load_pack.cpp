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

LoadedPack load_pack(const std::filesystem::path& path, const std::filesystem::path& site) {
    LoadedPack loaded;
    auto files = rules::read_pack_directory(path);
    if (!files) {
        loaded.findings = files.error();
        return loaded;
    }
    loaded.pack_digest = digest_of(rules::digest_input(*files));
    rules::PackReading pack = rules::read_pack(std::move(*files));
    append(loaded.findings, std::move(pack.findings));
    if (rules::has_errors(loaded.findings)) return loaded;
    SiteFile file = read_site_file(site, pack.pack);
    if (!site.empty() && file.was_read) loaded.site_digest = digest_of(file.text);
    append(loaded.findings, std::move(file.findings));
    if (rules::has_errors(loaded.findings)) return loaded;
    rules::Compilation compilation = rules::compile(std::move(pack.pack), std::move(file.site));
    append(loaded.findings, std::move(compilation.findings));
    if (compilation.program != nullptr) append(loaded.findings, lint_services(*compilation.program, path));
    if (rules::has_errors(loaded.findings)) return loaded;
    loaded.program = std::move(compilation.program);
    loaded.digest = loaded.site_digest.empty() ? loaded.pack_digest
                                               : digest_of(loaded.pack_digest + "\n" + loaded.site_digest + "\n");
    return loaded;
}

}  // namespace service
