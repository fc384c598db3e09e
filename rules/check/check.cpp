#include "rules/check/check.hpp"

#include "fhir/json_text.hpp"
#include "fhir/value_set.hpp"
#include "rules/check/unconfirmed.hpp"
#include "rules/pack/readers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace rules {
namespace json = boost::json;

namespace {

void add(Diagnostics& findings, Severity severity, const Place& place, std::string code, std::string message,
         std::string mend) {
    findings.push_back({severity, place, std::move(code), std::move(message), std::move(mend)});
}

Place in_pack_json(const Pack& pack, std::string pointer) {
    return place_of("pack.json", pack.files.at("pack.json"), std::move(pointer));
}

// ---- who answers for the pack, and until when

void check_owner_and_dates(const Pack& pack, const CheckOptions& options, Diagnostics& findings) {
    const Identity& identity = pack.identity;
    const auto need = [&](const std::string& value, const char* member, const char* what) {
        if (!value.empty()) return;
        add(findings, Severity::error, in_pack_json(pack, ""), std::string("missing-") + what,
            std::string("The pack does not say ") + '"' + member + "\".", std::string("Add \"") + member + "\".");
    };
    need(identity.publisher, "publisher", "owner");
    need(identity.contact, "contact", "owner");
    if (identity.status == "active" && identity.approval_date.empty()) {
        add(findings, Severity::error, in_pack_json(pack, "/status"), "missing-approval",
            "The pack is called active, and nobody has approved it.",
            "Set \"approvalDate\" once a clinical owner has approved it; until then it is a \"draft\".");
    }
    need(identity.last_review_date, "lastReviewDate", "review-date");
    need(identity.next_review_date, "nextReviewDate", "review-date");
    const auto next = fhir::Date::parse(identity.next_review_date);
    if (next && options.today && next->last_day() < options.today->first_day()) {
        add(findings, Severity::warning, in_pack_json(pack, "/nextReviewDate"), "review-overdue",
            "The next review was due on " + identity.next_review_date + ".",
            "Have the clinical owner review the pack, then set lastReviewDate and nextReviewDate.");
    }
    const auto last = fhir::Date::parse(identity.last_review_date);
    if (last && next && next->last_day() <= last->first_day()) {
        add(findings, Severity::error, in_pack_json(pack, "/nextReviewDate"), "review-date",
            "The next review is not after the last one.", "Set nextReviewDate to a later date.");
    }
}

// Nobody has approved yet what is approved on a day to come.
void check_approval(const std::string& day, const Place& place, const CheckOptions& options, Diagnostics& findings) {
    const auto approved = fhir::Date::parse(day);
    if (!approved || !options.today || approved->first_day() <= options.today->last_day()) return;
    add(findings, Severity::error, place, "future-approval", "This approval is dated ahead, on " + day + '.',
        "Set the day on which the approval was given, once it is.");
}

void check_approvals(const Pack& pack, const Site& site, const CheckOptions& options, Diagnostics& findings) {
    check_approval(pack.identity.approval_date, in_pack_json(pack, "/approvalDate"), options, findings);
    if (!site.approval) return;
    check_approval(site.approval->date, site.approval->place, options, findings);
    const auto approved = fhir::Date::parse(site.approval->date);
    const auto released = fhir::Date::parse(pack.identity.effective_from);
    if (!approved || !released || approved->last_day() >= released->first_day()) return;
    add(findings, Severity::error, site.approval->place, "early-approval",
        "This approval is older than the pack, which is of " + pack.identity.effective_from + '.',
        "Have this version approved, then set \"date\" and \"digest\".");
}

void check_link(const std::string& url, const Place& place, Diagnostics& findings) {
    constexpr std::string_view secure = "https://";
    if (url.empty()) return;
    if (url.starts_with(secure) && url.size() > secure.size()) {
        const std::size_t path = url.find('/', secure.size());
        if (path != std::string::npos && path + 1 < url.size()) return;
        return add(findings, Severity::error, place, "home-page", "This leads to a front page, where nobody finds it.",
                   "Write the address of the very page, or take the link away.");
    }
    const bool is_open = url.starts_with("http://");
    add(findings, Severity::error, place, "http-link",
        is_open ? "This link is not encrypted." : "This is no link that a card can show.", "Write https://.");
}

// Some clients have each reason mapped by hand, and nobody reads a long menu.
void check_override_reasons(const Pack& pack, Diagnostics& findings) {
    constexpr std::size_t fewest = 3, most = 5;
    for (const auto& [kind, reasons] : pack.override_reasons) {
        if (reasons.size() >= fewest && reasons.size() <= most) continue;
        add(findings, Severity::error, in_pack_json(pack, "/overrideReasons/" + kind), "override-reasons",
            "There are " + std::to_string(reasons.size()) + " reasons to override here.",
            "Offer three to five, which a clinician reads at a glance.");
    }
}

void check_links_and_citations(const Pack& pack, Diagnostics& findings) {
    check_link(pack.identity.source_url, in_pack_json(pack, "/source/url"), findings);
    check_override_reasons(pack, findings);
    for (const auto& [id, citation] : pack.citations) {
        check_link(citation.url,
                   place_of(citation.place.file, pack.files.at(citation.place.file), citation.place.pointer + "/url"),
                   findings);
        if (!citation.url.empty() || citation.own) continue;
        add(findings, Severity::warning, citation.place, "citation-link", "\"" + id + "\" has no link to its source.",
            "Add \"url\", or \"own\" if it is a choice of the pack that nobody prints.");
    }
    for (const Analyte& analyte : pack.analytes) {
        for (const auto& [id, ruleset] : analyte.rulesets) {
            if (!ruleset.cites.empty()) continue;
            add(findings, Severity::warning, ruleset.place, "missing-citation",
                "Nothing says where the numbers of \"" + id + "\" are printed.", "Add \"cites\".");
        }
    }
}

// ---- windows

std::optional<long> value_of(const Pack& pack, const Site& site, const std::string& name) {
    const auto set = site.parameters.find(name);
    std::string text = set == site.parameters.end() ? "" : set->second;
    for (const Parameter& parameter : pack.parameters) {
        if (text.empty() && parameter.name == name) text = parameter.default_value;
    }
    long number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc()) return std::nullopt;
    return number;
}

// A result must count for at least as long as a repeat is discouraged, or the pack asks for a test and against it.
void check_windows(const Pack& pack, const Site& site, Diagnostics& findings) {
    for (const Analyte& analyte : pack.analytes) {
        const auto valid = value_of(pack, site, analyte.fact + ".validDays");
        for (const char* retest : {".earliestDays", ".idealDays"}) {
            const auto earliest = value_of(pack, site, analyte.fact + retest);
            if (!valid || !earliest || *valid >= *earliest) continue;
            add(findings, Severity::error, analyte.place, "window",
                "A result counts for " + std::to_string(*valid) + " days, shorter than the retest interval of " +
                    std::to_string(*earliest) + " days.",
                "Make " + analyte.fact + ".validDays longer than " + analyte.fact + retest + '.');
        }
    }
}

}  // namespace

bool is_told_apart(std::string_view value_set_id) {
    return value_set_id.starts_with("not-") || value_set_id.find("-not-") != std::string_view::npos;
}

void with_pack_file(const Pack& pack, const std::string& path, Diagnostics& findings,
                    const std::function<void(const Node&)>& visit) {
    const AuthoredFile file{path, &pack.files.at(path), &findings};
    if (const auto tree = fhir::parse_json(*file.text)) visit(Node(file, *tree, ""));
}

void with_site_file(const Site& site, Diagnostics& findings, const std::function<void(const Node&)>& visit) {
    if (site.text.empty()) return;
    const AuthoredFile file{site.file, &site.text, &findings};
    const auto tree = fhir::parse_json(*file.text, {}, fhir::JsonDialect::with_comments);
    if (tree) visit(Node(file, *tree, ""));
}

Diagnostics check(const Pack& pack, const Site& site, const CheckOptions& options) {
    Diagnostics findings;
    check_owner_and_dates(pack, options, findings);
    check_approvals(pack, site, options, findings);
    check_links_and_citations(pack, findings);
    check_windows(pack, site, findings);
    check_codes(pack, site, findings);
    check_units(pack, site, findings);
    check_words(pack, site, findings);
    check_expansions(site, options, findings);
    check_overlaps(pack, site, findings);
    check_texts(pack, findings);
    check_unused(pack, findings);
    check_explained(pack, findings);
    check_reviewed(pack, findings);
    check_bands(pack, site, findings);
    check_offers(pack, site, findings);
    check_facts(pack, findings);
    check_expressions(pack, findings);
    check_stories(pack, findings);
    if (options.strict) append(findings, unconfirmed_in(pack));
    sort_by_place(findings);
    return findings;
}

}  // namespace rules
