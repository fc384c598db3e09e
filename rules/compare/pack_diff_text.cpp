#include "rules/compare/pack_diff_text.hpp"

#include "fhir/member.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace rules {
namespace json = boost::json;

namespace {

constexpr std::size_t short_text = 60;    // both sides of a change fit on one line
constexpr std::size_t most_of_new = 300;  // codes of an expansion are up to half a million
constexpr std::size_t most_in_cell = 10;
constexpr std::size_t most_of_nothing = 10;

std::string_view name_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::added:
            return "added";
        case Change::Kind::removed:
            return "removed";
        case Change::Kind::changed:
            return "changed";
        case Change::Kind::reordered:
            return "reordered";
    }
    return "";
}

/// What stands before each kind of line, and what a text is made safe with.
struct Layout {
    const char *section, *section_end, *subject, *subject_end, *aspect, *line, *more;
    bool is_markdown;
    std::size_t most_of_new;
    const char* was;  ///< as wide as "now: " where lines stand below each other
};

constexpr Layout for_terminal{"\n", "\n", "\n", "\n", "  ", "    ", "         ", false, most_of_new, "was:  "};
constexpr Layout for_markdown{"\n## ", "\n", "\n### ", "\n\n", "- ", "  - ", "    ", true, most_of_new, "was: "};
constexpr Layout for_table{"", "", "", "", "", "", "", false, most_in_cell, "was: "};

/// Texts of a pack hold no mark-up of ours: what looks like some is shown as written.
std::string shown(const std::string& text, const Layout& layout) {
    if (!layout.is_markdown) return text;
    std::string safe;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) safe += '\\';
        safe += c == '\n' ? ' ' : c;
    }
    return safe;
}

std::string lines_of(const Change& change, const Layout& layout) {
    const std::string from = shown(change.from, layout), to = shown(change.to, layout);
    const std::string line = layout.line, more = layout.more;
    switch (change.kind) {
        case Change::Kind::added:
            return line + "new: " + to + '\n';
        case Change::Kind::removed:
            return line + "gone: " + from + '\n';
        case Change::Kind::changed:
            if (from.empty()) return line + to + '\n';
            if (from.size() <= short_text && to.size() <= short_text) return line + from + " -> " + to + '\n';
            break;
        case Change::Kind::reordered:
            return line + "another order; was: " + from + '\n' + more + "now: " + to + '\n';
    }
    const std::string now = std::string(layout.was).replace(0, 3, "now");
    return line + layout.was + from + '\n' + line + now + to + '\n';
}

/// Whether a line takes up so little that the next of its kind goes beside it: names, words, codes without a display.
bool is_short(const Change& change) {
    constexpr std::size_t short_word = 28;
    const bool is_one_of_many = change.kind == Change::Kind::added || change.kind == Change::Kind::removed;
    return is_one_of_many && change.from.size() + change.to.size() <= short_word;
}

/// The changes of one aspect.
class AspectPrinter {
  public:
    AspectPrinter(const Layout& layout, DiffSection section)
        : layout_(layout), most_(section == DiffSection::nothing ? most_of_nothing : layout.most_of_new) {}

    void add(const Change& change) {
        const bool may_be_left_out = change.kind == Change::Kind::added || change.section == DiffSection::nothing;
        if (may_be_left_out && ++told_ > most_) return;
        if (!is_short(change)) {
            end_line();
            text_ += lines_of(change, layout_);
            return;
        }
        const std::string word = shown(change.from + change.to, layout_);
        if (line_.empty() || kind_ != change.kind || line_.size() + word.size() > widest) end_line();
        line_ +=
            line_.empty() ? layout_.line + std::string(change.kind == Change::Kind::added ? "new: " : "gone: ") : "; ";
        line_ += word;
        kind_ = change.kind;
    }

    std::string take() {
        end_line();
        if (told_ > most_) {
            text_ += layout_.line + std::to_string(told_ - most_) + " more; diff --format json lists them\n";
        }
        return std::move(text_);
    }

  private:
    void end_line() {
        if (!line_.empty()) text_ += line_ + '\n';
        line_.clear();
    }

    static constexpr std::size_t widest = 110;

    const Layout& layout_;
    std::size_t most_, told_ = 0;
    std::string text_, line_;
    Change::Kind kind_ = Change::Kind::added;
};

bool same_subject(const Change& one, const Change& other) {
    return one.section == other.section && one.subject == other.subject;
}

/// Of a run of changes of one aspect the first, and the lines of all.
template <typename Take>
void by_aspect(const std::vector<Change>& changes, const Layout& layout, const Take& take) {
    for (auto at = changes.begin(); at != changes.end();) {
        const Change& first = *at;
        AspectPrinter aspect(layout, first.section);
        for (; at != changes.end() && same_subject(first, *at) && first.aspect == at->aspect; ++at) aspect.add(*at);
        take(first, aspect.take());
    }
}

std::string printed(const PackDiff& diff, const Layout& layout) {
    std::string text;
    const Change* before = nullptr;
    by_aspect(diff.changes, layout, [&](const Change& first, const std::string& lines) {
        if (!before || before->section != first.section) {
            std::string heading(name_of(first.section));
            if (!layout.is_markdown) {
                std::ranges::transform(heading, heading.begin(), [](unsigned char c) { return std::toupper(c); });
            }
            text += layout.section + heading + layout.section_end;
        }
        if (!before || !same_subject(*before, first)) {
            text += layout.subject + shown(first.subject, layout) + layout.subject_end;
        }
        text += layout.aspect + shown(first.aspect, layout) + ":\n" + lines;
        before = &first;
    });
    if (diff.changes.empty()) text += "\nNothing differs.\n";
    return text + '\n' + verdict_of(diff) + '\n';
}

constexpr std::array sections = {DiffSection::safety,   DiffSection::who,      DiffSection::card,
                                 DiffSection::evidence, DiffSection::prefetch, DiffSection::nothing};
constexpr std::array kinds = {Change::Kind::added, Change::Kind::removed, Change::Kind::changed,
                              Change::Kind::reordered};
constexpr std::array steps = {Step::none, Step::patch, Step::minor, Step::major};

/// The one of `all` that is called `name`.
template <typename All, typename NameOf>
std::optional<typename All::value_type> named(const All& all, std::string_view name, const NameOf& name_of_one) {
    const auto found = std::ranges::find(all, name, name_of_one);
    return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::string verdict_of(const PackDiff& diff) {
    if (diff.step == Step::none && diff.holds) {
        return diff.changes.empty() ? "The packs are the same." : "The packs are the same: no other number is needed.";
    }
    std::string text = "These changes are " + std::string(name_of(diff.step)) + ": after " + diff.from +
                       " the version must be " + diff.least + " or more, and ";
    text += diff.holds ? "it is " + diff.to + '.' : "is only " + diff.to + '.';
    return text;
}

std::string text_of(const PackDiff& diff) {
    return printed(diff, for_terminal);
}

std::string markdown_of(const PackDiff& diff) {
    return printed(diff, for_markdown);
}

json::object json_of(const Change& change) {
    return {{"section", rules::name_of(change.section)},
            {"subject", change.subject},
            {"aspect", change.aspect},
            {"change", name_of(change.kind)},
            {"from", change.from},
            {"to", change.to},
            {"step", rules::name_of(change.step)},
            {"ofSite", change.of_site}};
}

std::optional<Change> change_from_json(const json::object& json) {
    const auto text = [&json](std::string_view name) { return fhir::member_text(json, name); };
    const auto section = named(sections, text("section"), [](DiffSection one) { return rules::name_of(one); });
    const auto kind = named(kinds, text("change"), [](Change::Kind one) { return name_of(one); });
    const auto step = named(steps, text("step"), [](Step one) { return rules::name_of(one); });
    if (!section || !kind || !step) return std::nullopt;
    const json::value* of_site = json.if_contains("ofSite");
    return Change{*section,
                  std::string(text("subject")),
                  std::string(text("aspect")),
                  *kind,
                  std::string(text("from")),
                  std::string(text("to")),
                  *step,
                  of_site && of_site->is_bool() && of_site->get_bool()};
}

std::vector<ToldChange> told(const std::vector<Change>& changes) {
    std::vector<ToldChange> all;
    by_aspect(changes, for_table, [&all](const Change& first, const std::string& text) {
        ToldChange& one = all.emplace_back(ToldChange{first.section, first.subject, first.aspect, {}});
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            one.lines.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    });
    return all;
}

json::object json_of(const PackDiff& diff) {
    json::array changes;
    for (const Change& change : diff.changes) changes.push_back(json_of(change));
    return {{"from", diff.from},   {"to", diff.to},       {"step", rules::name_of(diff.step)},
            {"least", diff.least}, {"holds", diff.holds}, {"changes", std::move(changes)}};
}

}  // namespace rules
