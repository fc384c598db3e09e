#include "service/deployment/load_pack.hpp"

#include "fhir/json_text.hpp"
#include "rules/check/check.hpp"
#include "rules/check/expansions.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/sha256.hpp"
#include "service/deployment/pack_source.hpp"
#include "service/deployment/prefetch_lint.hpp"

#include <algorithm>
#include <utility>

namespace service {
namespace {

/// The file of expansions that a site file names, from where that one lies. Its name is absolute: findings name it so.
void read_expansions_of(const std::filesystem::path& site, const rules::Pack& pack, SiteFile& file) {
    const rules::Authored& written = *file.site.expansions_file;
    const std::string path = std::filesystem::absolute(site.parent_path() / written.text).lexically_normal().string();
    auto text = read_text(path);
    if (!text) {
        file.findings.push_back({rules::Severity::error, written.place, "cannot-read",
                                 "The expansions in " + path + " cannot be read: " + why_unread(path) + ".",
                                 "Write them with `backpain-cds expand`, or take \"expansions\" away."});
        return;
    }
    rules::ExpansionReading reading = rules::read_expansions(std::move(*text), path, pack);
    file.site.expansions = std::move(reading.expansions);
    append(file.findings, std::move(reading.findings));
}

std::string digest_of(std::string_view bytes) {
    return "sha256:" + sha256_hex(bytes);
}

/// Adds the linter's errors to the findings: as such where they refuse the load, else as warnings that say why they do
/// not. Its warnings are for `check` and doctor.
void hold_against_linter(const rules::Pack& pack, const rules::Site& site, const CheckAtLoad& check,
                         LoadedPack& loaded) {
    for (rules::Diagnostic& finding : rules::check(pack, site, {check.today, false})) {
        if (finding.severity != rules::Severity::error) continue;
        const bool is_waived = std::ranges::find(check.waive, finding.code) != check.waive.end();
        if (is_waived) {
            finding.message += " \"waive\" lets it be served.";
            const bool is_new = std::ranges::find(loaded.waived, finding.code) == loaded.waived.end();
            if (is_new) loaded.waived.push_back(finding.code);
        } else if (!check.refuses) {
            finding.message += " In production this would not be served.";
        }
        if (is_waived || !check.refuses) finding.severity = rules::Severity::warning;
        loaded.findings.push_back(std::move(finding));
    }
}

/// What a pack comes to with a site file; null if the findings hold an error. Notes findings and digests on its way.
/// \param check  null: the linter is not asked.
std::shared_ptr<const rules::Program> program_of(rules::Pack pack, const SiteSource& site, const CheckAtLoad* check,
                                                 LoadedPack& loaded) {
    SiteFile file = read_site_file(site, pack);
    loaded.digests = digests_of(std::move(loaded.digests.pack), site, file);
    append(loaded.findings, std::move(file.findings));
    if (rules::has_errors(loaded.findings)) return nullptr;
    if (check != nullptr) hold_against_linter(pack, file.site, *check, loaded);
    hold_approval(file.site, loaded.digests.approval, loaded.findings);
    file.site.expansions.text = {};  // megabytes that nobody looks at again
    rules::Compilation compilation = rules::compile(std::move(pack), std::move(file.site));
    append(loaded.findings, std::move(compilation.findings));
    return std::move(compilation.program);
}

LoadedPack load(ReadPack read, const SiteSource& site, const CheckAtLoad* check) {
    LoadedPack loaded;
    loaded.seal = std::move(read.seal);
    loaded.digests.pack = std::move(read.digest);
    if (read.pack) {
        loaded.program = program_of(std::move(*read.pack), site, check, loaded);
        name_from_here(loaded.findings, read.path, site.path);
        if (loaded.program != nullptr) append(loaded.findings, lint_services(*loaded.program, read.path));
    }
    append(read.findings, std::move(loaded.findings));
    loaded.findings = std::move(read.findings);
    if (rules::has_errors(loaded.findings)) loaded.program = nullptr;
    return loaded;
}

}  // namespace

std::string digest_of_files(const rules::PackFiles& files) {
    return digest_of(rules::digest_input(files));
}

rules::Digests digests_of(std::string pack_digest, const SiteSource& site, const SiteFile& file) {
    rules::Digests digests;
    const std::string& expansions = file.site.expansions.text;
    if (!site.is_none() && file.was_read) digests.site = digest_of(file.text + expansions);
    digests.cards = digests.site.empty() ? pack_digest : digest_of(pack_digest + "\n" + digests.site + "\n");
    digests.approval = approval_digest(pack_digest, file.site.text, expansions);
    digests.pack = std::move(pack_digest);
    return digests;
}

std::string approval_digest(const std::string& pack_digest, std::string_view site_text, std::string_view expansions) {
    std::string settings(site_text);
    auto tree = fhir::parse_json(settings, {}, fhir::JsonDialect::with_comments);
    if (tree && tree->is_object()) {
        tree->get_object().erase("approval");
        settings = fhir::print_json(*tree);
    }
    return digest_of(pack_digest + "\n" + settings + "\n" + std::string(expansions));
}

void hold_approval(rules::Site& site, const std::string& digest, rules::Diagnostics& findings) {
    if (!site.approval || site.approval->digest == digest) return;
    const std::string what = site.approval->digest.empty() ? "This approval does not say what was approved"
                                                           : "This approval is of another pack or another site file";
    findings.push_back({rules::Severity::warning, site.approval->place, "approval-digest",
                        what + ": cards say that nobody has approved.",
                        "Have it approved as it stands, then write \"digest\": \"" + digest + "\"."});
    site.approval.reset();
}

SiteFile read_site_file(const SiteSource& site, const rules::Pack& pack) {
    SiteFile file;
    if (site.is_none()) return file;
    const std::filesystem::path& path = site.path;
    auto text = site.text ? site.text : read_text(path);
    if (!text) {
        file.was_read = false;
        file.findings = {finding_of_file(path.generic_string(), "cannot-read",
                                         "The site file cannot be read: " + why_unread(path) + ".",
                                         "Name a site file that is there, or none: then the pack's defaults stand.")};
        return file;
    }
    file.text = *text;
    rules::SiteReading reading = rules::read_site(std::move(*text), path.generic_string(), pack);
    file.site = std::move(reading.site);
    file.findings = std::move(reading.findings);
    if (file.site.expansions_file) read_expansions_of(path, pack, file);
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

ReadPack read_pack(const std::filesystem::path& path, const std::vector<std::filesystem::path>& trusted_keys) {
    ReadPack read;
    read.path = path;
    auto source = read_pack_source(path, trusted_keys);
    if (!source) {
        read.findings = source.error();  // which name the folder or the file themselves
        return read;
    }
    read.seal = std::move(source->seal);
    read.digest = digest_of_files(source->files);
    rules::PackReading reading = rules::read_pack(std::move(source->files));
    read.findings = std::move(reading.findings);
    name_from_here(read.findings, path, {});
    if (!rules::has_errors(read.findings)) read.pack = std::move(reading.pack);
    return read;
}

LoadedPack load_pack(ReadPack pack, const SiteSource& site) {
    return load(std::move(pack), site, nullptr);
}

LoadedPack load_pack(const std::filesystem::path& path, const SiteSource& site) {
    return load(read_pack(path), site, nullptr);
}

LoadedPack load_pack(const std::filesystem::path& path, const SiteSource& site, const CheckAtLoad& check) {
    return load(read_pack(path, check.trusted_keys), site, &check);
}

}  // namespace service
