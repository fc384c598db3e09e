#include "service/tuning/release_gate.hpp"

#include "rules/check/unconfirmed.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "service/tuning/checked_pack.hpp"
#include "service/tuning/told_stories.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace service {
namespace {

constexpr std::size_t most_sentences = 200;
constexpr std::string_view version_step = "version", version_title = "The version steps as far as the change asks for";

rules::Place below(const std::filesystem::path& pack, rules::Place place) {
    const std::string folder = (pack / "").generic_string();
    if (place.file.starts_with(folder)) place.file.erase(0, folder.size());
    return place;
}

void say(GateStep& step, const rules::Diagnostics& findings) {
    for (const rules::Diagnostic& finding : findings) {
        if (step.says.size() == most_sentences) return;
        step.says.push_back(rules::one_line(finding) + (finding.mend.empty() ? "" : " " + finding.mend));
    }
}

/// Says them, and that they are mended where they are.
/// \param pack  where it lies: findings name their files from here, or below it.
void say(GateStep& step, const rules::Diagnostics& findings, const std::filesystem::path& pack) {
    const std::size_t before = step.says.size();
    say(step, findings);
    const std::size_t said = step.says.size() - before;
    for (std::size_t i = 0; i < said; ++i) step.mended_at.push_back(below(pack, findings[i].place));
}

rules::Diagnostics errors_of(rules::Diagnostics findings) {
    std::erase_if(findings, [](const auto& finding) { return finding.severity != rules::Severity::error; });
    return findings;
}

GateStep held_by_check(const PackText& pack, const SiteSource& site, const fhir::Date& today) {
    GateStep step{"check", "`check` finds no error", true, true, {}, "`check` finds errors"};
    const CheckedPack checked = check_pack(pack, site, {today, false});
    const rules::Diagnostics errors = errors_of(checked.findings);
    step.passed = errors.empty();
    step.cannot_be_read = !checked.was_read;
    say(step, errors, pack.path);
    const std::size_t warnings = checked.findings.size() - errors.size();
    if (step.passed && warnings > 0) {
        step.says.push_back(std::to_string(warnings) + (warnings == 1 ? " warning." : " warnings."));
    }
    return step;
}

GateStep held_by_stories(const PackText& pack, const SiteSource& site) {
    GateStep step{"stories", "The stories hold, and show enough", true, true, {}, "stories do not hold"};
    const auto told = ToldStories::tell(pack, site);
    if (!told) {
        step.passed = false;
        say(step, told.error(), pack.path);
        return step;
    }
    std::size_t failed = 0, changed = 0;
    for (const rules::Example& example : (*told)->report().examples) {
        changed += example.changed_by_site ? 1 : 0;
        if (example.passes()) continue;
        ++failed;
        if (step.says.size() == most_sentences) continue;
        std::string says = example.place.file + ':' + std::to_string(example.place.line) + ": " + example.story + " (" +
                           std::string(rules::name_of(example.hook)) + "):";
        for (const std::string& difference : example.differences) says += ' ' + difference;
        step.says.push_back(std::move(says));
        step.mended_at.push_back(below(pack.path, example.place));
    }
    say(step, (*told)->what_is_not_shown(), pack.path);
    step.passed = (*told)->hold();
    std::string count =
        std::to_string((*told)->report().examples.size()) + " examples, " + std::to_string(failed) + " failed";
    if (changed > 0) count += ", " + std::to_string(changed) + " changed by the site";
    step.says.push_back(count + ".");
    return step;
}

/// The number is the pack's: what a site sets asks for none.
GateStep held_by_version(const std::filesystem::path& previous, const PackText& pack) {
    GateStep step{version_step, version_title, true, true, {}};
    if (previous.empty()) {
        step.says.emplace_back(
            "No version before this one was named, so none was looked at: --previous SEALED|FOLDER names what it is "
            "compared with.");
        return step;
    }
    const auto before = read_version(previous, SiteSource()), now = read_version(pack, SiteSource());
    if (!before || !now) {
        step.passed = false;
        step.cannot_be_read = true;
        step.refusal = before ? "the pack cannot be read" : "the version before it cannot be read";
        // A version before is read and not mended: its places are none of this pack's.
        if (before) {
            say(step, now.error(), pack.path);
        } else {
            say(step, before.error());
        }
        return step;
    }
    const std::string compared = "Compared with " + previous.generic_string() + ", which --previous names";
    if (before->pack.identity.id != now->pack.identity.id) {
        step.passed = false;
        step.refusal = "--previous is another pack";
        step.says.push_back(compared + ": it is another pack, " + before->pack.identity.id + ".");
        return step;
    }
    const rules::PackDiff diff = rules::diff_packs(before->borrowed(), now->borrowed());
    step.passed = diff.holds;
    step.refusal = rules::verdict_of(diff);
    step.says.push_back(step.refusal);
    if (!diff.holds) {
        step.says.push_back("Change \"version\" in pack.json to \"" + diff.least + "\", the least that will do.");
        step.mended_at.push_back({"pack.json", "/version"});
    }
    step.says.push_back(compared + '.');
    return step;
}

GateStep held_by_approval(const ReadVersion& now) {
    GateStep step{"approval", "A clinical owner has approved it", true, false, {}};
    const auto& approval = now.site.site.approval;
    if (approval && approval->digest == now.digests.approval) {
        step.says.push_back("Approved " + approval->date + " by " + approval->by + ".");
    } else if (!now.pack.identity.approval_date.empty() && !approval) {
        step.says.push_back("The pack was approved " + now.pack.identity.approval_date + ".");
    } else {
        step.passed = false;
        step.says.push_back(approval ? "The approval in the site file is of something else than what stands here."
                                     : "Nobody has approved it: cards say so.");
        step.says.push_back("An approval of it as it stands names the digest " + now.digests.approval + ".");
    }
    return step;
}

GateStep held_by_confirmation(const ReadVersion& now) {
    GateStep step{"unconfirmed", "All facts are confirmed", true, false, {}};
    const rules::Diagnostics unconfirmed = rules::unconfirmed_in(now.pack);
    step.passed = unconfirmed.empty();
    say(step, unconfirmed, {});
    return step;
}

}  // namespace

ReleaseGate hold_for_release(const PackText& pack, const SiteSource& source, const std::filesystem::path& previous,
                             const fhir::Date& today) {
    const SiteSource site = with_text(source);
    ReleaseGate gate;
    gate.steps.push_back(held_by_check(pack, site, today));
    if (!gate.steps.front().passed) return gate;
    gate.steps.push_back(held_by_stories(pack, site));
    const auto now = read_version(pack, site);
    if (!now) {
        GateStep unread{version_step, version_title, false, true, {}, "pack and site file cannot be read", true};
        say(unread, now.error(), pack.path);
        gate.steps.push_back(std::move(unread));
        return gate;
    }
    gate.steps.push_back(held_by_version(previous, pack));
    gate.steps.push_back(held_by_approval(*now));
    gate.steps.push_back(held_by_confirmation(*now));
    return gate;
}

const GateStep* first_failed(const ReleaseGate& gate) {
    const auto failed =
        std::ranges::find_if(gate.steps, [](const GateStep& step) { return step.stops && !step.passed; });
    return failed == gate.steps.end() ? nullptr : &*failed;
}

SealedPack seal_pack(const ReadVersion& version) {
    const rules::Identity& identity = version.pack.identity;
    SealedPack sealed{identity.id, identity.version, identity.status, version.digests.pack, {}, version.pack.files, {}};
    for (const rules::Diagnostic& finding : rules::unconfirmed_in(version.pack)) {
        sealed.unconfirmed.push_back(rules::one_line(finding));
    }
    return sealed;
}

}  // namespace service
