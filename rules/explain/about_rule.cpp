#include "rules/explain/about_rule.hpp"

#include "rules/explain/rule_reading.hpp"
#include "rules/program/gate_reach.hpp"
#include "rules/program/program_inner.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view data_unavailable = "data-unavailable";

std::string words_of(const BandStep& step) {
    if (!step.words.empty()) return step.words;
    std::string words = step.band;
    std::ranges::replace(words, '-', ' ');
    return words;
}

/// "ng/mL: at risk of deficiency below 12, low from 12, adequate from 20": the bands of one unit.
std::string scale_words(const BandScale& scale, const std::string& unit) {
    std::string line;
    for (std::size_t i = 0; i < scale.size(); ++i) {
        const BandStep& step = scale[i];
        if (step.band.empty()) continue;
        line += line.empty() ? unit + ": " : ", ";
        line += words_of(step);
        if (step.bound) {
            line += (step.bound_included ? " from " : " above ") + step.bound->text();
        } else if (i + 1 < scale.size() && scale[i + 1].bound) {
            line += (scale[i + 1].bound_included ? " below " : " up to ") + scale[i + 1].bound->text();
        }
    }
    return line;
}

class AboutWriter {
  public:
    AboutWriter(const Program& program, const Digests& digests) : program_(program.inner()), digests_(digests) {}

    AboutPage write(const CompiledRule& rule) {
        const RuleReading reading(program_, rule);
        AboutPage about{rule.written->title, {}};
        add(about, "What this is for", {{program_.pack.identity.intended_use, ""}});
        add(about, "When this card comes", plain(rule.written->about));
        add(about, "For whom, and for whom not", population(rule));
        add(about, "Limits in force", limits(reading));
        add(about, "Windows and switches in force", windows(reading));
        add(about, "Sources", sources(rule));
        add(about, "Who disagrees", disagreeing(rule));
        add_common(about);
        return about;
    }

    AboutPage write_unavailable() {
        const DataUnavailable& form = program_.pack.data_unavailable;
        AboutPage about{"Part of the record could not be read", {}};
        add(about, "What this is for", {{program_.pack.identity.intended_use, ""}});
        add(about, "When this card comes",
            {{"Some of what the rules need could not be had, so advice on back pain tests may be missing. It comes "
              "only "
              "where no other card does.",
              ""},
             {with_capital(joined(form.cautions, " ")), ""}});
        add_common(about);
        return about;
    }

  private:
    static void add(AboutPage& about, std::string heading, std::vector<AboutLine> lines) {
        std::erase_if(lines, [](const AboutLine& line) { return line.text.empty(); });
        if (!lines.empty()) about.sections.push_back({std::move(heading), std::move(lines)});
    }

    static std::vector<AboutLine> plain(const std::vector<std::string>& texts) {
        std::vector<AboutLine> lines;
        for (const std::string& text : texts) lines.push_back({as_sentence(text), ""});
        return lines;
    }

    std::vector<AboutLine> population(const CompiledRule& rule) const {
        std::vector<std::string> lines;
        for (const CompiledGate& gate : program_.gates) {
            const bool stands = stands_before(*gate.written, *rule.written) ||
                                stands_before(*gate.written, *rule.written, rule.written->card.indicator);
            if (stands) add_once(as_sentence(gate.written->because), lines);
        }
        for (const Criterion& criterion : rule.written->unless) {
            if (!criterion.because.empty()) add_once("No card where " + criterion.because + ".", lines);
        }
        return plain(lines);
    }

    std::vector<AboutLine> limits(const RuleReading& reading) const {
        std::vector<AboutLine> lines;
        for (const CompiledAnalyte* analyte : reading.analytes()) {
            for (std::size_t kind = 0; kind < analyte->kinds.size(); ++kind) {
                std::vector<std::string> scales;
                for (std::size_t unit = 0; unit < analyte->units.size(); ++unit) {
                    if (!analyte->kinds[kind].units[unit]) continue;
                    add_once(scale_words(analyte->ruleset.scales[kind][unit], analyte->units[unit].name), scales);
                }
                if (scales.empty()) continue;
                lines.push_back(
                    {analyte->kinds[kind].title + " (" + analyte->ruleset.title + "). " + joined(scales, "; ") + ".",
                     ""});
            }
        }
        if (!lines.empty()) {
            lines.push_back(
                {"A value is held against the number printed for its own unit; nothing is converted before it "
                 "is compared.",
                 ""});
        }
        for (const Laboratory& laboratory : program_.site.laboratories) {
            if (!laboratory.bands.empty())
                lines.push_back({laboratory.name + " has limits of its own at this site.", ""});
        }
        return lines;
    }

    std::vector<AboutLine> windows(const RuleReading& reading) const {
        std::vector<AboutLine> lines;
        for (const Parameter* parameter : reading.parameters()) {
            std::string value(program_.parameters.text(parameter->name).value_or(""));
            if (!parameter->unit.empty()) value += " " + parameter->unit;
            lines.push_back({with_capital(parameter->says) + ": " + value + ".", ""});
        }
        return lines;
    }

    std::vector<AboutLine> cited(const std::vector<std::string>& ids) const {
        std::vector<AboutLine> lines;
        for (const std::string& id : ids) {
            const auto citation = program_.pack.citations.find(id);
            if (citation == program_.pack.citations.end()) continue;
            const Citation& one = citation->second;
            lines.push_back({one.name + ": " + one.says + " " + as_sentence(one.title), one.url});
        }
        return lines;
    }

    std::vector<AboutLine> sources(const CompiledRule& rule) const {
        std::vector<std::string> ids;
        const auto take = [&ids](const EvidenceForm& evidence) {
            for (const Authored& id : evidence.cites) add_once(id.text, ids);
        };
        take(rule.written->evidence);
        for (const Variant& variant : rule.written->variants) take(variant.evidence);
        const RuleReading reading(program_, rule);
        for (const CompiledAnalyte* analyte : reading.analytes()) {
            for (const std::string& id : analyte->ruleset.cites) add_once(id, ids);
        }
        return cited(ids);
    }

    std::vector<AboutLine> disagreeing(const CompiledRule& rule) const {
        std::vector<std::string> ids;
        for (const Authored& id : rule.written->evidence.disagrees) add_once(id.text, ids);
        for (const Variant& variant : rule.written->variants) {
            for (const Authored& id : variant.evidence.disagrees) add_once(id.text, ids);
        }
        return cited(ids);
    }

    void add_common(AboutPage& about) const {
        const Identity& pack = program_.pack.identity;
        add(about, "What is never considered", plain(pack.never_considered));
        add(about, "Known limits", plain(pack.known_limits));
        std::vector<AboutLine> version = {
            {pack.title + ": " + pack.id + " " + pack.version + ", " + pack.status + ".", ""}};
        for (const NamedDigest& one : named(digests_)) {
            version.push_back({with_capital(std::string(one.name)) + ": " + *one.digest + ".", ""});
        }
        if (!pack.effective_from.empty()) version.push_back({"In effect from " + pack.effective_from + ".", ""});
        if (!pack.last_review_date.empty()) {
            version.push_back(
                {"Last reviewed " + pack.last_review_date + "; next review by " + pack.next_review_date + ".", ""});
        }
        version.push_back({as_sentence("Publisher: " + pack.publisher), ""});
        version.push_back({as_sentence(pack.contact), ""});
        version.push_back({approval(), ""});
        add(about, "This version", std::move(version));
    }

    std::string approval() const {
        const auto& site = program_.site.approval;
        if (site) return "Approved here " + site->date + " by " + as_sentence(site->by);
        const std::string& date = program_.pack.identity.approval_date;
        return date.empty() ? std::string(not_approved) : "Approved " + date + ".";
    }

    const Program::Inner& program_;
    const Digests& digests_;
};

}  // namespace

std::vector<std::string> rules_with_pages(const Program& program) {
    std::vector<std::string> ids;
    for (const Rule& rule : program.pack().rules) ids.push_back(rule.id);
    ids.emplace_back(data_unavailable);
    return ids;
}

std::optional<AboutPage> about_rule(const Program& program, std::string_view rule, const Digests& digests) {
    AboutWriter writer(program, digests);
    if (rule == data_unavailable) return writer.write_unavailable();
    for (const CompiledRule& compiled : program.inner().rules) {
        if (compiled.written->id == rule) return writer.write(compiled);
    }
    return std::nullopt;
}

}  // namespace rules
