#include "service/deployment/pack_versions.hpp"

#include "service/base/findings.hpp"
#include "service/deployment/prefetch_union.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace service {

namespace {

using Served = std::pair<std::string, rules::Hook>;

/// A service that one of the two offers alone: whose name, and for which hook. Nothing: they offer the same.
std::optional<Served> unpaired_service(const rules::Program& pack, const rules::Program& version) {
    const auto& here = pack.pack().services;
    const auto& there = version.pack().services;
    const auto is_among = [](const rules::Service& one, const std::vector<rules::Service>& services) {
        return std::ranges::any_of(
            services, [&](const rules::Service& other) { return other.id == one.id && other.hook == one.hook; });
    };
    for (const rules::Service& one : here) {
        if (!is_among(one, there)) return Served{one.id, one.hook};
    }
    for (const rules::Service& one : there) {
        if (!is_among(one, here)) return Served{one.id, one.hook};
    }
    return std::nullopt;
}

/// A finding about a version that stands beside a pack.
rules::Diagnostic finding_about(const PackSource& version, rules::Severity severity, std::string code,
                                std::string message, std::string mend) {
    rules::Diagnostic finding = finding_of_file(version.path.generic_string(), std::move(code), std::move(message));
    finding.severity = severity;
    finding.mend = std::move(mend);
    return finding;
}

/// What keeps the two from being told apart afterwards, when only version and digest are left of them.
void hold_identities(const LoadedPack& pack, const PackSource& source, LoadedPack& version) {
    const rules::Identity& here = pack.program->pack().identity;
    const rules::Identity& there = version.program->pack().identity;
    if (pack.digests.cards == version.digests.cards) {
        version.findings.push_back(finding_about(source, rules::Severity::warning, "same-content",
                                                 "This is the pack that it stands beside, under the same site file.",
                                                 "Name another version, or take it out."));
    } else if (here.id == there.id && here.version == there.version && pack.digests.pack != version.digests.pack) {
        version.findings.push_back(finding_about(
            source, rules::Severity::warning, "version-reused",
            there.id + " " + there.version + " has another content here than in the pack that it stands beside.",
            "Give a changed pack a new version."));
    }
}

/// Whoever sees the canary calls the same addresses as everybody.
void hold_canary(const LoadedPack& pack, const PackSource& source, LoadedPack& canary) {
    hold_identities(pack, source, canary);
    const auto alone = unpaired_service(*pack.program, *canary.program);
    if (!alone) return;
    canary.findings.push_back(finding_about(source, rules::Severity::error, "other-services",
                                            "A canary has the services of its pack: " + alone->first + " for " +
                                                std::string(name_of(alone->second)) +
                                                " is offered by one of the two alone.",
                                            "Give both the same services, or list this one as a pack of its own."));
    canary.program = nullptr;
}

/// A shadow may differ; what it cannot be seen to do for that is said.
void hold_shadow(const LoadedPack& pack, const PackSource& source, LoadedPack& shadow) {
    hold_identities(pack, source, shadow);
    if (const auto alone = unpaired_service(*pack.program, *shadow.program)) {
        shadow.findings.push_back(finding_about(source, rules::Severity::warning, "other-services",
                                                "The shadow does not look at calls of " + alone->first + " for " +
                                                    std::string(name_of(alone->second)) +
                                                    ", which one of the two offers alone.",
                                                ""));
    }
    std::string keys;
    for (const rules::Service& service : shadow.program->pack().services) {
        const auto asked = prefetch_of(pack, service.hook);
        for (const rules::PrefetchTemplate& needed : shadow.program->prefetch(service.hook)) {
            if (covers(asked, needed) || keys.find("\"" + needed.key + "\"") != std::string::npos) continue;
            keys += (keys.empty() ? "\"" : ", \"") + needed.key + "\"";
        }
    }
    if (keys.empty()) return;
    shadow.findings.push_back(finding_about(source, rules::Severity::warning, "shadow-prefetch",
                                            "The shadow needs more than the pack asks for under " + keys +
                                                ": what its rules need them for stays unknown to it.",
                                            "Read the report with that in mind; as a canary it is asked for."));
}

}  // namespace

CheckAtLoad check_at_load(const Config& config, const PackSource& source, const fhir::Date& today) {
    return {config.mode == Mode::production, source.waive, today, source.trusted_keys};
}

PackSource source_beside(const PackSource& pack, const VersionSource& version) {
    return {version.path, version.site.empty() ? pack.site : version.site, pack.waive, pack.trusted_keys, {}, {}};
}

LoadedPack load_versions(const Config& config, const PackSource& source, const fhir::Date& today) {
    LoadedPack pack = load_pack(source.path, source.site, check_at_load(config, source, today));
    if (source.canary) {
        const PackSource from = source_beside(source, *source.canary);
        LoadedPack canary = load_pack(from.path, from.site, check_at_load(config, from, today));
        if (pack.program && canary.program) hold_canary(pack, from, canary);
        pack.canary = std::make_shared<const LoadedPack>(std::move(canary));
        pack.canary_share = source.canary->share;
    }
    if (source.shadow) {
        const PackSource from = source_beside(source, *source.shadow);
        CheckAtLoad check = check_at_load(config, from, today);
        check.refuses = false;
        LoadedPack shadow = load_pack(from.path, from.site, check);
        if (is_whole(pack) && shadow.program) hold_shadow(pack, from, shadow);
        pack.shadow = std::make_shared<const LoadedPack>(std::move(shadow));
    }
    return pack;
}

bool is_whole(const LoadedPack& pack) {
    return pack.program && (!pack.canary || pack.canary->program) && (!pack.shadow || pack.shadow->program);
}

std::vector<rules::PrefetchTemplate> prefetch_of(const LoadedPack& pack, rules::Hook hook) {
    const auto& own = pack.program->prefetch(hook);
    return pack.canary ? united(own, pack.canary->program->prefetch(hook)) : own;
}

}  // namespace service
