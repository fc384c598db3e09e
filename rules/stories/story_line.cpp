#include "rules/stories/story_line.hpp"

#include "fhir/coding.hpp"
#include "rules/stories/story_words.hpp"
#include "rules/text/nearest.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

struct WorldWords {
    World world;
    std::string_view name;
    std::vector<std::string_view> statuses;  ///< FHIR's codes
};

const std::vector<WorldWords>& worlds() {
    static const std::vector<WorldWords> all = {
        {World::condition,
         "condition",
         {"active", "recurrence", "relapse", "inactive", "remission", "resolved", "confirmed", "unconfirmed",
          "provisional", "differential", "refuted", "entered-in-error"}},
        {World::result,
         "result",
         {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}},
        {World::medication,
         "medication",
         {"active", "on-hold", "stopped", "completed", "cancelled", "draft", "intended", "not-taken",
          "entered-in-error", "unknown"}},
        {World::procedure,
         "procedure",
         {"completed", "preparation", "in-progress", "not-done", "on-hold", "stopped", "entered-in-error", "unknown"}},
        {World::observation,
         "observation",
         {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}},
        {World::order, "order", {"draft", "active", "on-hold", "completed", "revoked", "entered-in-error", "unknown"}},
    };
    return all;
}

const WorldWords& words_of(World world) {
    return *std::find_if(worlds().begin(), worlds().end(),
                         [&](const WorldWords& words) { return words.world == world; });
}

std::string in_words(World world) {
    const std::string name(words_of(world).name);
    return (name == "order" || name == "observation" ? "an " : "a ") + name;
}

constexpr std::array date_words = {"since", "on", "from", "to", "until", "issued", "prescribed", "ordered", "recorded"};

// Reads the clauses behind the name, one after the other.
class ClauseReader {
  public:
    /// \param is_draft  a draft has no date.
    ClauseReader(StoryLine& line, StoryWords& words, const Vocabulary& vocabulary, const fhir::Date& today,
                 bool is_draft)
        : line_(line), words_(words), vocabulary_(vocabulary), today_(today), is_draft_(is_draft) {}

    std::optional<LineError> read() {
        while (!words_.at_end()) {
            const bool read_one = read_value() || read_status() || read_date_clause() || read_range() || read_route() ||
                                  read_reason() || read_code_or_performer();
            if (error_) return error_;
            if (!read_one) return unknown_word();
        }
        return check();
    }

  private:
    bool fail(std::string message, std::string mend) {
        error_ = LineError{std::move(message), std::move(mend)};
        return false;
    }

    LineError unknown_word() const {
        std::vector<std::string_view> known(date_words.begin(), date_words.end());
        known.insert(known.end(), {"no date", "no value", "range", "by", "route", "coded"});
        const auto& statuses = words_of(line_.world).statuses;
        known.insert(known.end(), statuses.begin(), statuses.end());
        const std::string word(words_.peek());
        return {"\"" + word + "\" is not understood here, after \"" + line_.name + "\".", did_you_mean(word, known)};
    }

    bool read_date_clause() {
        if (words_.skip("no date")) return line_.no_date = true;
        if (words_.skip("since age")) {
            line_.since_age = words_.take();
            if (!is_number_word(line_.since_age)) fail("An age is a number of years.", "Write \"since age 40\".");
            return true;
        }
        for (const std::string_view word : date_words) {
            if (words_.is_quoted() || !words_.skip(word)) continue;
            const auto date = words_.take_date(today_);
            if (!date) {
                return fail("\"" + std::string(words_.peek()) + "\" behind \"" + std::string(word) + "\" is no date.",
                            "Write 2025, 2025-12, 2025-12-08, today, yesterday or 84 days ago.");
            }
            line_.dates[word == "until" ? "to" : std::string(word)] = *date;
            return true;
        }
        return false;
    }

    bool read_status() {
        for (const std::string_view status : words_of(line_.world).statuses) {
            std::string phrase(status);
            std::replace(phrase.begin(), phrase.end(), '-', ' ');
            if (!words_.skip(phrase) && !words_.skip(status)) continue;
            line_.status = status;
            if (status == "resolved") {
                if (const auto date = words_.take_date(today_)) line_.dates["to"] = *date;
            }
            return true;
        }
        return false;
    }

    bool read_value() {
        if (line_.world != World::result) return false;
        if (words_.skip("no value")) return line_.no_value = true;
        if (words_.is_quoted()) {
            line_.text_value = words_.take();
            return true;
        }
        const std::string_view word = words_.peek();
        const std::size_t digits = std::min(word.find_first_not_of("<>="), word.size());
        std::string number(word.substr(digits));
        const std::string comparator(word.substr(0, digits));
        const bool apart = number.empty() && digits > 0;  // "< 4": the number is the next word
        if (apart) number = words_.peek(1);
        if (!is_number_word(number)) return false;
        if (!line_.number.empty()) return fail("There are two values.", "Write one line a result.");
        words_.take();
        if (apart) words_.take();
        line_.comparator = comparator;
        line_.number = number;
        if (!stands_for_itself(words_.peek())) line_.unit = words_.take();
        return true;
    }

    // Whether a word begins a clause, so that it cannot be a unit.
    bool stands_for_itself(std::string_view word) const {
        if (word.empty() || words_.is_quoted()) return true;
        const std::string small = small_letters(word);
        constexpr std::array others = {"no", "range", "by", "coded", "entered"};
        const auto& statuses = words_of(line_.world).statuses;
        return std::find(date_words.begin(), date_words.end(), small) != date_words.end() ||
               std::find(others.begin(), others.end(), small) != others.end() ||
               std::find(statuses.begin(), statuses.end(), small) != statuses.end();
    }

    bool read_range() {
        if (line_.world != World::result || !words_.skip("range")) return false;
        const bool only_high = words_.skip("up to");
        const bool only_low = !only_high && words_.skip("from");
        if (!is_number_word(words_.peek())) {
            return fail("A range is made of numbers.",
                        "Write \"range 20 to 50\", \"range up to 5\" or \"range from 20\".");
        }
        (only_high ? line_.range_high : line_.range_low) = words_.take();
        if (!only_high && !only_low) {
            words_.skip("to");
            line_.range_high = words_.take();
            if (!is_number_word(line_.range_high)) return fail("A range has two ends.", "Write \"range 20 to 50\".");
        }
        if (!stands_for_itself(words_.peek())) line_.range_unit = words_.take();
        return true;
    }

    bool read_route() {
        if (line_.world != World::medication) return false;
        if (words_.skip("route")) {
            line_.route = Coding{"", "", words_.take()};
            return true;
        }
        const auto route = vocabulary_.route(words_.peek());
        if (!route || words_.is_quoted()) return false;
        words_.take();
        line_.route = route;
        return true;
    }

    bool read_reason() {
        if (line_.world != World::order || !words_.skip("for")) return false;
        if (!words_.is_quoted()) return fail("Nothing is named behind \"for\".", "Write for \"low back pain\".");
        const std::string name = words_.take();
        const Vocabulary::Match match = vocabulary_.longest_name(name);
        Coding reason{"", "", name};
        if (match.length == name.size()) {
            for (const Meaning& meaning : *match.meanings) {
                if (meaning.world == World::condition) reason = meaning.coding;
            }
        }
        line_.reasons.push_back(std::move(reason));
        return true;
    }

    bool read_code_or_performer() {
        if (words_.skip("by")) {
            line_.performer = words_.take();
            return !line_.performer.empty() ||
                   fail("Nobody is named behind \"by\".", "Write \"by Organization/north\".");
        }
        if (!words_.skip("coded")) return false;
        const std::string system = words_.take();
        const std::string code = words_.take();
        const auto uri = system_uri(system);
        if (!uri || code.empty()) {
            return fail("\"coded\" needs a code system and a code.",
                        "Write \"coded LOINC 62292-8\", with LOINC, SNOMED, ICD-10-CM, RxNorm, ATC, CPT or a URI.");
        }
        line_.coded = Coding{std::string(*uri), code, ""};
        return true;
    }

    static std::optional<std::string> system_uri(const std::string& word) {
        constexpr std::array<std::pair<std::string_view, std::string_view>, 7> short_words = {
            {{"loinc", fhir::loinc_system},
             {"snomed", fhir::snomed_system},
             {"icd-10-cm", fhir::icd10_cm_system},
             {"icd-10", fhir::icd10_system},
             {"rxnorm", fhir::rxnorm_system},
             {"atc", fhir::atc_system},
             {"cpt", fhir::cpt_system}}};
        for (const auto& [name, uri] : short_words) {
            if (small_letters(word) == name) return std::string(uri);
        }
        if (word.find(':') == std::string::npos) return std::nullopt;
        return word;
    }

    std::optional<LineError> check() const {
        const bool dated = !line_.dates.empty() || line_.no_date || !line_.since_age.empty();
        if (!dated && !is_draft_ && line_.world != World::order) {
            return LineError{"\"" + line_.name + "\" has no date.",
                             "Write since, on or prescribed and a date, or \"no date\"."};
        }
        const bool has_value = line_.no_value || line_.text_value || !line_.number.empty();
        if (line_.world == World::result && !has_value) {
            return LineError{"\"" + line_.name + "\" has no value.", "Write the value and its unit, or \"no value\"."};
        }
        if (line_.world == World::observation && line_.answer.empty() && !line_.coded) {
            return LineError{"\"" + line_.name + "\" has no answer.",
                             "Write it behind a colon: \"pregnancy status: pregnant\"."};
        }
        return std::nullopt;
    }

    StoryLine& line_;
    StoryWords& words_;
    const Vocabulary& vocabulary_;
    const fhir::Date& today_;
    bool is_draft_;
    std::optional<LineError> error_;
};

// The world that the rest of the line speaks of, where it does.
std::optional<World> world_by_clauses(const StoryWords& words) {
    if (words.hold("ordered")) return World::order;
    if (words.hold("prescribed")) return World::medication;
    return std::nullopt;
}

const Meaning& choose(const std::vector<Meaning>& meanings, std::optional<World> asked, const StoryWords& words) {
    const auto in_world = [&](World world) {
        return std::find_if(meanings.begin(), meanings.end(),
                            [&](const Meaning& meaning) { return meaning.world == world; });
    };
    for (const std::optional<World> world : {asked, world_by_clauses(words)}) {
        if (!world) continue;
        if (const auto found = in_world(*world); found != meanings.end()) return *found;
    }
    // A procedure is done on a day, a condition goes on since one.
    const auto procedure = in_world(World::procedure);
    if (procedure != meanings.end() && words.hold("on")) return *procedure;
    constexpr std::array usual = {World::condition, World::result, World::medication, World::procedure,
                                  World::observation};
    for (const World world : usual) {
        if (const auto found = in_world(world); found != meanings.end()) return *found;
    }
    return meanings.front();
}

std::optional<World> take_world(std::string_view& text) {
    for (const WorldWords& words : worlds()) {
        const std::string prefix = std::string(words.name) + ": ";
        if (!small_letters(text).starts_with(prefix)) continue;
        text.remove_prefix(prefix.size());
        return words.world;
    }
    return std::nullopt;
}

// What a person meant as the name of a line that begins with none: the words before the first clause.
std::string supposed_name(std::string_view text) {
    StoryWords words(text);
    std::string name;
    while (!words.at_end()) {
        const std::string_view word = words.peek();
        const bool clause = std::find(date_words.begin(), date_words.end(), small_letters(word)) != date_words.end();
        if (clause || (is_number_word(word) && !name.empty())) break;
        if (!name.empty()) name += ' ';
        name += words.take();
    }
    return name;
}

LineError unknown_name(std::string_view text, const Vocabulary& vocabulary, std::optional<World> world) {
    const std::string name = supposed_name(text);
    const std::string words = " " + small_letters(name) + " ";
    if (words.find(" coded ") != std::string::npos) {
        return {"What stands before \"coded\" is no name that this pack knows: \"" + name + "\".",
                "Begin with the title of the test, a display or a label, then the code: \"vitamin B12 coded "
                "https://lab.example.org/codes B12S 138 pmol/L on 2026-02-20\"."};
    }
    const std::string near(nearest(small_letters(name), vocabulary.names(world)));
    return {"\"" + name + "\" is no name that this pack knows.",
            near.empty()
                ? "Use a display of its value sets, a title of its analytes or a label of its orders; or quote "
                  "the text to mean one without a code."
                : "Write \"" + near + "\"."};
}

std::string take_answer(StoryWords& words) {
    std::string answer;
    while (!words.at_end()) {
        const std::string word = small_letters(words.peek());
        const bool clause = std::find(date_words.begin(), date_words.end(), word) != date_words.end();
        if (clause || word == "coded" || word == "no") break;
        if (!answer.empty()) answer += ' ';
        answer += words.take();
    }
    return answer;
}

}  // namespace

boost::system::result<StoryLine, LineError> read_story_line(std::string_view line, const Vocabulary& vocabulary,
                                                            const fhir::Date& today, std::optional<World> usual) {
    const std::optional<World> named_world = take_world(line);
    const std::optional<World> asked = named_world ? named_world : usual;
    StoryLine read;
    std::size_t end_of_name = 0;
    if (line.starts_with('"')) {
        const std::size_t end = line.find('"', 1);
        if (end == std::string_view::npos) return LineError{"A quotation mark is missing.", "Close the quoted text."};
        if (!asked) {
            return LineError{"A quoted text does not say what it is.",
                             "Write \"medication: \", \"condition: \" or another world before it."};
        }
        read.name = line.substr(1, end - 1);
        read.world = *asked;
        end_of_name = end + 1;
    } else {
        const Vocabulary::Match match = vocabulary.longest_name(line);
        if (match.length == 0) return unknown_name(line, vocabulary, asked);
        read.name = line.substr(0, match.length);
        read.meaning = choose(*match.meanings, asked, StoryWords(line.substr(match.length)));
        read.world = read.meaning->world;
        if (asked && read.world != *asked) {
            return LineError{"\"" + read.name + "\" is not the name of " + in_words(*asked) + ".",
                             "Use another name, or quote the text to mean one without a code."};
        }
        end_of_name = match.length;
    }
    line.remove_prefix(end_of_name);
    const bool answered = line.starts_with(':');
    StoryWords words(answered ? line.substr(1) : line);
    if (answered) read.answer = take_answer(words);
    const bool is_draft = usual == World::order;
    if (auto error = ClauseReader(read, words, vocabulary, today, is_draft).read()) return *error;
    return read;
}

}  // namespace rules
