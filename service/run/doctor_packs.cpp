// doctor: rule packs and site files.
#include "rules/check/check.hpp"
#include "service/deployment/deployment.hpp"
#include "service/run/doctor.hpp"

#include <algorithm>

namespace service {

namespace {

std::string counted(std::size_t number, const std::string& one) {
    return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

DoctorLine refused(const LoadedPack& loaded, const std::string& about, const PackSource& source) {
    const auto first = std::ranges::find(loaded.findings, rules::Severity::error, &rules::Diagnostic::severity);
    const auto errors = std::ranges::count(loaded.findings, rules::Severity::error, &rules::Diagnostic::severity);
    std::string says = "cannot be loaded: " + counted(static_cast<std::size_t>(errors), "error");
    if (first != loaded.findings.end()) says += ", the first in " + first->place.file + ": " + first->message;
    const std::string site = source.site.empty() ? "" : " --site " + source.site.string();
    return {Verdict::fault, about, says, "backpain-cds check " + source.path.string() + site + " says all of them."};
}

/// What the clinical linter says, a line for the review and one for the rest.
void examine_findings(const rules::Program& program, const std::string& about, const PackSource& source,
                      DoctorLines& lines, const fhir::Date& today) {
    std::size_t others = 0;
    for (const rules::Diagnostic& finding : rules::check(program.pack(), program.site(), {today, false})) {
        if (finding.code == "review-overdue") {
            lines.push_back({Verdict::warning, about, finding.message, finding.mend});
        } else {
            ++others;
        }
    }
    if (others == 0) return;
    lines.push_back({Verdict::warning, about, "the clinical linter has " + counted(others, "finding"),
                     "backpain-cds check " + source.path.string() + " lists them."});
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

void examine_pack(const Config& config, const PackSource& source, DoctorLines& lines, const fhir::Date& today) {
    const std::string about = "packs: " + source.path.string();
    const LoadedPack loaded = load_pack(source.path, source.site);
    if (!loaded.program) {
        lines.push_back(refused(loaded, about, source));
        return;
    }
    const rules::Identity& identity = loaded.program->pack().identity;
    lines.push_back({Verdict::ok, about, identity.id + " " + identity.version + ", " + loaded.digest, ""});
    examine_findings(*loaded.program, about, source, lines, today);
    examine_about_pages(config, *loaded.program, source, lines);
    for (const std::string& key : loaded.program->site().not_provided) {
        lines.push_back({Verdict::warning, "notProvided: " + source.site.string(),
                         "the site never has " + key + ": what the rules need them for stays unknown",
                         "Take the key out as soon as the EHR provides them."});
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
