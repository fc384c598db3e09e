#include "rules/survey/kind_meant.hpp"

#include "rules/program/code_index.hpp"

#include <algorithm>
#include <set>

namespace rules {
namespace {

constexpr std::size_t shared_letters = 4;  // by which "ionisé" is "ionised"

/// Words by which names of results say of which kind they are, where a pack's titles say it otherwise; empty: no kind
/// that packs have is meant by it. In the languages of records that were met.
struct Qualifier {
    std::string_view said, means;
};
constexpr Qualifier qualifiers[] = {{"corrected", "adjusted"},
                                    {"corrige", "adjusted"},
                                    {"corrig\xC3\xA9", "adjusted"},
                                    {"gecorrigeerd", "adjusted"},
                                    {"korrigiert", "adjusted"},
                                    {"ajust\xC3\xA9", "adjusted"},
                                    {"holotranscobalamin", "active"},
                                    {"holotranscobalamine", "active"},
                                    {"holotc", "active"},
                                    {"holotcii", "active"},
                                    {"actief", "active"},
                                    {"aktiv", "active"},
                                    {"aktives", "active"},
                                    {"molar", "molar"},
                                    {"adjusted", "adjusted"},
                                    {"active", "active"},
                                    {"ionised", "ionised"},
                                    {"ionized", "ionised"},
                                    {"free", "ionised"},
                                    {"libre", "ionised"},
                                    {"vrij", "ionised"},
                                    {"vrije", "ionised"},
                                    {"freies", "ionised"},
                                    {"geioniseerd", "ionised"},
                                    {"ge\xC3\xAFoniseerd", "ionised"},
                                    {"bioavailable", ""},
                                    {"bound", ""}};

bool are_alike(std::string_view one, std::string_view other) {
    if (one.size() <= shared_letters || other.size() <= shared_letters) return one == other;
    return one.substr(0, shared_letters) == other.substr(0, shared_letters);
}

/// Letters by which spellings of one unit are alike: in lower case, without blanks and points, u for micro.
std::string plain_unit(std::string_view spelled) {
    std::string plain;
    for (std::size_t at = 0; at < spelled.size(); ++at) {
        const std::string_view rest = spelled.substr(at);
        if (rest.starts_with("\xC2\xB5") || rest.starts_with("\xCE\xBC")) {
            plain += 'u';
            ++at;
        } else if (spelled[at] >= 'A' && spelled[at] <= 'Z') {
            plain += static_cast<char>(spelled[at] - 'A' + 'a');
        } else if (spelled[at] != ' ' && spelled[at] != '.' && spelled[at] != '[' && spelled[at] != ']') {
            plain += spelled[at];
        }
    }
    if (plain.starts_with("mcg")) plain.replace(0, 3, "ug");
    return plain;
}

/// Which of a test's kinds the code of a result is: the one that its name speaks of; else one that claims nothing.
class KindFinder {
  public:
    KindFinder(const CompiledAnalyte& analyte, const std::vector<std::string>& texts,
               const std::vector<std::string>& units)
        : analyte_(analyte), units_(units) {
        const std::string own = analyte.kinds.front().title + " " + analyte.written->title;
        usual_ = words_of(own);
        for (const std::string& text : texts) {
            for (std::string& word : words_of(text)) words_.push_back(std::move(word));
        }
    }

    KindMeant find() const {
        std::vector<const CompiledKind*> named;
        for (const CompiledKind& kind : analyte_.kinds) {
            if (claims(kind) && has_whole_name(kind)) return {&kind, {}, {}};
            if (has_word_of_title(kind)) named.push_back(&kind);
        }
        if (named.size() == 1) return {named.front(), {}, {}};
        if (named.size() > 1 && !are_parts_of_one(named)) {
            return {nullptr, {}, "its name speaks of several kinds of this test: " + names_of(named)};
        }
        for (const Qualifier& one : qualifiers) {
            if (!named.empty() || !any_word(words_, one.said) || any_word(usual_, one.said)) continue;
            return {nullptr,
                    {},
                    "\"" + std::string(one.said) + "\" stands in its name, and no kind of this test is called so"};
        }
        return general();
    }

  private:
    /// A kind called by several words ("ckd-epi-2021") is a claim that a name must make itself.
    static bool claims(const CompiledKind& kind) { return words_of(kind.name).size() > 1; }

    bool has_whole_name(const CompiledKind& kind) const {
        return std::ranges::all_of(words_of(kind.name), [&](const std::string& word) { return says(word); });
    }

    /// One that the test has not; "by" and the like say nothing.
    bool has_word_of_title(const CompiledKind& kind) const {
        return std::ranges::any_of(words_of(kind.title), [&](const std::string& word) {
            const bool says_something = word.size() > 2 || word.find_first_of("0123456789") != std::string::npos;
            return says_something && !any_word(usual_, word) && says(word);
        });
    }

    /// D2 and D3 in one are the total.
    static bool are_parts_of_one(const std::vector<const CompiledKind*>& kinds) {
        return std::ranges::all_of(kinds, [&](const CompiledKind* kind) {
            return kind->lower_bound_of && kind->lower_bound_of == kinds.front()->lower_bound_of;
        });
    }

    static std::string names_of(const std::vector<const CompiledKind*>& kinds) {
        std::string names;
        for (const CompiledKind* kind : kinds) names += (names.empty() ? "" : ", ") + kind->name;
        return names;
    }

    bool says(const std::string& word) const {
        if (std::ranges::any_of(words_, [&](const std::string& one) { return are_alike(one, word); })) return true;
        return std::ranges::any_of(qualifiers, [&](const Qualifier& one) {
            return any_word(words_, one.said) && !one.means.empty() && are_alike(one.means, word);
        });
    }

    /// Where nothing is said: the only kind that comes in these units, else the first that claims nothing.
    KindMeant general() const {
        std::vector<const CompiledKind*> kinds, claiming;
        for (const CompiledKind& kind : analyte_.kinds) {
            if (!has_units(kind)) continue;
            kinds.push_back(&kind);
            if (claims(kind)) claiming.push_back(&kind);
        }
        if (kinds.size() == 1) return {kinds.front(), {}, {}};
        const auto found = std::ranges::find_if_not(kinds, [](const CompiledKind* kind) { return claims(*kind); });
        if (found == kinds.end()) return {nullptr, {}, "its name and units do not say which kind of this test it is"};
        if (*found == &analyte_.kinds.front()) return {*found, {}, {}};
        return {*found, "its name does not say " + names_of(claiming), {}};
    }

    bool has_units(const CompiledKind& kind) const {
        return std::ranges::all_of(units_, [&](const std::string& spelled) {
            auto unit = analyte_.unit_of_ucum(spelled, nullptr);
            if (!unit) unit = unit_meant(analyte_, spelled);
            return !unit || *unit >= kind.units.size() || kind.units[*unit];
        });
    }

    const CompiledAnalyte& analyte_;
    const std::vector<std::string>& units_;
    std::vector<std::string> words_, usual_;  ///< of the result's names; of the test's own
};

}  // namespace

bool any_word(const std::vector<std::string>& words, std::string_view wanted) {
    return std::ranges::find(words, wanted) != words.end();
}

std::optional<std::size_t> unit_meant(const CompiledAnalyte& analyte, const std::string& spelled) {
    const std::string plain = plain_unit(spelled);
    std::set<std::size_t> meant;
    for (const auto& [spelling, unit] : analyte.spellings) {
        if (plain_unit(spelling) == plain) meant.insert(unit);
    }
    if (meant.empty()) {
        if (const auto unit = analyte.unit_of_ucum(plain, nullptr)) meant.insert(*unit);
    }
    return meant.size() == 1 ? std::optional(*meant.begin()) : std::nullopt;
}

KindMeant kind_meant(const CompiledAnalyte& analyte, const std::vector<std::string>& texts,
                     const std::vector<std::string>& units) {
    return KindFinder(analyte, texts, units).find();
}

}  // namespace rules
