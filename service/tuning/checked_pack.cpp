#include "service/tuning/checked_pack.hpp"

#include "rules/check/expansions.hpp"
#include "rules/pack/readers.hpp"
#include "rules/stories/story.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/prefetch_lint.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

CheckedPack check_pack(const std::filesystem::path& path, const SiteSource& site, const rules::CheckOptions& options) {
    const auto pack = read_pack_text(path);
    if (pack) return check_pack(*pack, site, options);
    CheckedPack unread;
    unread.path = path;
    unread.findings = pack.error();
    return unread;
}

CheckedPack check_pack(const PackText& pack, const SiteSource& site_source, const rules::CheckOptions& options) {
    const std::filesystem::path& path = pack.path;
    CheckedPack checked;
    checked.path = path;
    checked.was_read = true;
    for (const auto& [name, text] : pack.files) checked.files.emplace((path / name).generic_string(), text);
    rules::PackReading reading = rules::read_pack(pack.files);
    append(checked.findings, std::move(reading.findings));
    if (!rules::has_errors(checked.findings)) {
        SiteFile site = read_site_file(site_source, reading.pack);
        checked.digests = digests_of(digest_of_files(pack.files), site_source, site);
        checked.was_read = site.was_read;
        checked.files.emplace(site_source.path.generic_string(), std::move(site.text));
        checked.files.emplace(site.site.expansions.file, site.site.expansions.text);
        checked.expansions = words_for(site.site.expansions, options.today);
        append(checked.findings, std::move(site.findings));
        append(checked.findings, rules::read_stories(reading.pack).findings);
        append(checked.findings, rules::check(reading.pack, site.site, options));
        hold_approval(site.site, checked.digests.approval, checked.findings);
        append(checked.findings, rules::read_site_stories(reading.pack, site.site).findings);
        checked.drug_names = rules::drug_names(reading.pack);
        rules::Compilation compilation = rules::compile(std::move(reading.pack), std::move(site.site));
        append(checked.findings, std::move(compilation.findings));
        checked.program = std::move(compilation.program);
    }
    name_from_here(checked.findings, path, site_source.path);
    if (checked.program) append(checked.findings, lint_services(*checked.program, path));
    append(checked.findings, pack.unread);
    rules::sort_by_place(checked.findings);
    if (rules::has_errors(checked.findings)) checked.digests = {};  // nobody is to approve this
    return checked;
}

json::object as_json(const rules::Diagnostic& finding) {
    return {{"file", finding.place.file},
            {"line", finding.place.line},
            {"column", finding.place.column},
            {"pointer", finding.place.pointer},
            {"severity", finding.severity == rules::Severity::error ? "error" : "warning"},
            {"code", finding.code},
            {"message", finding.message},
            {"mend", finding.mend}};
}

json::object as_json(const CheckedPack& checked) {
    json::array findings;
    for (const rules::Diagnostic& finding : checked.findings) findings.push_back(as_json(finding));
    json::object prefetch;
    for (const auto& [word, hook] : rules::hook_words) {
        if (!checked.program) break;
        json::object queries;
        for (const rules::PrefetchTemplate& each : checked.program->prefetch(hook)) queries[each.key] = each.query;
        prefetch[word] = std::move(queries);
    }
    json::array names;
    for (const rules::DrugName& name : checked.drug_names) {
        names.push_back(json::object{{"name", name.name}, {"valueSet", name.value_set}});
    }
    json::object object{{"pack", checked.path.generic_string()},
                        {"findings", std::move(findings)},
                        {"prefetch", std::move(prefetch)},
                        {"drugNames", std::move(names)}};
    for (const rules::NamedDigest& one : rules::named(checked.digests)) object.emplace(one.member, *one.digest);
    return object;
}

}  // namespace service
