#include "rules/survey/survey_page.hpp"

#include "rules/page/shared_count.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view nobody = "None.";

void add_if_any(Section& section, Table table) {
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
}

/// One breakdown of patients, in the order of its keys.
Table breakdown(std::string caption, std::string of, const std::vector<SurveyCounts::Row>& rows) {
    Table table{std::move(caption), {{std::move(of)}, {"patients", true}}, {}};
    for (const SurveyCounts::Row& row : rows)
        table.rows.push_back({row.rest.front(), shared_count(row.count.patients)});
    return table;
}

std::string words_for_proposals(SurveyProposal::Kind kind) {
    switch (kind) {
        case SurveyProposal::Kind::test_code:
            return "Results that look like a test of the pack, by their words";
        case SurveyProposal::Kind::unit:
            return "Units of mapped results that are not known";
        case SurveyProposal::Kind::problem_code:
            return "Problems that look like one of the pack, by their words";
    }
    return {};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : "; ") + word;
    return text;
}

/// What a fact is called on this page: facts of one title are told apart by what they look through.
std::string name_of_fact(const Survey& survey, const CompiledFact& fact) {
    const std::string& title = fact.written->title;
    const bool is_one_of_several = std::ranges::count_if(survey.problem_facts(), [&](const CompiledFact* one) {
                                       return one->written->title == title;
                                   }) > 1;
    if (!is_one_of_several) return title;
    return title + (fact.form == Fact::Form::procedures ? ", among procedures" : ", among problems");
}

}  // namespace

std::string shared_records(const SurveyCount& count) {
    return shared_count(count.records, count.patients);
}

Table shared_table(std::string caption, std::string of, const std::vector<SurveyCounts::Row>& rows,
                   const std::function<std::string(const SurveyKey& rest)>& name) {
    Table table{std::move(caption), {{std::move(of)}, {"patients", true}, {"records", true}}, {}};
    for (const SurveyCounts::Row& row : rows) {
        if (row.count.patients < least_shared) continue;
        std::string named = name(row.rest);
        if (named.empty()) continue;
        table.rows.push_back({std::move(named), shared_count(row.count.patients), shared_records(row.count)});
    }
    return table;
}

std::string named_code(const SurveyCounts& counts, const std::string& system, const std::string& code) {
    std::string name = shown_code(system, code);
    const std::vector<SurveyCounts::Row> displays = counts.most_below({"display", system, code});
    const bool has_display = !displays.empty() && displays.front().count.patients >= least_shared;
    return has_display ? name + ", " + displays.front().rest.front() : name;
}

Section patients_section(const SurveyCounts& counts) {
    Section section{"Patients", {}};
    const std::uint64_t all = counts.of({"patient", "all"}).patients;
    section.blocks.emplace_back(Paragraph{"Patients that were read: " + shared_count(all) + "."});
    Table gates{"Who passes the gates before every card", {{"gate"}, {"patients", true}, {"share", true}}, {}};
    for (const SurveyCounts::Row& row : counts.below({"patient", "gate"})) {
        gates.rows.push_back(
            {row.rest.front(), shared_count(row.count.patients), shared_share(row.count.patients, all)});
    }
    add_if_any(section, std::move(gates));
    Plot ages{Plot::Kind::bars, "Patients by age", "years", "patients", {}, {{"", {}}}, {}};
    for (const SurveyCounts::Row& row : counts.below({"patient", "age"})) {
        const auto rounded = rounded_count(row.count.patients);
        ages.labels.push_back(row.rest.front());
        ages.series.front().values.push_back(
            {rounded ? std::optional(static_cast<double>(*rounded)) : std::nullopt, shared_count(row.count.patients)});
    }
    if (!ages.labels.empty()) section.blocks.emplace_back(std::move(ages));
    add_if_any(section, breakdown("Patients by sex", "sex", counts.below({"patient", "sex"})));
    Table faults{"What could not be used of the files", {{"what"}, {"how many", true}}, {}};
    for (const SurveyCounts::Row& row : counts.below({"population"}))
        faults.rows.push_back({row.rest.front(), shared_count(row.count.records)});
    add_if_any(section, std::move(faults));
    return section;
}

Section proposals_section(const Survey& survey, const SurveyCounts& counts) {
    Section section{"What looks like the pack's and is not mapped", {}};
    const SurveyProposals proposals = survey_proposals(survey, counts, least_shared);
    for (const auto kind :
         {SurveyProposal::Kind::test_code, SurveyProposal::Kind::unit, SurveyProposal::Kind::problem_code}) {
        Table table{words_for_proposals(kind),
                    {{"in the records"},
                     {"looks like"},
                     {"called there"},
                     {"units"},
                     {"patients", true},
                     {"line for the site file"}},
                    {}};
        for (const SurveyProposal& one : proposals.all) {
            if (one.kind != kind) continue;
            std::string looks_like = one.unit.empty() ? one.of : one.of + ", " + one.unit;
            if (!one.remark.empty()) looks_like += "; " + one.remark;
            table.rows.push_back({one.what, std::move(looks_like), joined(one.texts), joined(one.units),
                                  shared_count(one.count.patients),
                                  one.element.empty() ? "none: " + one.why_not : one.line()});
        }
        add_if_any(section, std::move(table));
    }
    if (section.blocks.empty()) {
        section.blocks.emplace_back(Paragraph{"Nothing that at least 11 patients have."});
        return section;
    }
    if (proposals.left_out != 0) section.blocks.emplace_back(Paragraph{"The list was cut after 300 lines."});
    if (!proposals.site_file.empty()) {
        section.blocks.emplace_back(Paragraph{
            "All lines together, as a site file that check takes. Read every line before you take it: whether test, "
            "specimen, kind and unit are right is for the laboratory to say, and what is a problem's code for the "
            "clinical owner."});
        section.blocks.emplace_back(CodeText{proposals.site_file});
    }
    return section;
}

Section problems_section(const Survey& survey, const SurveyCounts& counts) {
    Section section{"Problems and procedures", {}};
    const std::uint64_t all = counts.of({"patient", "all"}).patients;
    Table facts{"For whom they count, by fact",
                {{"fact"},
                 {"patients", true},
                 {"share", true},
                 {"onset known", true},
                 {"only recorded", true},
                 {"no date", true}},
                {}};
    Table codes{"Codes that count", {{"fact"}, {"code"}, {"patients", true}, {"records", true}}, {}};
    Table idle{"Codes that are listed and did not count: not active, not confirmed, too old", codes.columns, {}};
    for (const CompiledFact* fact : survey.problem_facts()) {
        const std::string &name = fact->written->name, title = name_of_fact(survey, *fact);
        const SurveyCount count = counts.of({"fact", name, "all"});
        if (count.patients != 0 && !is_of_safety(*fact)) {
            std::vector<std::string> row{title, shared_count(count.patients), shared_share(count.patients, all)};
            for (const std::string_view how : {"known", "recorded", "no date"})
                row.push_back(shared_count(counts.of({"fact", name, "since", how}).patients));
            facts.rows.push_back(std::move(row));
        }
        for (auto [member, table] : {std::pair("code", &codes), std::pair("idle", &idle)}) {
            for (const SurveyCounts::Row& row : counts.most_below({"fact", name, member})) {
                if (row.count.patients < least_shared) break;
                table->rows.push_back({title, named_code(counts, row.rest[0], row.rest[1]),
                                       shared_count(row.count.patients), shared_records(row.count)});
            }
        }
    }
    add_if_any(section, std::move(facts));
    add_if_any(section, std::move(codes));
    add_if_any(section, std::move(idle));
    Table siblings{"Codes of an ICD-10 category of which the pack lists others",
                   {{"value set"}, {"code"}, {"patients", true}},
                   {}};
    for (const fhir::ValueSet* set : survey.program().value_sets) {
        for (const SurveyCounts::Row& row : counts.most_below({"near", set->id(), "sibling"})) {
            if (row.count.patients < least_shared) break;
            siblings.rows.push_back(
                {set->id(), named_code(counts, row.rest[0], row.rest[1]), shared_count(row.count.patients)});
        }
    }
    add_if_any(section, std::move(siblings));
    if (section.blocks.empty()) section.blocks.emplace_back(Paragraph{std::string(nobody)});
    return section;
}

Section safety_section(const Survey& survey, const SurveyCounts& counts) {
    Section section{"What keeps cards away, and how it was found", {}};
    Table table{"Safety facts",
                {{"fact"},
                 {"patients", true},
                 {"by code", true},
                 {"by the site's codes", true},
                 {"by expansion", true},
                 {"by words", true}},
                {}};
    Table stems{"Words that were found", {{"fact"}, {"words"}, {"patients", true}}, {}};
    for (const CompiledFact* fact : survey.problem_facts()) {
        if (!is_of_safety(*fact)) continue;
        const std::string& name = fact->written->name;
        const std::string title = name_of_fact(survey, *fact);
        std::vector<std::string> row{title, shared_count(counts.of({"fact", name, "all"}).patients)};
        for (const std::string_view how : {"code", "site", "expansion", "words"})
            row.push_back(shared_count(counts.of({"fact", name, "how", how}).patients));
        table.rows.push_back(std::move(row));
        for (const SurveyCounts::Row& stem : counts.most_below({"fact", name, "stem"})) {
            stems.rows.push_back({title, stem.rest.front(), shared_count(stem.count.patients)});
        }
    }
    add_if_any(section, std::move(table));
    add_if_any(section, std::move(stems));
    section.blocks.emplace_back(Paragraph{
        survey.program().site.expansions.sets.empty()
            ? "The site file names no expansions: what SNOMED CT has below the listed codes is found by words alone."
            : "The site's expansions were looked at."});
    return section;
}

Section medicines_section(const Survey& survey, const SurveyCounts& counts) {
    Section section{"Medicines", {}};
    const SurveyCount all = counts.of({"medicine", "all"});
    Table how{"How records of medicines were found",
              {{"found"}, {"patients", true}, {"records", true}, {"share of records", true}},
              {}};
    for (const std::string_view word : {"code", "name", "not found"}) {
        const SurveyCount count = counts.of({"medicine", "how", word});
        const bool may_share = count.patients >= least_shared && all.patients >= least_shared;
        how.rows.push_back({word == "not found"
                                ? std::string("not found: no medicine of the pack, or one it does not know")
                                : "by " + std::string(word),
                            shared_count(count.patients), shared_records(count),
                            may_share ? shared_share(count.records, all.records) : "–"});
    }
    section.blocks.emplace_back(std::move(how));
    Table facts{"For whom they count, by fact", {{"fact"}, {"patients", true}}, {}};
    for (const CompiledFact* fact : survey.medicine_facts()) {
        const SurveyCount count = counts.of({"fact", fact->written->name, "all"});
        if (count.patients != 0) facts.rows.push_back({fact->written->title, shared_count(count.patients)});
    }
    add_if_any(section, std::move(facts));
    add_if_any(section, shared_table("Which texts each name caught", "name: text", counts.below({"medicine", "name"}),
                                     [](const SurveyKey& rest) { return rest[0] + ": " + rest[1]; }));
    add_if_any(section, shared_table("Not found, by frequency", "code and text",
                                     counts.most_below({"medicine", "unfound"}), [](const SurveyKey& rest) {
                                         return shown_code(rest[0], rest[1]) + (rest[2].empty() ? "" : ", " + rest[2]);
                                     }));
    return section;
}

}  // namespace rules
