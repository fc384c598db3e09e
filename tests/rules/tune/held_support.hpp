// Populations of invented patients in memory: those of the shipped pack's stories, under the shipped pack.
#pragma once

#include "rules/stories/story.hpp"
#include "rules/tune/held_population.hpp"
#include "tests/rules/run_support.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

using Resources = std::vector<boost::json::value>;

inline std::shared_ptr<const Program> with_site(const std::string& text) {
    SiteReading reading = read_site(text, "site.json", shipped_pack());
    EXPECT_EQ(findings_text(reading.findings), "");
    return compile_test_pack(shipped_pack(), std::move(reading.site));
}

inline std::shared_ptr<const Program> plain() {
    static const auto program = compile_test_pack(shipped_pack());
    return program;
}

inline LookedAt looked_at() {
    LookedAt at;
    at.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    at.sources_of = [](const fhir::Bundle& record, const Selection&,
                       const boost::json::storage_ptr&) -> boost::system::result<SourcesAtHand, std::string_view> {
        std::vector<const boost::json::object*> resources;
        for (const fhir::Entry& entry : record.entries()) resources.push_back(entry.resource);
        return SourcesAtHand{sources_of_complete_record(resources, observation_keys(shipped_pack())), {}};
    };
    return at;
}

/// The patients of every `nth` story of the shipped pack: invented by its authors to touch every rule.
inline std::vector<Resources> patients_of_stories(std::size_t nth) {
    static const StoryReading stories = read_stories(shipped_pack());
    std::vector<Resources> patients;
    for (std::size_t at = 0; at < stories.stories.size(); at += nth) {
        patients.push_back(stories.stories[at].resources);
    }
    return patients;
}

inline std::unique_ptr<HeldPopulation> held(std::vector<Resources> patients, HeldOptions options = {}) {
    options.looked_at = looked_at();
    options.threads = 2;
    auto population = std::make_unique<HeldPopulation>(plain(), std::move(options));
    std::uint64_t line = 0;
    for (Resources& trees : patients) {
        PopulationPatient patient{trees, {}, {}, {"stories", ++line}};
        population->add(patient);
    }
    EXPECT_TRUE(population->finish());
    return population;
}

}  // namespace rules
