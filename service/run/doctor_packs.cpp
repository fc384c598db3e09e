// doctor: rule packs and site files.
#include "rules/check/check.hpp"
#include "rules/check/expansions.hpp"
#include "service/deployment/deployment.hpp"
#include "service/run/doctor.hpp"

#include <algorithm>

namespace service {

namespace {

std::string counted(std::size_t number, const std::string& one) {
    return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

std::string check_command(const PackSource& source) {
    return "backpain-cds check " + source.path.string() +
           (source.site.empty() ? "" : " --site " + source.site.string());
}

DoctorLine refused(const LoadedPack& loaded, const std::string& about, const PackSource& source) {
    const auto first = std::ranges::find(loaded.findings, rules::Severity::error, &rules::Diagnostic::severity);
    const auto errors = std::ranges::count(loaded.findings, rules::Severity::error, &rules::Diagnostic::severity);
    std::string says = "cannot be loaded: " + counted(static_cast<std::size_t>(errors), "error");
    if (first != loaded.findings.end()) says += ", the first in " + first->place.file + ": " + first->message;
    const bool is_about_two = first != loaded.findings.end() && first->code == "other-services";
    return {Verdict::fault, about, says, is_about_two ? first->mend : check_command(source) + " says all of them."};
}

/// What the clinical linter says of a pack that is served: a line for the review, one for its other warnings, one for
/// errors that keep nobody from serving it in development. (In production they refuse the load.)
void examine_findings(const rules::Program& program, const std::string& about, const PackSource& source,
                      DoctorLines& lines, const fhir::Date& today) {
    std::size_t warnings = 0, errors = 0;
    for (const rules::Diagnostic& finding : rules::check(program.pack(), program.site(), {today, false})) {
        const bool is_waived = std::ranges::find(source.waive, finding.code) != source.waive.end();
        if (finding.code == "review-overdue") {
            lines.push_back({Verdict::warning, about, finding.message, finding.mend});
        } else if (finding.severity == rules::Severity::warning) {
            ++warnings;
        } else if (!is_waived) {
            ++errors;
        }
    }
    const std::string list = check_command(source) + " lists them.";
    if (errors != 0) {
        lines.push_back({Verdict::warning, about,
                         "the clinical linter has " + counted(errors, "error") + ": production does not serve it",
                         list});
    }
    if (warnings != 0) {
        lines.push_back({Verdict::warning, about, "the clinical linter has " + counted(warnings, "warning"), list});
    }
}

/// What is served although the linter calls it an error; and what "waive" names for nothing, which would hide the next
/// error of that kind. It holds for the canary too.
void examine_waived(const LoadedPack& loaded, const PackSource& source, DoctorLines& lines) {
    const std::string about = "waive: " + source.path.string();
    rules::Diagnostics findings = loaded.findings;
    if (loaded.canary) append(findings, loaded.canary->findings);
    for (const std::string& code : source.waive) {
        const auto times = std::ranges::count(findings, code, &rules::Diagnostic::code);
        if (times == 0) {
            lines.push_back({Verdict::warning, about, "nothing is found that \"" + code + "\" would waive",
                             "Take it out: it would hide the next error of that kind."});
            continue;
        }
        const auto first = std::ranges::find(findings, code, &rules::Diagnostic::code);
        lines.push_back({Verdict::warning, about,
                         "served in spite of " + counted(static_cast<std::size_t>(times), "error") + " [" + code +
                             "], the first in " + first->place.file + ": " + first->message,
                         "Mend what " + check_command(source) + " says, then take the code out."});
    }
}

/// Whether a browser on a desktop can open the page that a card's first link leads to.
void examine_about_pages(const Config& config, const rules::Program& program, const PackSource& source,
                         DoctorLines& lines) {
    const std::string about = "aboutUrl: " + (source.site.empty() ? source.path : source.site).string();
    const std::string& url = program.site().about_url;
    const std::string mend =
        "Write the pages with `backpain-cds about`, serve them where desktops reach them, and set \"aboutUrl\" in the "
        "site file.";
    if (!url.empty()) {
        lines.push_back({Verdict::ok, about, url, ""});
    } else if (!config.tls.client_ca.empty()) {
        lines.push_back({Verdict::warning, about,
                         "not set: the page behind a card asks a browser for a client's certificate", mend});
    } else if (config.public_urls.empty() || !config.public_urls.front().starts_with("https://")) {
        lines.push_back(
            {Verdict::warning, about, "not set, nor is publicUrl: cards lead to no page behind them", mend});
    }
}

/// Of which release of SNOMED CT a site's expansions are, and how old that is.
void examine_expansions(const rules::Site& site, DoctorLines& lines, const fhir::Date& today) {
    if (site.expansions.sets.empty()) return;
    rules::Diagnostics findings;
    rules::check_expansions(site, {today, false}, findings);
    const bool is_well = findings.empty();
    lines.push_back({is_well ? Verdict::ok : Verdict::warning, "expansions: " + site.expansions.file,
                     words_for(site.expansions, today), is_well ? "" : findings.front().mend});
}

/// What a version is, and what the clinical linter says of it. \param as  "packs", "canary", "shadow". \param remark
/// stands behind its name.
void examine_version(const LoadedPack& loaded, const PackSource& source, const std::string& as,
                     const std::string& remark, DoctorLines& lines, const fhir::Date& today) {
    const std::string about = as + ": " + source.path.string();
    if (!loaded.program) {
        lines.push_back(refused(loaded, about, source));
        return;
    }
    const rules::Identity& identity = loaded.program->pack().identity;
    lines.push_back({Verdict::ok, about,
                     identity.id + " " + identity.version + ", digest on cards " + loaded.digests.cards +
                         (loaded.seal.empty() ? "" : ", " + loaded.seal) + remark,
                     ""});
    examine_findings(*loaded.program, about, source, lines, today);
}

/// How a version differs from the pack that it stands beside in what nobody may overlook.
void examine_difference(const LoadedPack& version, const std::string& about, DoctorLines& lines) {
    for (const rules::Diagnostic& finding : version.findings) {
        const bool is_told = finding.code == "same-content" || finding.code == "version-reused" ||
                             finding.code == "other-services" || finding.code == "shadow-prefetch";
        if (is_told && version.program) lines.push_back({Verdict::warning, about, finding.message, finding.mend});
    }
}

/// What users are shown: what approves it, and what stands behind it.
void examine_shown(const Config& config, const LoadedPack& loaded, const PackSource& source, DoctorLines& lines,
                   const fhir::Date& today) {
    if (!loaded.program) return;
    const auto approval = std::ranges::find(loaded.findings, "approval-digest", &rules::Diagnostic::code);
    if (approval != loaded.findings.end()) {
        lines.push_back({Verdict::warning, "approval: " + source.site.string(), approval->message, approval->mend});
    }
    examine_about_pages(config, *loaded.program, source, lines);
    examine_expansions(loaded.program->site(), lines, today);
    for (const std::string& key : loaded.program->site().not_provided) {
        lines.push_back({Verdict::warning, "notProvided: " + source.site.string(),
                         "the site never has " + key + ": what the rules need them for stays unknown",
                         "Take the key out as soon as the EHR provides them."});
    }
}

void examine_pack(const Config& config, const PackSource& source, DoctorLines& lines, const fhir::Date& today) {
    const LoadedPack loaded = load_versions(config, source, today);
    examine_version(loaded, source, "packs", "", lines, today);
    examine_waived(loaded, source, lines);
    examine_shown(config, loaded, source, lines, today);
    if (loaded.canary) {
        const PackSource canary = source_beside(source, *source.canary);
        const std::string share = std::to_string(loaded.canary_share.percent);
        examine_version(*loaded.canary, canary, "canary", ", for " + share + " % of users", lines, today);
        examine_difference(*loaded.canary, "canary: " + canary.path.string(), lines);
        // Under the same site file all of it has been said.
        if (canary.site != source.site) examine_shown(config, *loaded.canary, canary, lines, today);
    }
    if (loaded.shadow) {
        const PackSource shadow = source_beside(source, *source.shadow);
        examine_version(*loaded.shadow, shadow, "shadow", ", shown to nobody", lines, today);
        examine_difference(*loaded.shadow, "shadow: " + shadow.path.string(), lines);
    }
}

}  // namespace

DoctorLines examine_packs(const Config& config, const fhir::Date& today) {
    DoctorLines lines;
    if (config.packs.empty()) {
        lines.push_back({Verdict::warning, "packs", "none: discovery is empty", "List a pack."});
    }
    for (const PackSource& source : config.packs) examine_pack(config, source, lines, today);
    rules::Diagnostics together;
    load_packs(config, together);
    for (const rules::Diagnostic& finding : together) {
        if (finding.code != "service-twice") continue;
        lines.push_back({Verdict::fault, "packs: " + finding.place.file, finding.message,
                         "Serve one of the two, or give one of them other service ids."});
    }
    return lines;
}

}  // namespace service
