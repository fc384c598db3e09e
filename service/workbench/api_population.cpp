// The population before the saved rules and a draft of them.
#include "fhir/member.hpp"
#include "rules/compare/impact_report.hpp"
#include "rules/text/in_parallel.hpp"
#include "rules/tune/held_report.hpp"
#include "service/tuning/impact_count.hpp"
#include "service/tuning/survey_count.hpp"
#include "service/workbench/api.hpp"

#include <chrono>
#include <mutex>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// The rules that a draft is held against, and the draft.
struct Sides {
    std::shared_ptr<const LoadedPack> before, draft;
};

boost::system::result<Sides, ApiError> sides_of(Workbench& workbench, const json::object& asked) {
    auto draft = workbench.load_draft(asked);
    if (!draft) return draft.error();
    auto before = workbench.load_before(asked);
    if (!before) return before.error();
    if ((*before)->digests.pack != (*draft)->digests.pack && text_asked(asked, "from") != "previous") {
        return ApiError{409, "The pack's files have just changed: ask again."};
    }
    return Sides{std::move(*before), std::move(*draft)};
}

ApiAnswer ask_population(Workbench& workbench, const ApiRequest& request, std::string_view kind,
                         const std::function<std::optional<json::object>(
                             const rules::HeldPopulation&, const rules::Program&, std::stop_token)>& ask) {
    const auto sides = sides_of(workbench, request.asked);
    if (!sides) return sides.error();
    const rules::Program& draft = *sides->draft->program;
    const auto answer = workbench.population().ask(
        kind, sides->before, *sides->draft,
        [&](const rules::HeldPopulation& held, std::stop_token stop) { return ask(held, draft, stop); });
    if (!answer) return ApiError{answer.error().status, answer.error().says};
    return answered(*answer);
}

/// How a whole population is read for a report.
rules::PopulationOptions reading_of(const Workbench& workbench) {
    rules::PopulationOptions how;
    how.paths = workbench.settings().population;
    how.threads = rules::all_cores();
    return how;
}

ApiError busy(const char* what) {
    return {409, std::string(what) + " is being made already: wait for it, and ask again."};
}

ApiError no_population() {
    return {409, "There is no population: start the workbench with --population."};
}

}  // namespace

ApiAnswer tune_population(Workbench& workbench, const ApiRequest& request) {
    const auto begin = std::chrono::steady_clock::now();
    return ask_population(workbench, request, "tune",
                          [&](const rules::HeldPopulation& held, const rules::Program& draft,
                              std::stop_token stop) -> std::optional<json::object> {
                              const auto tuned = held.tune(draft, stop);
                              if (!tuned) return std::nullopt;
                              json::object told = rules::tuned_json(*tuned);
                              const auto took = std::chrono::steady_clock::now() - begin;
                              told["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
                              return told;
                          });
}

ApiAnswer show_histogram(Workbench& workbench, const ApiRequest& request) {
    const std::string analyte = text_asked(request.asked, "analyte"), unit = text_asked(request.asked, "unit");
    return ask_population(workbench, request, "histogram",
                          [&](const rules::HeldPopulation& held, const rules::Program& draft,
                              std::stop_token stop) -> std::optional<json::object> {
                              const auto found = held.histogram(draft, analyte, unit, stop);
                              return found ? std::optional(rules::histogram_json(*found)) : std::nullopt;
                          });
}

ApiAnswer find_patients(Workbench& workbench, const ApiRequest& request) {
    static const json::object no_filter;
    const json::value* asked = fhir::find_member(request.asked, "filter");
    const auto filter = rules::read_filter(asked != nullptr && asked->is_object() ? asked->get_object() : no_filter);
    if (!filter) return ApiError{400, filter.error()};
    return ask_population(workbench, request, "find",
                          [&](const rules::HeldPopulation& held, const rules::Program& draft,
                              std::stop_token stop) -> std::optional<json::object> {
                              const auto found = held.find(draft, *filter, stop);
                              return found ? std::optional(rules::found_json(*found)) : std::nullopt;
                          });
}

ApiAnswer impact_of_draft(Workbench& workbench, const ApiRequest& request) {
    if (workbench.settings().population.empty()) return no_population();
    const auto sides = sides_of(workbench, request.asked);
    if (!sides) return sides.error();
    const std::unique_lock alone(workbench.counting_impact(), std::try_to_lock);
    if (!alone) return busy("An impact");
    rules::PopulationOptions how = reading_of(workbench);
    how.requests_as_texts = true;
    const ImpactSettings settings{workbench.settings().clock.time(), true, 0, how.threads};
    const auto counted = count_impact(*sides->before, *sides->draft, settings, how);
    if (!counted) return ApiError{400, "The population cannot be read: " + counted.error() + "."};
    return answered(rules::impact_as_json(counted->impact));
}

ApiAnswer survey_of_draft(Workbench& workbench, const ApiRequest& request) {
    if (workbench.settings().population.empty()) return no_population();
    const auto pack = workbench.load_draft(request.asked);
    if (!pack) return pack.error();
    const std::unique_lock alone(workbench.counting_survey(), std::try_to_lock);
    if (!alone) return busy("A survey");
    const ClinicalTime time = workbench.settings().clock.time();
    const rules::Survey survey((*pack)->program);
    rules::SurveyCounts counts;
    const auto read = count_survey(survey, time, reading_of(workbench), counts);
    if (!read) return ApiError{400, "The population cannot be read: " + read.error() + "."};
    if (const std::string why = why_not_told(counts); !why.empty()) return ApiError{400, why + "."};
    return answered(rules::survey_json(heading_of(**pack, time.at), survey, counts));
}

}  // namespace service
