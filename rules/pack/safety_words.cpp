// words.json, and what a site file says under "words".
#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr Field word_lists_fields[] = {{"clauseEnds", kind::list, false, kind::text},
                                       {"void", kind::list, false, kind::object},
                                       {"history", kind::list, false, kind::object},
                                       {"sets", kind::object, true, kind::object}};
constexpr Form word_lists_form = {"words.json", word_lists_fields};

constexpr Field context_fields[] = {{"phrases", kind::list, true, kind::text},
                                    {"except", kind::list, false, kind::text},
                                    {"meantInstead", kind::list, false, kind::text},
                                    {"meantAsWell", kind::list, false, kind::text},
                                    {"takenBack", kind::list, false, kind::text},
                                    {"inClause", kind::boolean},
                                    {"earlierInSentence", kind::boolean},
                                    {"wordsBefore", kind::integer},
                                    {"wordsAfter", kind::integer},
                                    {"because"}};
constexpr Form context_form = {"a place that changes what a stem means", context_fields};

constexpr Field set_fields[] = {{"label", kind::text, true},
                                {"stems", kind::list, true, kind::text},
                                {"takenOut", kind::list, false, kind::text},
                                {"notIn", kind::list, false, kind::text},
                                {"textBegins", kind::boolean},
                                {"history"},
                                {"void", kind::list, false, kind::object},
                                {"except", kind::list, false, kind::text},
                                {"meantInstead", kind::list, false, kind::text}};
constexpr Form set_form = {"the words of a set", set_fields};

constexpr Field added_words_fields[] = {{"stems", kind::list, false, kind::text},
                                        {"takenOut", kind::list, false, kind::text},
                                        {"without", kind::list, false, kind::text}};
constexpr Form added_words_form = {"the words of a set in a site file", added_words_fields};

constexpr Words<bool, 2> history_words = {{{"counts", true}, {"does not count", false}}};

constexpr std::size_t furthest_word = 20;
constexpr std::string_view beside = " + ";

std::optional<WordPattern> read_pattern(const Node& node, std::string_view written) {
    const auto pattern = WordPattern::parse(written);
    if (pattern) return *pattern;
    node.error(
        "word-pattern", '"' + std::string(written) + "\" is no phrase: " + std::string(pattern.error()) + '.',
        "Write \"cord compression\" for these words, \"carcin*\" for a word that begins so, \"*carcin*\" for one "
        "that holds it.");
    return std::nullopt;
}

std::vector<WordPattern> read_patterns(const Object& object, std::string_view name) {
    std::vector<WordPattern> patterns;
    for (const Node& node : object.list(name)) {
        if (auto pattern = read_pattern(node, node.text())) patterns.push_back(std::move(*pattern));
    }
    return patterns;
}

std::vector<WordPattern> read_alternatives(const Node& node, std::string_view written) {
    std::vector<WordPattern> patterns;
    for (;;) {
        const std::size_t slash = written.find('/');
        if (auto pattern = read_pattern(node, written.substr(0, slash))) patterns.push_back(std::move(*pattern));
        if (slash == std::string_view::npos) return patterns;
        written.remove_prefix(slash + 1);
    }
}

/// A "/" stands between alternatives only beside a "+": "h/o" is a phrase.
WordStem read_stem(const Node& node) {
    WordStem stem;
    stem.written = node.text();
    stem.place = node.place();
    const std::string_view written = stem.written;
    const std::size_t plus = written.find(beside);
    if (plus == std::string_view::npos) {
        if (auto pattern = read_pattern(node, written)) stem.words.push_back(std::move(*pattern));
        return stem;
    }
    stem.words = read_alternatives(node, written.substr(0, plus));
    stem.beside = read_alternatives(node, written.substr(plus + beside.size()));
    return stem;
}

std::vector<WordStem> read_stems(const Object& object, std::string_view name) {
    std::vector<WordStem> stems;
    for (const Node& node : object.list(name)) {
        WordStem stem = read_stem(node);
        if (!stem.words.empty()) stems.push_back(std::move(stem));
    }
    return stems;
}

std::size_t read_distance(const Object& object, std::string_view name) {
    const auto number = object.integer(name);
    if (!number) return 0;
    if (*number >= 1 && *number <= static_cast<std::int64_t>(furthest_word)) return static_cast<std::size_t>(*number);
    object.at(name)->error("word-distance", "This is no distance in words.", "Write a number from 1 to 20.");
    return 0;
}

WordContext read_context(const Node& node) {
    const Object object(node, context_form);
    WordContext context;
    context.phrases = read_stems(object, "phrases");
    context.except = read_patterns(object, "except");
    context.meant_instead = read_patterns(object, "meantInstead");
    context.meant_as_well = read_patterns(object, "meantAsWell");
    context.taken_back = read_patterns(object, "takenBack");
    context.in_clause = object.flag("inClause");
    context.earlier_in_sentence = object.flag("earlierInSentence");
    context.words_before = read_distance(object, "wordsBefore");
    context.words_after = read_distance(object, "wordsAfter");
    constexpr std::string_view places[] = {"inClause", "earlierInSentence", "wordsBefore", "wordsAfter"};
    const bool has_place =
        std::ranges::any_of(places, [&](std::string_view place) { return object.at(place).has_value(); });
    if (!has_place) {
        node.error("missing-member", "Nothing says where these phrases stand.",
                   "Add \"inClause\", \"earlierInSentence\", \"wordsBefore\" or \"wordsAfter\".");
    }
    return context;
}

std::vector<WordContext> read_contexts(const Object& object, std::string_view name) {
    std::vector<WordContext> contexts;
    for (const Node& node : object.list(name)) contexts.push_back(read_context(node));
    return contexts;
}

SafetyWords read_set(const std::string& id, const Node& node) {
    const Object object(node, set_form);
    SafetyWords words;
    words.id = id;
    words.place = node.place();
    words.label = object.text("label");
    words.stems = read_stems(object, "stems");
    words.taken_out = read_patterns(object, "takenOut");
    for (const Node& set : object.list("notIn")) {
        words.not_in.push_back(set.text());
        words.not_in_places.push_back(set.place());
    }
    words.at_beginning = object.flag("textBegins");
    if (const auto history = object.at("history")) {
        words.history_counts = meaning_of(*history, history_words).value_or(false);
    }
    words.voids = read_contexts(object, "void");
    words.except = read_patterns(object, "except");
    words.meant_instead = read_patterns(object, "meantInstead");
    return words;
}

}  // namespace

WordLists read_word_lists(const Node& node) {
    const Object object(node, word_lists_form);
    WordLists word_lists;
    word_lists.clause_ends = read_patterns(object, "clauseEnds");
    word_lists.voids = read_contexts(object, "void");
    word_lists.histories = read_contexts(object, "history");
    for (const auto& [id, set] : object.map("sets")) word_lists.sets.emplace(id, read_set(id, set));
    return word_lists;
}

SiteWords read_site_words(const Node& node, const SafetyWords& words) {
    const Object object(node, added_words_form);
    SiteWords site;
    site.stems = read_stems(object, "stems");
    site.taken_out = read_patterns(object, "takenOut");
    std::vector<std::string_view> known;
    for (const WordStem& stem : words.stems) known.push_back(stem.written);
    for (const Node& stem : object.list("without")) {
        const std::string written = stem.text();
        if (std::ranges::find(known, written) != known.end()) {
            site.without.push_back(written);
        } else {
            stem.error("unknown-stem", "The pack has no stem \"" + written + "\" in \"" + words.id + "\".",
                       did_you_mean(written, known));
        }
    }
    return site;
}

}  // namespace rules
