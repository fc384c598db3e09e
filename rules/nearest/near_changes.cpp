#include "rules/nearest/near_changes.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "rules/nearest/changed_record.hpp"
#include "rules/nearest/invented_fact.hpp"
#include "rules/nearest/movable_values.hpp"
#include "rules/nearest/near_words.hpp"
#include "rules/nearest/step_search.hpp"
#include "rules/nearest/thresholds.hpp"
#include "rules/run/reach.hpp"
#include "rules/run/run.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::size_t most_resources = 200;  ///< whose dates are moved, and which are taken away
constexpr std::size_t most_other_days = 40;  ///< of other resources, which the order of two may hang on
constexpr long farthest_days = 3650;

bool may_be_taken_away(std::string_view reference) {
    static constexpr std::array types = {"Condition/",           "MedicationRequest/",
                                         "MedicationStatement/", "MedicationAdministration/",
                                         "Procedure/",           "ServiceRequest/"};
    return std::ranges::any_of(types, [reference](const char* type) { return reference.starts_with(type); });
}

class NearFinder {
  public:
    NearFinder(const NearQuestion& question, std::stop_token stop)
        : question_(question),
          program_(question.program->inner()),
          stop_(std::move(stop)),
          begin_(std::chrono::steady_clock::now()),
          record_(question.resources),
          today_(Calendar(question.at, question.zone.get()).today()) {}

    NearChanges find() {
        if (!look_at_record()) return std::move(found_);
        look_at_all();
        record_.undo();
        sort();
        return std::move(found_);
    }

  private:
    /// The likeliest and nearest first, for where there is room for a part alone: what this site has set otherwise
    /// than the pack, then what the evaluation found, and last what no rule has found anything in.
    void look_at_all() {
        using Look = std::function<void()>;
        const std::array<std::pair<const char*, Look>, 9> all = {{
            {"settings of the site file", [this] { set_parameters(true); }},
            {"the newest result of each test", [this] { move_values(true); }},
            {"without what rules found", [this] { take_away(true); }},
            {"with what rules looked for and did not find", [this] { add_codes(); }},
            {"settings of the pack", [this] { set_parameters(false); }},
            {"days of what rules found", [this] { move_dates(true); }},
            {"older results", [this] { move_values(false); }},
            {"without what no rule found", [this] { take_away(false); }},
            {"days of what no rule found", [this] { move_dates(false); }},
        }};
        std::string begun, untried;
        for (const auto& [words, look] : all) {
            if (is_exhausted_) {
                untried += (untried.empty() ? "" : ", ") + std::string(words);
                continue;
            }
            look();
            if (is_exhausted_) begun = words;
        }
        if (!is_exhausted_) return;
        found_.limit += " Not tried to the end: " + begun + '.';
        if (!untried.empty()) found_.limit += " Not tried: " + untried + '.';
    }

    Call call() const {
        Call call{question_.hook, question_.at, question_.zone.get(), {}, question_.selections};
        for (const json::value& draft : question_.drafts) {
            if (draft.is_object()) call.drafts.push_back(&draft.get_object());
        }
        return call;
    }

    /// Whether there is room for one more evaluation.
    bool may_look() {
        if (stop_.stop_requested()) return false;
        if (found_.evaluations >= question_.limits.evaluations) {
            is_exhausted_ = true;
            return is_over("The limit of " + std::to_string(question_.limits.evaluations) + " evaluations is reached");
        }
        if (std::chrono::steady_clock::now() - begin_ > question_.limits.time) {
            is_exhausted_ = true;
            return is_over("The limit of " + std::to_string(question_.limits.time.count()) + " ms is reached");
        }
        return true;
    }

    bool is_over(const std::string& why) {
        if (found_.limit.empty()) found_.limit = why + ": there may be more changes than these.";
        return false;
    }

    /// What the record as it is changed now shows under `program`; nothing where it cannot be evaluated.
    std::optional<ShownRules> shown(const Program& program, const Selection& selection, Trace* trace = nullptr) {
        ++found_.evaluations;
        fhir::Issues issues;
        const fhir::Bundle bundle = fhir::Bundle::of(record_.objects(), issues);
        const auto sources = question_.sources_of(bundle, selection, {});
        if (!sources) {
            found_.why_not = sources.error();
            return std::nullopt;
        }
        const Record record = read_record(sources->sources);
        const Call asked = call();
        Trace unused;
        const Evaluation evaluation = evaluate(program, record, asked, trace ? *trace : unused);
        if (trace) note_record(record, asked);
        ShownRules rules;
        for (const Card& card : evaluation.cards) {
            if (question_.rule.empty() || question_.rule == card.rule) rules.emplace(card.rule);
        }
        return rules;
    }

    std::optional<ShownRules> look() {
        if (!may_look()) return std::nullopt;
        const std::string before = found_.why_not;
        auto rules = shown(*question_.program, selection_);
        found_.why_not = before;  // a change that makes the record unreadable flips no card
        return rules ? rules : std::optional(shown_);
    }

    bool look_at_record() {
        const auto rules = shown(*question_.program, selection_, &trace_);
        if (!rules) return false;
        shown_ = *rules;
        days_ = days_compared(program_, trace_);
        return true;
    }

    /// Takes from the record what later steps need: labels, results, days. It is borrowed from trees that change.
    void note_record(const Record& record, const Call& asked) {
        Run run(program_, record, asked);
        const auto& facts = program_.facts;
        for (const CompiledFact& fact : facts) {
            if (!trace_.slots.contains(fact.slot)) continue;
            const auto& items = run.slot(fact.slot).items;
            if (items.empty()) lacking_.push_back(&fact);
            for (const fhir::path::Value& item : items) {
                const json::object* object = item.is_element() ? item.json()->if_object() : nullptr;
                if (!object) continue;
                labels_.emplace(fhir::member_text(*object, "reference"), fhir::member_text(*object, "label"));
            }
        }
        values_ = movable_values(run, trace_, record_, labels_);
        if (record.patient) patient_ = reference_to("Patient", record.patient->id);
    }

    // ---- values

    /// Whether no other result of its test is newer.
    bool is_newest(const MovableValue& value) const {
        return std::ranges::none_of(values_, [&value](const MovableValue& other) {
            return other.analyte == value.analyte && other.date > value.date;
        });
    }

    void move_values(bool newest) {
        for (const MovableValue& value : values_) {
            if (is_newest(value) != newest) continue;
            const auto below = in_steps(value.number, value.places);
            if (!below) continue;
            const auto on_grid = fhir::Decimal::of(*below, value.places);
            const long above = on_grid && *on_grid == value.number ? *below : *below + 1;
            std::set<long> steps;
            for (const fhir::Decimal& number : value.beside) {
                const auto at = in_steps(number, value.places);
                for (const long near : {-1L, 0L, 1L}) {
                    if (!at || *at + near < 0) continue;
                    if (*at + near > *below) steps.insert(*at + near - *below);
                    if (*at + near < above) steps.insert(*at + near - above);
                }
            }
            const auto number_after = [&](long step) -> std::optional<fhir::Decimal> {
                const auto number = fhir::Decimal::of((step > 0 ? *below : above) + step, value.places);
                return number ? std::optional(without_zeros(*number, value.number.decimal_places())) : std::nullopt;
            };
            const LookAtStep look_at = [&](long step) -> std::optional<ShownRules> {
                record_.replace(value.place.resource, record_.with_value(value.place, *number_after(step)));
                auto rules = look();
                record_.undo();
                return rules;
            };
            for (const bool is_up : {false, true}) {
                for (const Flip& flip : smallest_flips(shown_, of_sign(steps, is_up), look_at)) {
                    tell_value(value, flip, *number_after(flip.step));
                }
            }
        }
    }

    void tell_value(const MovableValue& value, const Flip& flip, const fhir::Decimal& number) {
        NearChange change = started(NearChange::Kind::value, flip);
        change.from = value.number.text();
        change.to = number.text();
        change.unit = value.unit;
        change.reference = value.reference;
        change.analyte = value.analyte;
        change.distance = fhir::absolute(fhir::subtract(number, value.number).value_or(number)).text();
        change.what = record_.with_value(value.place, number);
        change.words = words_of_value(value.title, value.date, change, title_of(flip.rule));
        found_.changes.push_back(std::move(change));
    }

    // ---- codes

    /// \param found  what facts know; else all others.
    void take_away(bool found) {
        std::size_t looked_at = 0;
        for (std::size_t resource = 0; resource < record_.size(); ++resource) {
            const std::string& reference = record_.reference(resource);
            if (!may_be_taken_away(reference) || labels_.contains(reference) != found) continue;
            if (++looked_at > most_resources && !is_over("Only 200 resources were taken away")) return;
            record_.remove(resource);
            const auto rules = look();
            record_.undo();
            if (!rules) return;
            for (const Flip& flip : flips_to(*rules)) {
                NearChange change = started(NearChange::Kind::code, flip);
                change.reference = record_.reference(resource);
                change.from = label_of(change.reference);
                change.distance = "1";
                change.edit = NearChange::Edit::remove;
                change.what = change.reference;
                change.words = words_of_absence(change, title_of(flip.rule));
                found_.changes.push_back(std::move(change));
            }
        }
    }

    /// What a fact looks for and does not find, by the first code of its first value set.
    void add_codes() {
        for (const CompiledFact* fact : lacking_) {
            std::set<std::string> told;
            for (const long days : days_to_invent(*fact)) {
                const std::string day = fhir::Date::of(today_ - std::chrono::days(days)).text();
                auto resource = invented_for(program_, *fact, patient_, day);
                if (!resource) break;
                record_.add(*resource);
                const auto rules = look();
                record_.undo();
                if (!rules) return;
                for (const Flip& flip : flips_to(*rules)) {
                    if (!told.insert(flip.rule).second) continue;
                    NearChange change = started(NearChange::Kind::code, flip);
                    change.to = fact->written->title;
                    change.distance = "1";
                    change.edit = NearChange::Edit::add;
                    change.what = *resource;
                    change.words = words_of_presence(change, days, title_of(flip.rule));
                    found_.changes.push_back(std::move(change));
                }
            }
        }
    }

    // ---- parameters

    /// \param of_site  those that the site sets; else all others.
    void set_parameters(bool of_site) {
        for (const std::string& name : parameters_behind(program_, trace_)) {
            if (program_.site.parameters.contains(name) != of_site) continue;
            const auto written = std::ranges::find(program_.pack.parameters, name, &Parameter::name);
            if (written == program_.pack.parameters.end()) continue;
            const std::string now(program_.parameters.text(name).value_or(""));
            if (written->type == Parameter::Type::integer) {
                move_parameter(*written, now);
                continue;
            }
            std::vector<std::string> values = written->values;
            if (written->type == Parameter::Type::boolean) values = {now == "true" ? "false" : "true"};
            for (const std::string& value : values) {
                if (value == now) continue;
                const auto rules = shown_with(name, value);
                if (!rules) return;
                for (const Flip& flip : flips_to(*rules)) tell_parameter(*written, flip, now, value, "1");
            }
        }
    }

    void move_parameter(const Parameter& written, const std::string& text) {
        const auto now = program_.parameters.integer(written.name);
        if (!now || !written.range) return;
        const LookAtStep look_at = [&](long step) { return shown_with(written.name, std::to_string(*now + step)); };
        std::set<long> steps = {written.range->first - *now, written.range->second - *now};
        const auto of_pack = fhir::Decimal::parse(written.default_value);
        if (const auto number = of_pack ? of_pack->to_int64() : std::nullopt) steps.insert(*number - *now);
        for (const bool is_up : {false, true}) {
            for (const Flip& flip : smallest_flips(shown_, of_sign(steps, is_up), look_at)) {
                tell_parameter(written, flip, text, std::to_string(*now + flip.step),
                               std::to_string(std::labs(flip.step)));
            }
        }
    }

    /// Nothing where the pack does not compile with it, or there is no room for one more.
    std::optional<ShownRules> shown_with(const std::string& name, const std::string& value) {
        if (found_.programs >= question_.limits.programs) {
            is_over("The limit of " + std::to_string(question_.limits.programs) + " values of parameters is reached");
            return std::nullopt;
        }
        if (!may_look()) return std::nullopt;
        ++found_.programs;
        Site site = program_.site;
        site.parameters[name] = value;
        const Compilation compilation = compile(program_.pack, std::move(site));
        if (!compilation.program) return shown_;
        const std::string before = found_.why_not;
        auto rules = shown(*compilation.program, Selection(compilation.program->prefetch(question_.hook)));
        found_.why_not = before;
        return rules ? rules : std::optional(shown_);
    }

    void tell_parameter(const Parameter& written, const Flip& flip, const std::string& from, const std::string& to,
                        std::string distance) {
        NearChange change = started(NearChange::Kind::parameter, flip);
        change.from = from;
        change.to = to;
        change.unit = written.unit;
        change.parameter = written.name;
        change.distance = std::move(distance);
        change.edit = NearChange::Edit::set;
        if (written.type == Parameter::Type::integer) {
            change.what = fhir::make_decimal(to);
        } else if (written.type == Parameter::Type::boolean) {
            change.what = to == "true";
        } else {
            change.what = to;
        }
        change.words = words_of_parameter(written.says, change, title_of(flip.rule));
        found_.changes.push_back(std::move(change));
    }

    // ---- dates

    /// \param found  of what facts and tests know; else of all others, but results.
    void move_dates(bool found) {
        std::set<long> others;
        for (const auto& [reference, label] : labels_) {
            const auto resource = record_.find(reference);
            for (const auto day : resource ? record_.days_of(*resource) : std::vector<std::chrono::sys_days>()) {
                if (others.size() < most_other_days && day <= today_) others.insert((today_ - day).count());
            }
        }
        std::size_t looked_at = 0;
        for (std::size_t resource = 0; resource < record_.size(); ++resource) {
            const std::string& reference = record_.reference(resource);
            const bool is_result = reference.starts_with("Observation/");
            if (!may_be_taken_away(reference) && !(is_result && found)) continue;
            if (labels_.contains(reference) != found) continue;
            if (++looked_at > most_resources && !is_over("Only 200 resources were moved")) break;
            move_date(resource, found ? others : std::set<long>());
        }
    }

    void move_date(std::size_t resource, const std::set<long>& others) {
        const std::vector<std::chrono::sys_days> days = record_.days_of(resource);
        if (days.empty()) return;
        const long age = (today_ - *std::ranges::max_element(days)).count();
        if (age < 0) return;
        std::set<long> steps = {-age};
        for (const auto day : days) {
            const long own = (today_ - day).count();
            for (const std::set<long>* ages : {&std::as_const(days_), &others}) {
                for (const long wanted : *ages) {
                    for (const long near : {-1L, 0L, 1L}) {
                        const long step = wanted + near - own;
                        if (step >= -age && step <= farthest_days) steps.insert(step);
                    }
                }
            }
        }
        const LookAtStep look_at = [&](long step) -> std::optional<ShownRules> {
            record_.replace(resource, record_.moved_by(resource, -step));
            auto rules = look();
            record_.undo();
            return rules;
        };
        const std::chrono::sys_days day = *std::ranges::max_element(days);
        for (const bool is_older : {false, true}) {
            for (const Flip& flip : smallest_flips(shown_, of_sign(steps, is_older), look_at)) {
                NearChange change = started(NearChange::Kind::date, flip);
                change.reference = record_.reference(resource);
                change.from = fhir::Date::of(day).text();
                change.to = fhir::Date::of(day - std::chrono::days(flip.step)).text();
                change.unit = "days";
                change.distance = std::to_string(std::labs(flip.step));
                change.what = record_.moved_by(resource, -flip.step);
                change.words = words_of_date(label_of(change.reference), flip.step, change, title_of(flip.rule));
                found_.changes.push_back(std::move(change));
            }
        }
    }

    // ---- all of them

    static NearChange started(NearChange::Kind kind, const Flip& flip) {
        NearChange change;
        change.kind = kind;
        change.rule = flip.rule;
        change.gives = flip.gives;
        return change;
    }

    std::vector<Flip> flips_to(const ShownRules& now) const {
        std::vector<Flip> flips;
        for (const std::string& rule : now) {
            if (!shown_.contains(rule)) flips.push_back({rule, 1, true});
        }
        for (const std::string& rule : shown_) {
            if (!now.contains(rule)) flips.push_back({rule, 1, false});
        }
        return flips;
    }

    std::string title_of(std::string_view rule) const {
        const auto found = std::ranges::find(program_.pack.rules, rule, &Rule::id);
        return found == program_.pack.rules.end() ? std::string(rule) : found->title;
    }

    /// The pack's word; of what no fact names the type.
    std::string label_of(const std::string& reference) const {
        const auto found = labels_.find(reference);
        if (found != labels_.end() && !found->second.empty()) return found->second;
        return reference.substr(0, reference.find('/'));
    }

    void sort() {
        std::ranges::stable_sort(found_.changes, [this](const NearChange& one, const NearChange& other) {
            return std::tuple(place_of(one.rule), one.kind, distance_of(one)) <
                   std::tuple(place_of(other.rule), other.kind, distance_of(other));
        });
        if (found_.changes.size() <= most_near_changes) return;
        found_.changes.resize(most_near_changes);
        is_over("The limit of " + std::to_string(most_near_changes) + " changes is reached");
    }

    std::size_t place_of(std::string_view rule) const {
        return static_cast<std::size_t>(std::ranges::find(program_.pack.rules, rule, &Rule::id) -
                                        program_.pack.rules.begin());
    }

    static fhir::Decimal distance_of(const NearChange& change) {
        return fhir::Decimal::parse(change.distance).value_or(fhir::Decimal());
    }

    const NearQuestion& question_;
    const Program::Inner& program_;
    std::stop_token stop_;
    std::chrono::steady_clock::time_point begin_;
    ChangedRecord record_;
    Selection selection_{question_.program->prefetch(question_.hook)};
    std::chrono::sys_days today_;

    ShownRules shown_;
    Trace trace_;
    std::set<long> days_;
    Labels labels_;  ///< of resources that facts and tests know
    std::vector<MovableValue> values_;
    std::vector<const CompiledFact*> lacking_;
    std::string patient_;
    NearChanges found_;
    bool is_exhausted_ = false;  ///< nothing more may be looked at
};

}  // namespace

NearChanges near_changes(const NearQuestion& question, std::stop_token stop) {
    return NearFinder(question, std::move(stop)).find();
}

}  // namespace rules
