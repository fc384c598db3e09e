#include "rules/program/words_index.hpp"

#include <algorithm>
#include <utility>

namespace rules {
namespace {

constexpr std::size_t trigger_letters = 3;
constexpr std::size_t longest_text = 2000;  // in bytes; what lies beyond is not looked at

enum class Ending : std::uint8_t { none, clause, sentence };

/// Positions of words, both included.
struct WordRange {
    std::size_t first = 0, last = 0;
};

}  // namespace

/// A text taken apart into words, clauses and sentences, for one set of words.
class WordsIndex::Text {
  public:
    Text(std::string words, const std::vector<WordPattern>& taken_out, const std::vector<WordPattern>& clause_ends)
        : words_(std::move(words)) {
        for (std::size_t at = 1; at < words_.size();) {
            const std::size_t end = words_.find(' ', at);
            spans_.push_back({at, end});
            at = end + 1;
        }
        marks_.reserve(spans_.size());
        for (const WordSpan& span : spans_)
            marks_.push_back(mark_of(std::string_view(words_).substr(span.begin, span.end - span.begin)));
        for (const WordPattern& pattern : clause_ends) {
            for (const WordRange& range : ranges_of(pattern))
                marks_[range.first] = std::max(marks_[range.first], Ending::clause);
        }
        for (const WordPattern& pattern : taken_out) {
            for (const WordSpan& span : places_of(pattern, words_)) blank(words_, span);
        }
    }

    std::vector<WordRange> ranges_of(const WordPattern& pattern) const {
        std::vector<WordRange> ranges;
        for (const WordSpan& span : places_of(pattern, words_))
            ranges.push_back({word_at(span.begin), word_at(span.end - 1)});
        return ranges;
    }

    bool holds(const std::vector<WordPattern>& patterns, std::string& which) const {
        const auto found = std::ranges::find_if(patterns, [this](const WordPattern& pattern) {
            return words_.find(pattern.literal()) != std::string::npos;
        });
        if (found == patterns.end()) return false;
        which = found->example();
        return true;
    }

    /// Whether one of the phrases of `context` stands where it concerns what is at `stem`.
    bool concerns(const WordContext& context, const WordRange& stem) {
        const Surroundings around = surroundings_of(stem);
        const Places& places = places_of_context(context);
        return std::ranges::any_of(places.phrases, [&](const Phrase& phrase) {
            return has_beside(phrase, around) && std::ranges::any_of(phrase.ranges, [&](const WordRange& range) {
                       return is_near(range, context, stem, around) && !means_another(range, places, stem) &&
                              !is_taken_back(range, places);
                   });
        });
    }

  private:
    struct Surroundings {
        std::size_t clause_begin = 0, clause_end = 0, sentence_begin = 0;  ///< positions of words; the end is behind
    };
    struct Phrase {
        std::vector<WordRange> ranges, beside;
        bool needs_beside = false;
    };
    /// Where in this text the words of a context stand, without what is excepted; the ranges in their order.
    struct Places {
        std::vector<Phrase> phrases;
        std::vector<WordRange> meant_instead, meant_as_well, taken_back;
    };

    static Ending mark_of(std::string_view word) {
        if (word == "." || word == ";") return Ending::sentence;
        constexpr std::string_view others = ":,()[]";
        return word.size() == 1 && others.find(word.front()) != std::string_view::npos ? Ending::clause : Ending::none;
    }

    std::vector<WordRange> ranges_of(const std::vector<WordPattern>& patterns) const {
        std::vector<WordRange> ranges;
        for (const WordPattern& pattern : patterns) {
            for (const WordRange& range : ranges_of(pattern)) ranges.push_back(range);
        }
        std::ranges::sort(ranges, {}, &WordRange::first);
        return ranges;
    }

    /// Looked for once in a text, however many stems ask.
    const Places& places_of_context(const WordContext& context) {
        const auto [known, is_new] = places_.try_emplace(&context);
        Places& places = known->second;
        if (!is_new) return places;
        const std::vector<WordRange> except = ranges_of(context.except);
        const auto is_excepted = [&](const WordRange& range) {
            return std::ranges::any_of(
                except, [&](const WordRange& other) { return other.first <= range.first && range.last <= other.last; });
        };
        const auto without_excepted = [&](const std::vector<WordPattern>& patterns) {
            std::vector<WordRange> ranges = ranges_of(patterns);
            std::erase_if(ranges, is_excepted);
            return ranges;
        };
        for (const WordStem& phrase : context.phrases) {
            std::vector<WordRange> ranges = without_excepted(phrase.words);
            if (ranges.empty()) continue;
            places.phrases.push_back({std::move(ranges), ranges_of(phrase.beside), !phrase.beside.empty()});
        }
        if (places.phrases.empty()) return places;
        places.meant_instead = without_excepted(context.meant_instead);
        places.meant_as_well = ranges_of(context.meant_as_well);
        places.taken_back = ranges_of(context.taken_back);
        return places;
    }

    std::size_t word_at(std::size_t byte) const {
        const auto behind = std::ranges::upper_bound(spans_, byte, {}, &WordSpan::begin);
        return static_cast<std::size_t>(behind - spans_.begin()) - 1;
    }

    Surroundings surroundings_of(const WordRange& stem) const {
        Surroundings around;
        around.clause_begin = around.sentence_begin = stem.first;
        while (around.clause_begin > 0 && marks_[around.clause_begin - 1] == Ending::none) --around.clause_begin;
        while (around.sentence_begin > 0 && marks_[around.sentence_begin - 1] != Ending::sentence)
            --around.sentence_begin;
        around.clause_end = stem.last + 1;
        while (around.clause_end < marks_.size() && marks_[around.clause_end] == Ending::none) ++around.clause_end;
        return around;
    }

    static bool is_near(const WordRange& range, const WordContext& context, const WordRange& stem,
                        const Surroundings& around) {
        const bool is_before = range.last < stem.first;
        const bool is_after = range.first > stem.last;
        if (!is_before && !is_after) return context.in_clause;  // it is of the stem itself: "cancerophobia"
        if (is_before && context.earlier_in_sentence && range.first >= around.sentence_begin) return true;
        if (range.first < around.clause_begin || range.last >= around.clause_end) return false;
        if (context.in_clause) return true;
        return is_before ? stem.first - range.first <= context.words_before
                         : range.last - stem.last <= context.words_after;
    }

    /// Whether one of `ranges`, which are in their order, lies wholly behind `left` and before `right`.
    static bool stands_between(const std::vector<WordRange>& ranges, std::size_t left, std::size_t right) {
        const auto begin = std::ranges::upper_bound(ranges, left, {}, &WordRange::first);
        const auto end = std::ranges::lower_bound(begin, ranges.end(), right, {}, &WordRange::first);
        return std::any_of(begin, end, [&](const WordRange& range) { return range.last < right; });
    }

    /// Whether something stands between the phrase and the stem that the phrase is about, and the stem is not meant as
    /// well: "no change of metastases", but not "no change of bowel habit or cancer".
    static bool means_another(const WordRange& range, const Places& places, const WordRange& stem) {
        const bool is_before = range.first < stem.first;
        const WordRange& left = is_before ? range : stem;
        const WordRange& right = is_before ? stem : range;
        std::size_t from = left.last, to = right.first;
        // Only what no "or" parts from the stem takes the phrase to itself.
        for (const WordRange& joint : places.meant_as_well) {
            if (joint.first <= left.last || joint.last >= right.first) continue;
            if (is_before) {
                from = std::max(from, joint.last);
            } else {
                to = std::min(to, joint.first);
            }
        }
        return stands_between(places.meant_instead, from, to);
    }

    /// Whether what follows in the sentence lifts the phrase: "no fracture of the spine, except L1".
    bool is_taken_back(const WordRange& range, const Places& places) const {
        if (places.taken_back.empty()) return false;
        const auto from = marks_.begin() + static_cast<std::ptrdiff_t>(range.last);
        const auto end = std::ranges::find(from, marks_.end(), Ending::sentence) - marks_.begin();
        return stands_between(places.taken_back, range.last, static_cast<std::size_t>(end));
    }

    static bool has_beside(const Phrase& phrase, const Surroundings& around) {
        return !phrase.needs_beside || std::ranges::any_of(phrase.beside, [&](const WordRange& range) {
            return range.first >= around.clause_begin && range.last < around.clause_end;
        });
    }

    std::string words_;
    std::vector<WordSpan> spans_;
    std::vector<Ending> marks_;
    std::map<const WordContext*, Places> places_;
};

WordsIndex::WordsIndex(const WordLists& word_lists, const std::map<std::string, SiteWords>& site)
    : clause_ends_(word_lists.clause_ends), histories_(word_lists.histories), triggers_(buckets) {
    for (const auto& [id, words] : word_lists.sets) {
        SafetyWords& set = sets_.emplace_back(words);
        for (WordContext context : word_lists.voids) {
            context.except.insert(context.except.end(), words.except.begin(), words.except.end());
            if (!context.meant_instead.empty()) {
                context.meant_instead.insert(context.meant_instead.end(), words.meant_instead.begin(),
                                             words.meant_instead.end());
            }
            set.voids.push_back(std::move(context));
        }
        if (const auto own = site.find(id); own != site.end()) {
            std::erase_if(set.stems, [&](const WordStem& stem) {
                return std::ranges::find(own->second.without, stem.written) != own->second.without.end();
            });
            set.stems.insert(set.stems.end(), own->second.stems.begin(), own->second.stems.end());
            set.taken_out.insert(set.taken_out.end(), own->second.taken_out.begin(), own->second.taken_out.end());
        }
        add_triggers(static_cast<WordsId>(sets_.size() - 1));
    }
}

std::optional<WordsId> WordsIndex::id_of(std::string_view name) const {
    const auto found = std::ranges::find(sets_, name, &SafetyWords::id);
    if (found == sets_.end()) return std::nullopt;
    return static_cast<WordsId>(found - sets_.begin());
}

std::size_t WordsIndex::bucket_of(const char* letters) {
    const auto bits = [letters](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(letters[at]));
    };
    return (bits(0) * 31 * 31 + bits(1) * 31 + bits(2)) % buckets;
}

void WordsIndex::add_triggers(WordsId id) {
    for (const WordStem& stem : sets_[id].stems) {
        for (const WordPattern& pattern : stem.words) {
            const std::string& literal = pattern.literal();
            if (literal.size() < trigger_letters) {
                if (std::ranges::find(always_, id) == always_.end()) always_.push_back(id);
            } else {
                triggers_[bucket_of(literal.data())].push_back({literal, id});
            }
        }
    }
}

std::vector<WordsId> WordsIndex::sets_named_in(std::string_view words) const {
    std::vector<WordsId> sets = always_;
    for (std::size_t at = 0; at + trigger_letters <= words.size(); ++at) {
        for (const Trigger& trigger : triggers_[bucket_of(words.data() + at)]) {
            if (!words.substr(at).starts_with(trigger.literal)) continue;
            if (std::ranges::find(sets, trigger.words) == sets.end()) sets.push_back(trigger.words);
        }
    }
    return sets;
}

void WordsIndex::find(std::string_view text, std::vector<WordsHit>& hits) const {
    if (sets_.empty() || text.empty()) return;
    const std::string words = plain_words(text.substr(0, longest_text));
    for (const WordsId id : sets_named_in(words)) {
        auto hit = find_in(id, words);
        if (!hit) continue;
        const auto known = std::ranges::find(hits, id, &WordsHit::words);
        if (known == hits.end()) {
            hits.push_back(std::move(*hit));
        } else if (known->is_history && !hit->is_history) {
            *known = std::move(*hit);
        }
    }
}

std::optional<WordsHit> WordsIndex::find_in(WordsId id, const std::string& words) const {
    const SafetyWords& set = sets_[id];
    Text text(words, set.taken_out, clause_ends_);
    std::optional<WordsHit> past;
    for (const WordStem& stem : set.stems) {
        std::string beside;
        if (!stem.beside.empty() && !text.holds(stem.beside, beside)) continue;
        for (const WordPattern& pattern : stem.words) {
            for (const WordRange& range : text.ranges_of(pattern)) {
                if (set.at_beginning && range.first != 0) continue;
                const auto concerns = [&](const WordContext& context) { return text.concerns(context, range); };
                if (std::ranges::any_of(set.voids, concerns)) continue;
                const bool is_past = !set.history_counts && std::ranges::any_of(histories_, concerns);
                WordsHit hit{id, is_past, pattern.example() + (beside.empty() ? "" : " + " + beside)};
                if (!is_past) return hit;
                if (!past) past = std::move(hit);
            }
        }
    }
    return past;
}

}  // namespace rules
