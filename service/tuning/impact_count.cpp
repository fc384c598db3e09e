#include "service/tuning/impact_count.hpp"

#include "rules/compare/impact_report.hpp"

#include <utility>

namespace service {
namespace {

rules::ImpactSubject::Version version_of(const LoadedPack& pack) {
    const rules::Identity& identity = pack.program->pack().identity;
    return {identity.id, identity.version, pack.digests};
}

}  // namespace

boost::system::result<CountedImpact, std::string> count_impact(const LoadedPack& from, const LoadedPack& to,
                                                               const ImpactSettings& settings,
                                                               rules::PopulationOptions how) {
    ImpactEngine engine(from, to, settings);
    how.observation_codes = engine.observation_codes();
    how.dates_from = engine.dates_from();
    auto read = rules::read_population(
        how, [&engine](std::size_t worker, rules::PopulationPatient& patient) { engine.look_at(worker, patient); });
    if (!read) return read.error();
    rules::Impact impact = engine.take();
    impact.faults = read->faults;
    impact.subject.versions = {version_of(from), version_of(to)};
    rules::describe_change(*from.program, *to.program, impact.subject);
    if (settings.encounters) {
        impact.subject.events = "encounters";
    } else {
        impact.subject.at = settings.time.at.text();
        if (read->requests > 0 && read->records == 0) impact.subject.events = "requests";
    }
    return CountedImpact{std::move(impact), std::move(*read)};
}

}  // namespace service
