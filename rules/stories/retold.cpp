#include "rules/stories/retold.hpp"

#include "fhir/observation.hpp"

#include <algorithm>

namespace rules {
namespace json = boost::json;

namespace {

bool is_observation(const json::value& resource) {
    const json::object* object = resource.if_object();
    const json::value* type = object ? object->if_contains("resourceType") : nullptr;
    return type && *type == "Observation";
}

bool is_of(const Analyte& analyte, const json::object& resource) {
    fhir::Issues issues;
    const fhir::Observation observation = fhir::read_observation(resource, issues);
    return std::ranges::any_of(observation.code.codings, [&](const fhir::Coding& coding) {
        return std::ranges::any_of(analyte.codes, [&](const AnalyteCode& code) {
            return coding.system == code.system && coding.code == code.code;
        });
    });
}

bool concerns(const Laboratory& laboratory, const Pack& pack, const Story& story) {
    if (!story.site.text.empty() || story.of_site) return false;
    return std::ranges::any_of(story.resources, [&](const json::value& resource) {
        return is_observation(resource) && std::ranges::any_of(pack.analytes, [&](const Analyte& analyte) {
                   return laboratory.bands.contains(analyte.id) && is_of(analyte, resource.get_object());
               });
    });
}

json::value performer_of(const Laboratory& laboratory) {
    json::object performer;
    if (!laboratory.reference.empty()) {
        performer["reference"] = laboratory.reference;
    } else {
        json::object identifier;
        if (!laboratory.identifier_system.empty()) identifier["system"] = laboratory.identifier_system;
        identifier["value"] = laboratory.identifier_value;
        performer["identifier"] = std::move(identifier);
    }
    json::array performers;
    performers.emplace_back(std::move(performer));
    return performers;
}

}  // namespace

std::vector<Story> retold_by_laboratories(const Pack& pack, const std::vector<Story>& stories, const Site& site) {
    std::vector<Story> retold;
    for (const Laboratory& laboratory : site.laboratories) {
        if (laboratory.bands.empty() || laboratory.is_default) continue;
        for (const Story& story : stories) {
            if (!concerns(laboratory, pack, story)) continue;
            Story& told = retold.emplace_back(story);
            told.name += ", reported by " + laboratory.name;
            for (json::value& resource : told.resources) {
                if (is_observation(resource)) resource.get_object()["performer"] = performer_of(laboratory);
            }
        }
    }
    return retold;
}

}  // namespace rules
