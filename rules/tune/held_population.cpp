#include "rules/tune/held_population.hpp"

#include "rules/compare/band_edges.hpp"
#include "rules/compare/card_difference.hpp"
#include "rules/run/run.hpp"
#include "rules/text/in_parallel.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <tuple>

namespace rules {
namespace {

bool ask_alike(const Selection& one, const Selection& other) {
    return std::ranges::equal(one.templates(), other.templates(),
                              [](const PrefetchTemplate& left, const PrefetchTemplate& right) {
                                  return std::tie(left.key, left.query, left.resource_type, left.required) ==
                                         std::tie(right.key, right.query, right.resource_type, right.required);
                              });
}

Selection selection_of(const Program& program) {
    return Selection(program.prefetch(Hook::patient_view));
}

std::vector<const Card*> cards_of(const std::vector<Card>& cards, std::string_view rule) {
    std::vector<const Card*> of_rule;
    for (const Card& card : cards) {
        if (card.rule == rule) of_rule.push_back(&card);
    }
    return of_rule;
}

std::set<std::string_view> rules_of(const std::vector<Card>& before, const std::vector<Card>& after) {
    std::set<std::string_view> rules;
    for (const auto* cards : {&before, &after}) {
        for (const Card& card : *cards) rules.insert(card.rule);
    }
    return rules;
}

/// What happened to the cards of one rule, card by card.
std::vector<std::string_view> what_happened(const CardPairs& pairs) {
    std::vector<std::string_view> happened;
    for (const auto& [one, other] : pairs.pairs) {
        happened.emplace_back(difference_of(*one, *other).any() ? "changed" : "same");
    }
    happened.insert(happened.end(), pairs.lost.size(), "lost");
    happened.insert(happened.end(), pairs.gained.size(), "gained");
    return happened;
}

void count_cards(const std::vector<Card>& before, const std::vector<Card>& after, std::size_t number, Tuned& tuned) {
    std::set<std::string_view> of_patient;
    bool loses = false;
    for (const std::string_view rule : rules_of(before, after)) {
        TunedCounts& counts = tuned.rules[std::string(rule)];
        const CardPairs pairs = pair_up(cards_of(before, rule), cards_of(after, rule));
        loses = loses || loses_warning(pairs);
        for (const std::string_view what : what_happened(pairs)) {
            ++counts.of(what);
            of_patient.insert(what);
            if (what == "same" || tuned.examples.size() >= most_tuned_examples) continue;
            tuned.examples.push_back({number, std::string(rule), std::string(what)});
        }
    }
    if (loses) ++tuned.loses_warning;
    if (of_patient.size() > of_patient.count("same")) ++tuned.touched;
    if (of_patient.empty()) ++tuned.none;
    for (const std::string_view what : of_patient) ++tuned.events.of(what);
}

bool is_same_item(const fhir::path::Value& one, const fhir::path::Value& other) {
    const boost::json::value* left = one.is_element() ? one.json() : nullptr;
    const boost::json::value* right = other.is_element() ? other.json() : nullptr;
    return left && right && *left == *right;
}

bool differ(const SlotValue& one, const SlotValue& other) {
    return one.missing != other.missing || one.missing_orders != other.missing_orders || one.notes != other.notes ||
           !std::ranges::equal(one.items, other.items, is_same_item);
}

}  // namespace

std::int64_t& TunedCounts::of(std::string_view what) {
    if (what == "gained") return gained;
    if (what == "lost") return lost;
    return what == "changed" ? changed : same;
}

void TunedCounts::add(const TunedCounts& other, int sign) {
    gained += sign * other.gained;
    lost += sign * other.lost;
    changed += sign * other.changed;
    same += sign * other.same;
}

void Tuned::add(const Tuned& other, int sign) {
    patients += sign * other.patients;
    not_evaluated += sign * other.not_evaluated;
    cut += sign * other.cut;
    events.add(other.events, sign);
    none += sign * other.none;
    touched += sign * other.touched;
    loses_warning += sign * other.loses_warning;
    for (const auto& [rule, counts] : other.rules) rules[rule].add(counts, sign);
    for (const auto& [test, counts] : other.unreadable) {
        for (std::size_t side = 0; side < counts.size(); ++side) unreadable[test][side] += sign * counts[side];
    }
    examples.insert(examples.end(), other.examples.begin(), other.examples.end());
    looked_at += other.looked_at;
}

/// What the saved rules make of each patient, before it is taken over.
struct HeldPopulation::SavedSide {
    struct OfPatient {
        std::vector<Card> cards;
        Trace trace;
        RecordOutline outline;
        std::vector<bool> unreadable;
    };
    std::vector<OfPatient> patients;
};

/// The draft, and whom it can reach.
class HeldPopulation::DraftSide {
  public:
    DraftSide(const HeldPopulation& held, const Program& draft)
        : held_(held), draft_(draft), selection_(selection_of(draft)) {
        reads_alike_ = ask_alike(held.selection_, selection_);
        reach_ = reach_of(held.saved_->inner(), draft.inner());
        if (!reads_alike_) reach_.is_everything = true;
        for (const Trace& trace : held.traces_) met_.push_back(reach_.met_by(trace));
    }

    const Program& program() const { return draft_; }
    bool may_change_cards(const HeldPatient& patient) const {
        const ChangeReach::Met& met = met_[patient.trace];
        if (!reach_.touches(met, patient.outline)) return false;
        return reach_.touches_beside_facts(met, patient.outline) || finds_otherwise(met.facts, patient);
    }
    bool may_change_test(const HeldPatient& patient, std::size_t test) const {
        return reach_.may_change(test, patient.outline);
    }
    /// Of the saved rules, and of the draft: two packs may have others, in another order.
    std::array<std::vector<std::size_t>, 2> tests_that_may_change(const HeldPatient& patient) const {
        std::array<std::vector<std::size_t>, 2> tests;
        for (std::size_t test = 0; test < patient.unreadable.size(); ++test) {
            if (may_change_test(patient, test)) tests[0].push_back(test);
        }
        tests[1] = tests[0];
        if (!reach_.is_everything) return tests;
        tests[1].resize(draft_.inner().analytes.size());
        std::iota(tests[1].begin(), tests[1].end(), std::size_t(0));
        return tests;
    }

    /// The record as the draft reads it: the held one, or one that is read into `own`. Null: not evaluated.
    const Record* record_of(const HeldPatient& patient, ReadRecord& own) const {
        const ReadRecord* read = &patient.read;
        if (!reads_alike_) {
            own = read_at(patient.objects(), selection_, held_.options_.looked_at, {});
            read = &own;
        }
        return read->record ? &*read->record : nullptr;
    }

    /// Reads the results of `tests` for a run of the draft over the record of `patient`, and those that they are
    /// computed with: no others, where the observations that they stand in are known.
    void read_results_of(std::span<const std::size_t> tests, const HeldPatient& patient, Run& run) const {
        if (reach_.is_everything) return;  // other codes may name them: the run looks through them all
        std::vector<std::uint32_t> observations;
        for (const RecordOutline::Result& result : patient.outline.results) {
            const bool is_read = std::ranges::any_of(tests, [&](std::size_t test) {
                return result.test == test || result.test == reach_.computed_with[test];
            });
            if (is_read) observations.push_back(result.observation);
        }
        std::ranges::sort(observations);
        observations.erase(std::unique(observations.begin(), observations.end()), observations.end());
        run.take_results(read_measurements(draft_.inner(), run.record(), run.calendar(), observations));
    }

  private:
    /// Whether one of the facts is filled otherwise than under the saved rules.
    bool finds_otherwise(std::span<const std::uint16_t> facts, const HeldPatient& patient) const {
        if (!patient.read.record) return false;
        const Call call = held_.options_.looked_at.call();
        Run before(held_.saved_->inner(), *patient.read.record, call),
            after(draft_.inner(), *patient.read.record, call);
        return std::ranges::any_of(facts,
                                   [&](std::uint16_t fact) { return differ(before.slot(fact), after.slot(fact)); });
    }

    const HeldPopulation& held_;
    const Program& draft_;
    Selection selection_;
    bool reads_alike_ = false;
    ChangeReach reach_;
    std::vector<ChangeReach::Met> met_;  ///< by trace
};

HeldPopulation::HeldPopulation(std::shared_ptr<const Program> saved, HeldOptions options)
    : saved_(std::move(saved)),
      options_(std::move(options)),
      selection_(selection_of(*saved_)),
      codes_(selection_.observation_codes()) {
    if (codes_) codes_->insert(options_.more.begin(), options_.more.end());
    if (!options_.also) return;
    const auto more = selection_of(*options_.also).observation_codes();
    if (!more) codes_.reset();
    if (codes_) codes_->insert(more->begin(), more->end());
}

HeldPopulation::~HeldPopulation() = default;

std::optional<Codes> HeldPopulation::observation_codes() const {
    return codes_;
}

/// The day before the one that is looked at, whatever the offsets of the two are.
std::string HeldPopulation::dates_from() const {
    constexpr std::size_t day_size = 10;  // 2026-02-28
    const auto before = fhir::add(options_.looked_at.at, fhir::Decimal(-1), fhir::CalendarUnit::day);
    const std::string text = before ? before->text() : std::string();
    return text.size() < day_size ? std::string() : text.substr(0, day_size);
}

void HeldPopulation::add(PopulationPatient& patient) {
    if (patient.is_request()) {
        ++requests_;
        return;
    }
    if (bytes_ >= options_.most_bytes) {
        ++beyond_;
        return;
    }
    auto held = std::make_unique<HeldPatient>(patient, selection_, options_.looked_at);
    bytes_ += held->bytes();
    const std::lock_guard alone(adding_);
    patients_.push_back(std::move(held));
}

bool HeldPopulation::finish(std::stop_token stop) {
    std::ranges::sort(patients_, [](const auto& one, const auto& other) {
        return std::tie(one->place, one->id) < std::tie(other->place, other->id);
    });
    return set_saved(saved_, std::move(stop));
}

bool HeldPopulation::set_saved(std::shared_ptr<const Program> saved, std::stop_token stop) {
    const Selection selection = selection_of(*saved);
    if (!ask_alike(selection, selection_)) {
        for (const auto& patient : patients_) {
            patient->read = read_at(patient->objects(), selection, options_.looked_at, {});
        }
        selection_ = selection;
    }
    SavedSide side;
    if (!evaluate_saved(*saved, side, std::move(stop))) return false;
    take(std::move(saved), std::move(side));
    return true;
}

bool HeldPopulation::evaluate_saved(const Program& program, SavedSide& side, std::stop_token stop) const {
    side.patients.resize(patients_.size());
    const Call call = options_.looked_at.call();
    return in_parallel(options_.threads, patients_.size(), stop, [&](std::size_t, std::size_t at) {
        SavedSide::OfPatient& seen = side.patients[at];
        const std::optional<Record>& record = patients_[at]->read.record;
        const std::size_t tests = program.inner().analytes.size();
        seen.unreadable.resize(tests, false);
        if (!record) return;
        seen.cards = evaluate(program, *record, call, seen.trace).cards;
        Run run(program.inner(), *record, call);
        seen.outline = outline_of(*record, run.read_results());
        for (const RecordOutline::Result& result : seen.outline.results) {
            seen.unreadable[result.test] = !run.results(result.test).unreadable.empty();
        }
    });
}

void HeldPopulation::take(std::shared_ptr<const Program> program, SavedSide side) {
    saved_ = std::move(program);
    traces_.clear();
    base_ = {};
    std::map<Trace, std::size_t> known;
    for (std::size_t at = 0; at < patients_.size(); ++at) {
        HeldPatient& patient = *patients_[at];
        SavedSide::OfPatient& seen = side.patients[at];
        const auto [found, is_new] = known.emplace(std::move(seen.trace), traces_.size());
        if (is_new) traces_.push_back(found->first);
        patient.trace = found->second;
        patient.cards = std::move(seen.cards);
        patient.outline = std::move(seen.outline);
        patient.unreadable = std::move(seen.unreadable);
        count_saved(patient, base_);
    }
    base_.examples.clear();
}

bool HeldPopulation::can_read(const Program& draft) const {
    if (!codes_) return true;
    const auto asked = selection_of(draft).observation_codes();
    return asked && std::ranges::includes(*codes_, *asked);
}

/// The saved rules before themselves.
void HeldPopulation::count_saved(const HeldPatient& patient, Tuned& tuned) const {
    if (patient.read.is_cut) ++tuned.cut;
    if (!patient.read.record) {
        ++tuned.not_evaluated;
        return;
    }
    ++tuned.patients;
    count_cards(patient.cards, patient.cards, 0, tuned);
    for (std::size_t test = 0; test < patient.unreadable.size(); ++test) {
        if (!patient.unreadable[test]) continue;
        for (std::int64_t& side : tuned.unreadable[saved_->inner().analytes[test].written->id]) ++side;
    }
}

/// What the saved rules made of it stands in the base: only what is otherwise is counted here.
void HeldPopulation::look_at(const HeldPatient& patient, std::size_t number, const DraftSide& draft,
                             Tuned& tuned) const {
    if (!patient.read.record) return;
    const bool cards_may_change = draft.may_change_cards(patient);
    const auto [saved_tests, tests] = draft.tests_that_may_change(patient);
    if (!cards_may_change && tests.empty()) return;
    ++tuned.looked_at;
    ReadRecord own;
    const Record* record = draft.record_of(patient, own);
    if (!record) {
        Tuned before;
        count_saved(patient, before);
        before.cut = 0;
        tuned.add(before, -1);
        ++tuned.not_evaluated;
        return;
    }
    const Call call = options_.looked_at.call();
    if (cards_may_change) {
        Tuned before;
        count_cards(patient.cards, patient.cards, number, before);
        tuned.add(before, -1);
        count_cards(patient.cards, evaluate(draft.program(), *record, call).cards, number, tuned);
    }
    if (tests.empty()) return;
    Run run(draft.program().inner(), *record, call);
    draft.read_results_of(tests, patient, run);
    for (const std::size_t test : saved_tests) {
        if (patient.unreadable[test]) --tuned.unreadable[saved_->inner().analytes[test].written->id][1];
    }
    for (const std::size_t test : tests) {
        const bool is_unreadable = !run.results(test).unreadable.empty();
        if (is_unreadable) ++tuned.unreadable[run.program().analytes[test].written->id][1];
    }
}

std::optional<Tuned> HeldPopulation::tune(const Program& draft, std::stop_token stop) const {
    const DraftSide side(*this, draft);
    std::vector<Tuned> parts(std::max<std::size_t>(options_.threads, 1));
    const bool is_whole =
        in_parallel(options_.threads, patients_.size(), stop,
                    [&](std::size_t worker, std::size_t at) { look_at(*patients_[at], at, side, parts[worker]); });
    if (!is_whole) return std::nullopt;
    Tuned tuned = base_;
    for (const Tuned& part : parts) tuned.add(part);
    std::ranges::sort(tuned.examples);
    if (tuned.examples.size() > most_tuned_examples) tuned.examples.resize(most_tuned_examples);
    std::erase_if(tuned.rules, [](const auto& rule) {
        const TunedCounts& counts = rule.second;
        return counts.gained == 0 && counts.lost == 0 && counts.changed == 0 && counts.same == 0;
    });
    std::erase_if(tuned.unreadable, [](const auto& test) { return test.second[0] == 0 && test.second[1] == 0; });
    return tuned;
}

/// Whether a test that the filter asks for came to what it asks for.
bool HeldPopulation::has_asked_result(const Program& program, const Record& record, const FindFilter& filter) const {
    if (filter.band.empty() && !filter.unreadable) return true;
    const Call call = options_.looked_at.call();
    Run run(program.inner(), record, call);
    for (std::size_t test = 0; test < program.inner().analytes.size(); ++test) {
        const bool is_asked = filter.analyte.empty() || program.inner().analytes[test].written->id == filter.analyte;
        if (!is_asked) continue;
        const SeenTest seen = seen_test(run, test);
        const bool is_band = filter.band.empty() || seen.band == filter.band;
        if (is_band && (!filter.unreadable || seen.has_unreadable)) return true;
    }
    return false;
}

bool HeldPopulation::fits(const HeldPatient& patient, const DraftSide& draft, const FindFilter& filter,
                          Found::Patient& found) const {
    ReadRecord own;
    const Record* of_draft = draft.record_of(patient, own);
    if (!of_draft || !patient.read.record) return false;
    const Record& record = filter.is_saved ? *patient.read.record : *of_draft;
    const Call call = options_.looked_at.call();
    found.sex = sex_of(record);
    found.age = age_band(record, call);
    if (!filter.sex.empty() && filter.sex != found.sex) return false;
    if (!filter.age.empty() && filter.age != found.age) return false;
    if (!has_asked_result(filter.is_saved ? *saved_ : draft.program(), record, filter)) return false;
    const bool may_change = draft.may_change_cards(patient);
    const Evaluation evaluation = may_change ? evaluate(draft.program(), *of_draft, call) : Evaluation();
    const std::vector<Card>& after = may_change ? evaluation.cards : patient.cards;
    const std::vector<Card>& shown = filter.is_saved ? patient.cards : after;
    for (const Card& card : shown) found.cards.emplace_back(card.rule);
    bool is_what = filter.what.empty() && (filter.rule.empty() || !cards_of(shown, filter.rule).empty());
    for (const std::string_view rule : rules_of(patient.cards, after)) {
        const CardPairs pairs = pair_up(cards_of(patient.cards, rule), cards_of(after, rule));
        if (loses_warning(pairs)) found.lost_warnings.emplace_back(rule);
        if (!filter.rule.empty() && filter.rule != rule) continue;
        const auto happened = what_happened(pairs);
        is_what = is_what || std::ranges::find(happened, filter.what) != happened.end();
    }
    if (!filter.loses_warning) return is_what;
    const auto is_asked = [&](std::string_view rule) { return filter.rule.empty() || rule == filter.rule; };
    return std::ranges::any_of(found.lost_warnings, is_asked) && (filter.what.empty() || is_what);
}

std::optional<Found> HeldPopulation::find(const Program& draft, const FindFilter& filter, std::stop_token stop) const {
    const DraftSide side(*this, draft);
    std::vector<Found> parts(std::max<std::size_t>(options_.threads, 1));
    const bool is_whole =
        in_parallel(options_.threads, patients_.size(), stop, [&](std::size_t worker, std::size_t at) {
            Found::Patient patient;
            patient.number = at;
            if (!fits(*patients_[at], side, filter, patient)) return;
            ++parts[worker].of;
            if (parts[worker].patients.size() < most_found) parts[worker].patients.push_back(std::move(patient));
        });
    if (!is_whole) return std::nullopt;
    Found found;
    for (Found& part : parts) {
        found.of += part.of;
        std::ranges::move(part.patients, std::back_inserter(found.patients));
    }
    std::ranges::sort(found.patients, {}, &Found::Patient::number);
    if (found.patients.size() > most_found) found.patients.resize(most_found);
    return found;
}

std::optional<ValueHistogram> HeldPopulation::histogram(const Program& draft, std::string_view analyte,
                                                        std::string_view unit, std::stop_token stop) const {
    const auto& tests = draft.inner().analytes;
    const auto test = std::ranges::find(tests, analyte, [](const auto& one) { return one.written->id; });
    ValueHistogram whole;
    if (test == tests.end()) return whole;
    const auto at = static_cast<std::size_t>(test - tests.begin());
    const DraftSide side(*this, draft);
    using Values = std::map<std::string, std::map<std::string, std::uint64_t>>;  // by kind and unit, by value
    std::vector<Values> parts(std::max<std::size_t>(options_.threads, 1));
    const bool is_whole =
        in_parallel(options_.threads, patients_.size(), stop, [&](std::size_t worker, std::size_t number) {
            const HeldPatient& patient = *patients_[number];
            if (!patient.outline.has_result_of(at) && !side.may_change_test(patient, at)) return;
            ReadRecord own;
            const Record* record = side.record_of(patient, own);
            if (!record) return;
            const Call call = options_.looked_at.call();
            Run run(draft.inner(), *record, call);
            side.read_results_of(std::array{at}, patient, run);
            const SeenTest seen = seen_test(run, at);
            if (!seen.unit.empty()) ++parts[worker][seen.unit][seen.value];
        });
    if (!is_whole) return std::nullopt;
    Values all;
    for (const Values& part : parts) {
        for (const auto& [name, values] : part) {
            for (const auto& [value, count] : values) all[name][value] += count;
        }
    }
    std::uint64_t most = 0;
    for (std::size_t kind = 0; kind < test->kinds.size(); ++kind) {
        for (std::size_t of = 0; of < test->units.size(); ++of) {
            if (test->units[of].name != unit) continue;
            whole.unit = of;
            std::uint64_t count = 0;
            for (const auto& [value, patients] : all[unit_name(*test, kind, of)]) count += patients;
            if (count <= most) continue;
            most = count;
            whole.kind = kind;
            whole.values = all[unit_name(*test, kind, of)];
        }
    }
    const auto& before = saved_->inner().analytes;
    const auto saved = std::ranges::find(before, analyte, [](const auto& one) { return one.written->id; });
    if (saved != before.end()) whole.saved = band_edges(*saved, test->kinds[whole.kind].name, unit);
    whole.draft = band_edges(*test, whole.kind, whole.unit);
    return whole;
}

}  // namespace rules
