// One line of a story, such as "low back pain since 2025-12-08", as a clinician writes it.
//
//   line   = [world ":"] name [":" answer] clauses     the longest name the pack knows; or a "quoted text" without code
//   world  = condition | result | medication | procedure | observation | order       only where a name has two meanings
//   clause = since DATE | since age 40 | on DATE | from DATE | to DATE | recorded DATE | issued DATE
//          | prescribed DATE | ordered DATE | no date                    commas between clauses are optional
//          | [<|<=|>|>=]NUMBER UNIT | "text value" | no value            results
//          | range A to B [UNIT] | range up to B [UNIT] | range from A [UNIT] | by Organization/x
//          | STATUS                                                       FHIR's word: preliminary, on hold, resolved …
//          | ROUTE | route WORD                                           medications: a route of the pack; any other
//          | for "NAME"                                                   orders: a condition of the pack; any other
//          words
//          | coded SYSTEM CODE                                            LOINC, SNOMED, ICD-10-CM, RxNorm, ATC, CPT, a
//          URI
//   DATE   = 2016 | 2025-12 | 2025-12-08 | a full dateTime | today | yesterday | 84 days ago | 12 weeks ago
#pragma once

#include "fhir/date_time.hpp"
#include "rules/stories/story_vocabulary.hpp"

#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// What may be wrong with a line: a sentence, and how to mend it.
struct LineError {
    std::string message, mend;
};

struct StoryLine {
    World world = World::condition;
    std::optional<Meaning> meaning;            ///< none for a quoted text
    std::string name;                          ///< as written, or the quoted text
    std::string answer;                        ///< of a coded observation
    std::map<std::string, std::string> dates;  ///< clause word -> FHIR date: "since" -> "2025-12-08"
    bool no_date = false;
    std::string since_age;  ///< years
    std::string status;     ///< FHIR code: "on-hold"; empty: the usual one
    std::optional<Coding> coded;

    std::string comparator, number, unit;   ///< of a result
    std::optional<std::string> text_value;  ///< of a result
    bool no_value = false;
    std::string range_low, range_high, range_unit;
    std::string performer;

    std::optional<Coding> route;  ///< of a medication; without a code only its words
    std::vector<Coding> reasons;  ///< of an order; those without a code only words
};

/// Reads one line. \param today the story's date, for "84 days ago". \param usual the world meant where a name has
/// several and nothing in the line decides; drafts are orders.
boost::system::result<StoryLine, LineError> read_story_line(std::string_view line, const Vocabulary& vocabulary,
                                                            const fhir::Date& today,
                                                            std::optional<World> usual = std::nullopt);

}  // namespace rules
