// Patients in the form of clinical/vignettes.json: the cards that each must get, exactly: rules, indicators, offers.
#pragma once

#include "rules/record/time_zone.hpp"
#include "tests/rules/evaluation_support.hpp"
#include "tests/test_data.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>

namespace vignettes {

using boost::json::object;
using boost::json::value;

inline std::string text(const object& from, std::string_view name) {
    const value* member = from.if_contains(name);
    return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

inline rules::Site site_of(const object& vignette) {
    rules::Site site;
    const value* written = vignette.if_contains("site");
    const value* parameters =
        written && written->is_object() ? written->get_object().if_contains("parameters") : nullptr;
    if (!parameters) return site;
    for (const auto& [name, wanted] : parameters->as_object()) {
        site.parameters[std::string(name)] =
            wanted.is_string() ? std::string(wanted.get_string()) : fhir::print_json(wanted);
    }
    return site;
}

inline rules::Hook hook_of(const object& vignette) {
    const std::string hook = text(vignette, "hook");
    if (hook == "order-sign") return rules::Hook::order_sign;
    return hook == "order-select" ? rules::Hook::order_select : rules::Hook::patient_view;
}

/// The zone of that name, by the C library; nothing if the patient's case names none.
inline std::optional<rules::TimeZone> zone_of(const object& vignette) {
    const std::string name = text(vignette, "timeZone");
    if (name.empty()) return std::nullopt;
    const char* const before = std::getenv("TZ");
    const std::string kept = before ? before : "";
    setenv("TZ", name.c_str(), 1);
    tzset();
    auto zone = rules::TimeZone::of([](std::chrono::sys_seconds instant) {
        const std::time_t seconds = std::chrono::system_clock::to_time_t(instant);
        std::tm parts{};
        localtime_r(&seconds, &parts);
        return std::chrono::minutes(parts.tm_gmtoff / 60);
    });
    kept.empty() ? unsetenv("TZ") : setenv("TZ", kept.c_str(), 1);
    tzset();
    return zone;
}

inline rules::Call call_of(const object& vignette) {
    rules::Call call;
    call.hook = hook_of(vignette);
    call.at = *fhir::DateTime::parse_fhirpath(text(vignette, "at"));
    if (const value* drafts = vignette.if_contains("draftOrders")) {
        for (const value& entry : drafts->at("entry").as_array()) {
            call.drafts.push_back(&entry.at("resource").as_object());
        }
    }
    if (const value* selections = vignette.if_contains("selections")) {
        for (const value& selection : selections->as_array()) {
            call.selections.emplace_back(selection.get_string());
        }
    }
    return call;
}

/// "vitamin-d-low (info)", sorted: order does not matter here.
inline std::vector<std::string> expected_cards(const object& vignette) {
    std::vector<std::string> cards;
    for (const value& card : vignette.at("expect").as_array()) {
        cards.push_back(text(card.get_object(), "rule") + " (" + text(card.get_object(), "indicator") + ")");
    }
    std::ranges::sort(cards);
    return cards;
}

/// A rule whose offer stands on a card counts as given, with the indicator that the vignette names.
inline std::vector<std::string> cards_of(const rules::Evaluation& evaluation, const object& vignette) {
    std::vector<std::string> cards;
    for (const rules::Card& card : evaluation.cards) {
        cards.push_back(std::string(card.rule) + " (" + std::string(name_of(card.indicator)) + ")");
        for (const std::string_view guest : card.with) {
            for (const value& expected : vignette.at("expect").as_array()) {
                if (text(expected.get_object(), "rule") != guest) continue;
                cards.push_back(std::string(guest) + " (" + text(expected.get_object(), "indicator") + ")");
            }
        }
    }
    std::ranges::sort(cards);
    return cards;
}

/// Rules that join a card and that the vignette neither expects nor allows to.
inline std::string strangers(const object& vignette, const rules::Evaluation& evaluation) {
    std::string found;
    for (const rules::Card& card : evaluation.cards) {
        for (const std::string_view guest : card.with) {
            const bool is_expected = std::ranges::any_of(vignette.at("expect").as_array(), [&](const value& expected) {
                return text(expected.get_object(), "rule") == guest;
            });
            const value* may_join = vignette.if_contains("mayJoin");
            const bool may = may_join && std::ranges::any_of(may_join->as_array(), [&](const value& rule) {
                                 return std::string_view(rule.get_string()) == guest;
                             });
            if (!is_expected && !may) found += std::string(guest) + " joins " + std::string(card.rule) + "\n";
        }
    }
    return found;
}

inline std::string offers_that_differ(const object& vignette, const rules::Evaluation& evaluation) {
    std::string found;
    for (const value& wanted : vignette.at("expect").as_array()) {
        const value* offer = wanted.get_object().if_contains("offer");
        if (!offer) continue;
        const std::string rule = text(wanted.get_object(), "rule");
        const auto card = std::ranges::find_if(evaluation.cards, [&rule](const rules::Card& one) {
            return one.rule == rule || std::ranges::find(one.with, rule) != one.with.end();
        });
        if (card == evaluation.cards.end()) continue;
        const bool has_order = card->proposal && !card->proposal->create.empty();
        const std::string offered = has_order ? card->proposal->create.front().loinc : "";
        const bool is_right =
            offer->get_array().empty() ? !has_order : std::ranges::any_of(offer->get_array(), [&](const value& code) {
                return has_order && std::string_view(code.get_string()) == offered;
            });
        if (!is_right) found += std::string(card->rule) + " offers \"" + offered + "\"\n";
    }
    return found;
}

inline std::string sentences(const rules::Evaluation& explained) {
    std::string all;
    for (const rules::RuleOutcome& outcome : explained.outcomes) {
        if (outcome.outcome != rules::Outcome::other_hook)
            all += "  " + std::string(outcome.rule) + ": " + outcome.sentence + "\n";
    }
    return all;
}

/// The patients of a file beside the public test data; nothing if it is not there.
inline std::optional<value> patients_of(std::string_view file) {
    const auto data = test_data("");
    const std::filesystem::path path = data ? *data / ".." / std::string(file) : std::filesystem::path();
    if (!data || !std::filesystem::exists(path)) return std::nullopt;
    return parsed(file_text(path));
}

/// What differs from the cards that the patient must get; empty if nothing does.
inline std::string difference(const object& vignette, const rules::Pack& pack) {
    const auto program = compile_test_pack(pack, site_of(vignette));
    const rules::Record record = complete_record(vignette.at("resources"), pack);
    const auto zone = zone_of(vignette);
    rules::Call call = call_of(vignette);
    if (zone) call.zone = &*zone;
    const rules::Evaluation evaluation = rules::evaluate(*program, record, call);
    std::string found;
    if (cards_of(evaluation, vignette) != expected_cards(vignette)) {
        found += "got " + testing::PrintToString(cards_of(evaluation, vignette)) + ", expected " +
                 testing::PrintToString(expected_cards(vignette)) + "\n" +
                 sentences(rules::explain(*program, record, call));
    }
    found += offers_that_differ(vignette, evaluation);
    found += strangers(vignette, evaluation);
    for (const rules::Card& card : evaluation.cards) {
        if (card.summary.size() >= 140U) found += "summary too long: " + card.summary + "\n";
    }
    return found;
}

}  // namespace vignettes
