// The sections of the tests: one each, with how many results are read, and their values with the bands drawn in.
#include "rules/compare/band_edges.hpp"
#include "rules/page/shared_count.hpp"
#include "rules/survey/survey_page.hpp"

#include <algorithm>

namespace rules {
namespace {

struct Member {
    const char* key;
    const char* caption;
    const char* of;
};

constexpr Member plain_members[] = {{"why", "Why results cannot be read", "reason"},
                                    {"status", "By status", "status"},
                                    {"year", "By year", "year"},
                                    {"performer", "Performers that are no laboratory of the site file", "performer"}};

/// What may be called by its name whatever the records say.
bool is_text_of_records(std::string_view member) {
    return member == "performer" || member == "status";
}

class ResultSection {
  public:
    ResultSection(const CompiledAnalyte& analyte, const SurveyCounts& counts)
        : counts_(counts), analyte_(analyte), id_(analyte_.written->id), section_{analyte_.written->title, {}} {}

    Section write() {
        add_outcomes();
        for (const Member& member : plain_members) add(member);
        add(shared_table("Codes", "code", counts_.most_below({"result", id_, "code"}), [&](const SurveyKey& rest) {
            return named_code(counts_, rest[0], rest[1]) + " (" + rest[2] + ")";
        }));
        add(shared_table(
            "Units, as they are written", "unit", counts_.most_below({"result", id_, "unit"}),
            [](const SurveyKey& rest) {
                return rest[0] + (rest[1].empty() ? ": not known" : rest[1] == rest[0] ? "" : ": read as " + rest[1]);
            }));
        for (std::size_t kind = 0; kind < analyte_.kinds.size(); ++kind) {
            for (std::size_t unit = 0; unit < analyte_.units.size(); ++unit) add_values(kind, unit);
            add_bands(kind);
        }
        return std::move(section_);
    }

  private:
    void add(Table table) {
        if (!table.rows.empty()) section_.blocks.emplace_back(std::move(table));
    }

    void add_outcomes() {
        const std::uint64_t all = counts_.of({"result", id_, "all"}).records;
        Table table{"Results that were found",
                    {{"what"}, {"patients", true}, {"results", true}, {"share of results", true}},
                    {}};
        for (const std::string_view word : {"readable", "unreadable", "awaited", "no value", "withdrawn"}) {
            const SurveyCount count = counts_.of({"result", id_, "outcome", word});
            table.rows.push_back({std::string(word), shared_count(count.patients), shared_records(count),
                                  count.patients < least_shared ? "–" : shared_share(count.records, all)});
        }
        add(std::move(table));
    }

    void add(const Member& member) {
        Table table{member.caption, {{member.of}, {"patients", true}, {"results", true}}, {}};
        for (const SurveyCounts::Row& row : counts_.below({"result", id_, member.key})) {
            if (is_text_of_records(member.key) && row.count.patients < least_shared) continue;
            table.rows.push_back({row.rest.front(), shared_count(row.count.patients), shared_records(row.count)});
        }
        add(std::move(table));
    }

    void add_bands(std::size_t kind) {
        const std::string& name = analyte_.kinds[kind].name;
        Table table{analyte_.kinds[kind].title + ": by band", {{"band"}, {"patients", true}, {"results", true}}, {}};
        for (const SurveyCounts::Row& row : counts_.below({"result", id_, "band", name}))
            table.rows.push_back({row.rest.front(), shared_count(row.count.patients), shared_records(row.count)});
        add(std::move(table));
    }

    /// The newest value of each patient, with the bands as lines.
    void add_values(std::size_t kind, std::size_t unit) {
        const std::string &name = analyte_.kinds[kind].name, &unit_name = analyte_.units[unit].name;
        ValueDistribution values{analyte_.kinds[kind].title + " in " + unit_name,
                                 analyte_.kinds[kind].title + ", " + unit_name,
                                 {},
                                 band_edges(analyte_, kind, unit)};
        if (!values.marks.empty()) values.title += ", with its bands";
        values.title += ": the newest result of each patient";
        for (const SurveyCounts::Row& row : counts_.below({"result", id_, "value", name, unit_name})) {
            values.patients.emplace(row.rest.front(), row.count.patients);
        }
        if (!values.patients.empty()) section_.blocks.emplace_back(value_plot(values));
        add_beyond(name, unit_name);
    }

    void add_beyond(const std::string& kind, const std::string& unit) {
        Table table{"Results in " + unit + " that are only known to lie on one side of a number",
                    {{"written with"}, {"patients", true}, {"results", true}},
                    {}};
        for (const SurveyCounts::Row& row : counts_.below({"result", id_, "beyond", kind, unit}))
            table.rows.push_back({row.rest.front(), shared_count(row.count.patients), shared_records(row.count)});
        add(std::move(table));
    }

    const SurveyCounts& counts_;
    const CompiledAnalyte& analyte_;
    const std::string& id_;
    Section section_;
};

}  // namespace

std::vector<Section> result_sections(const Survey& survey, const SurveyCounts& counts) {
    std::vector<Section> sections;
    std::string without;
    for (const CompiledAnalyte& analyte : survey.program().analytes) {
        const Analyte& written = *analyte.written;
        if (counts.of({"result", written.id, "all"}).records == 0) {
            without += (without.empty() ? "" : ", ") + written.title;
        } else {
            sections.push_back(ResultSection(analyte, counts).write());
        }
    }
    if (!without.empty()) sections.push_back({"Tests without a result", {Paragraph{without + "."}}});
    return sections;
}

}  // namespace rules
