// Patient stories: stories/*.json of a pack, expanded to full FHIR resources.
//
//   { "at": "2026-03-02", "stories": [ { "name": "…", "patient": "female, born 1987-07-15", "record": [lines],
//     "drafts": [lines], "selections": [labels of drafts], "site": { as in a site file }, "unavailable": [prefetch
//     keys], "resources": [full FHIR resources], "at": another date, "knownMiss": "why", "patient-view": [cards],
//     "encounter-start": […], "order-select": […], "order-sign": […] } ] }
//
// Lines: rules/stories/story_line.hpp. A card: rule (indicator)[, offers ORDER][, offers nothing][, removes ORDER][,
// with RULE][, says "text"], in the order in which cards are shown; "no card" or [] for none. Only rule is needed. What
// cannot be read is a finding with its place; "resources" is the way out for what lines cannot say.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/pack/pack.hpp"
#include "rules/pack/site.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rules {

/// What a story says of one card. What is not said is not looked at.
struct ExpectedCard {
    std::string text;  ///< as written
    std::string rule;
    std::optional<Indicator> indicator;
    std::optional<std::string> offers, removes;  ///< labels of orders; offers "": no order is offered
    std::vector<std::string> with;               ///< rules whose offer hangs on the card: all of them, said or not
    std::vector<std::string> says;               ///< texts that stand somewhere on the card
};

struct Story {
    std::string name;
    Place place;
    fhir::DateTime at;
    std::string patient;                        ///< as written
    std::vector<std::string> lines;             ///< of "record", as written
    std::vector<boost::json::value> resources;  ///< the patient first
    std::vector<boost::json::value> drafts;     ///< ServiceRequest/draft-1, …
    std::vector<std::string> selections;        ///< references
    Site site;
    std::set<std::string> unavailable;  ///< prefetch keys
    std::map<Hook, std::vector<ExpectedCard>> expected;
    std::string known_miss;  ///< why this story may fail; empty: it must hold
    bool of_site = false;    ///< stands in the site file, and is told with its settings
};

struct StoryReading {
    std::vector<Story> stories;
    Diagnostics findings;
};

/// Reads every file of stories/ in `pack`.
StoryReading read_stories(const Pack& pack);

/// Reads the stories of a site file: its member "stories", in the form of a file of stories. Their places are in it.
StoryReading read_site_stories(const Pack& pack, const Site& site);

/// Reads one file of stories. \param text  its text. \param file  its name, for findings.
StoryReading read_stories(const Pack& pack, const std::string& file, const std::string& text);

}  // namespace rules
