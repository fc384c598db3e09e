#include "service/tuning/survey_count.hpp"

#include "fhir/bundle.hpp"
#include "rules/record/selection.hpp"

#include <utility>
#include <vector>

namespace service {
namespace {

/// Everything that a record holds, not only what the pack asks for: what is not mapped is looked for.
rules::Record record_of(const fhir::Bundle& bundle, const rules::Pack& pack) {
    std::vector<const boost::json::object*> resources;
    for (const fhir::Entry& entry : bundle.entries()) resources.push_back(entry.resource);
    std::vector<std::string> keys;
    for (const std::string_view key : rules::source_keys(pack)) {
        if (!rules::find_fixed_source(key)) keys.emplace_back(key);
    }
    return rules::read_record(rules::sources_of_complete_record(resources, keys));
}

/// One count a worker, added up at the end: the sum is the same whoever counted what.
class Surveyors {
  public:
    Surveyors(const rules::Survey& survey, const ClinicalTime& time, std::size_t threads)
        : survey_(survey), counts_(threads) {
        call_.at = time.at;
        call_.zone = time.zone.get();
    }

    void look_at(std::size_t worker, const rules::PopulationPatient& patient) {
        fhir::Issues issues;
        const fhir::Bundle bundle = fhir::Bundle::of(patient.objects(), issues);
        const auto whose = rules::find_patient(bundle, rules::ServedNames(bundle));
        if (!whose) {
            const bool is_nobodys = whose.error() == rules::PatientFault::none_there;
            return counts_[worker].add({"population", is_nobodys ? "no-patient-in-record" : "several-patients"},
                                       {1, 1});
        }
        counts_[worker].add(survey_.look_at(record_of(bundle, survey_.program().pack), call_));
    }

    rules::SurveyCounts sum() const {
        rules::SurveyCounts all;
        for (const rules::SurveyCounts& one : counts_) all.add(one);
        return all;
    }

  private:
    const rules::Survey& survey_;
    rules::Call call_;
    std::vector<rules::SurveyCounts> counts_;
};

}  // namespace

rules::SurveyHeading heading_of(const LoadedPack& pack, const fhir::DateTime& at) {
    const rules::Identity& identity = pack.program->pack().identity;
    return {identity.id + " " + identity.version, pack.program->site().name, at.date.text(), pack.digests};
}

boost::system::result<rules::PopulationCounts, std::string> count_survey(const rules::Survey& survey,
                                                                         const ClinicalTime& time,
                                                                         const rules::PopulationOptions& population,
                                                                         rules::SurveyCounts& counts) {
    Surveyors surveyors(survey, time, population.threads);
    auto read = rules::read_population(
        population, [&](std::size_t worker, rules::PopulationPatient& patient) { surveyors.look_at(worker, patient); });
    if (!read) return read.error();
    counts.add(surveyors.sum());
    for (const auto& [fault, count] : read->faults) {
        counts.add({"population", std::string(rules::name_of(fault))}, {count, count});
    }
    return read;
}

std::string why_not_told(const rules::SurveyCounts& counts) {
    if (!counts.has_overflown()) return {};
    return "there are more than " + std::to_string(rules::most_distinct) +
           " different codes, texts and units: survey a part of the population";
}

}  // namespace service
