#include "service/load_pack.hpp"

#include "service/file_text.hpp"
#include "service/findings.hpp"
#include "service/prefetch_lint.hpp"
#include "service/sha256.hpp"

#include <utility>

namespace service {
namespace {

std::string digest_of(std::string_view bytes) {
    return "sha256:" + sha256_hex(bytes);
}

/// The site of `path`, read against `pack`; its findings and digest go to `loaded`.
rules::Site read_site_file(const std::filesystem::path& path, const rules::Pack& pack, LoadedPack& loaded) {
    auto text = read_text(path);
    if (!text) {
        loaded.findings.push_back(finding_of_file(path.string(), "cannot-read", "The site file cannot be read."));
        return {};
    }
    loaded.site_digest = digest_of(*text);
    rules::SiteReading reading = rules::read_site(std::move(*text), path.string(), pack);
    append(loaded.findings, std::move(reading.findings));
    return std::move(reading.site);
}

}  // namespace

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
    rules::Site settings = site.empty() ? rules::Site() : read_site_file(site, pack.pack, loaded);
    if (rules::has_errors(loaded.findings)) return loaded;
    rules::Compilation compilation = rules::compile(std::move(pack.pack), std::move(settings));
    append(loaded.findings, std::move(compilation.findings));
    if (compilation.program != nullptr) append(loaded.findings, lint_services(*compilation.program, path));
    if (rules::has_errors(loaded.findings)) return loaded;
    loaded.program = std::move(compilation.program);
    loaded.digest = loaded.site_digest.empty() ? loaded.pack_digest
                                               : digest_of(loaded.pack_digest + "\n" + loaded.site_digest + "\n");
    return loaded;
}

}  // namespace service
