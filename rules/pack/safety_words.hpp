// The words by which a problem of a safety set is found, beside its codes: words.json. A list of codes is never whole;
// so what such a set means is also looked for in the texts of conditions, in one direction only: words keep cards away,
// they never bring one (rules/program/words_reach).
#pragma once

#include "rules/text/diagnostic.hpp"
#include "rules/text/plain_words.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rules {

/// One phrase, or two of which both must stand in the text. JSON: "*cancer*"; "fractur*/collaps* + vertebr*/spine",
/// where "/" stands between alternatives.
struct WordStem {
    std::string written;
    std::vector<WordPattern> words;   ///< any of them
    std::vector<WordPattern> beside;  ///< any of these too; empty: nothing more is asked
    Place place = {};
};

/// Phrases that change what a stem near them means. JSON: { "phrases": [stems], "inClause": true, "earlierInSentence":
/// true, "wordsBefore": 6, "wordsAfter": 5, "except": [..], "meantInstead": [..], "meantAsWell": [..], "takenBack":
/// [..] }: one of the four places at least. What lies within one of "except" is none of the phrases: "excluded" in "not
/// excluded". Nor is what on the other side of one of "meantInstead" from the stem: "no" in "no change of metastases";
/// "except" holds for that list, too, and one of "meantAsWell" between it and the stem leaves the phrase: "no change of
/// bowel habit or cancer". One of "takenBack" behind it in the sentence lifts a phrase: "no fracture except L1".
struct WordContext {
    std::vector<WordStem> phrases;
    std::vector<WordPattern> except;
    std::vector<WordPattern> meant_instead;
    std::vector<WordPattern> meant_as_well;
    std::vector<WordPattern> taken_back;
    bool in_clause = false;            // inClause: anywhere in the clause of the stem
    bool earlier_in_sentence = false;  // earlierInSentence: before it, back to a full stop or semicolon
    std::size_t words_before = 0;      // wordsBefore: up to so many words before it, in its clause
    std::size_t words_after = 0;       // wordsAfter
};

/// The words of one safety set. JSON: { "label": "malignancy", "stems": [stems], "takenOut": [phrases], "notIn":
/// [value sets], "textBegins": true, "history": "counts", "void": [contexts], "except": [..], "meantInstead": [..] }.
/// The last two are added, for this set, to those of each context that is void for all sets; "meantInstead" to those
/// that have one.
struct SafetyWords {
    std::string id, label;
    std::vector<WordStem> stems;
    std::vector<WordPattern> taken_out;  // takenOut: before stems are looked for
    std::vector<std::string> not_in;     // notIn: a concept with a code of these is not read
    std::vector<Place> not_in_places;
    bool at_beginning = false;    // textBegins: a stem counts at the beginning of the text only
    bool history_counts = false;  // history: what lies in the past counts as what is there
    std::vector<WordContext> voids;
    std::vector<WordPattern> except;
    std::vector<WordPattern> meant_instead;
    Place place;
};

/// words.json: { "clauseEnds": ["and", "but", "with"], "void": [contexts], "history": [contexts], "sets": { id: words }
/// }
struct WordLists {
    std::vector<WordPattern> clause_ends;  // clauseEnds, beside the marks . ; : , ( ) [ ]
    std::vector<WordContext> voids;        // void: a stem there does not count
    std::vector<WordContext> histories;    // history: it lies in the past
    std::map<std::string, SafetyWords> sets;
};

/// What a site adds to the words of a set, and takes from them. JSON: "words": { "malignancy": { "stems": ["*krebs*"],
/// "takenOut": ["krebsvorsorge*"], "without": ["carcinoid*"] } }
struct SiteWords {
    std::vector<WordStem> stems;
    std::vector<WordPattern> taken_out;
    std::vector<std::string> without;  ///< stems of the pack, as written there
};

}  // namespace rules
