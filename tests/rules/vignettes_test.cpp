// The patients of clinical/vignettes.json and the cards that each must get, exactly: rules, indicators, offers.
// The file lies beside the public test data; the test skips where it is absent.
#include "tests/rules/evaluation_support.hpp"
#include "tests/test_data.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace {

using boost::json::object;
using boost::json::value;

std::string text(const object& from, std::string_view name) {
    const value* member = from.if_contains(name);
    return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

rules::Site site_of(const object& vignette) {
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

rules::Hook hook_of(const object& vignette) {
    const std::string hook = text(vignette, "hook");
    if (hook == "order-sign") return rules::Hook::order_sign;
    return hook == "order-select" ? rules::Hook::order_select : rules::Hook::patient_view;
}

rules::Call call_of(const object& vignette) {
    rules::Call call;
    call.hook = hook_of(vignette);
    call.at = *fhir::DateTime::parse(text(vignette, "at"));
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
std::vector<std::string> expected_cards(const object& vignette) {
    std::vector<std::string> cards;
    for (const value& card : vignette.at("expect").as_array()) {
        cards.push_back(text(card.get_object(), "rule") + " (" + text(card.get_object(), "indicator") + ")");
    }
    std::ranges::sort(cards);
    return cards;
}

/// A rule whose offer stands on a card counts as given, with the indicator that the vignette names.
std::vector<std::string> cards_of(const rules::Evaluation& evaluation, const object& vignette) {
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

/// No rule joins a card that the vignette neither expects nor allows to.
void expect_no_stranger(const object& vignette, const rules::Evaluation& evaluation) {
    for (const rules::Card& card : evaluation.cards) {
        for (const std::string_view guest : card.with) {
            const bool is_expected = std::ranges::any_of(vignette.at("expect").as_array(), [&](const value& expected) {
                return text(expected.get_object(), "rule") == guest;
            });
            const value* may_join = vignette.if_contains("mayJoin");
            const bool may = may_join && std::ranges::any_of(may_join->as_array(), [&](const value& rule) {
                                 return std::string_view(rule.get_string()) == guest;
                             });
            EXPECT_TRUE(is_expected || may) << guest << " joins " << card.rule;
        }
    }
}

void expect_offers(const object& vignette, const rules::Evaluation& evaluation) {
    for (const value& wanted : vignette.at("expect").as_array()) {
        const value* offer = wanted.get_object().if_contains("offer");
        if (!offer) continue;
        const std::string rule = text(wanted.get_object(), "rule");
        const auto card = std::ranges::find_if(evaluation.cards, [&rule](const rules::Card& one) {
            return one.rule == rule || std::ranges::find(one.with, rule) != one.with.end();
        });
        if (card == evaluation.cards.end()) continue;
        const bool has_order = card->proposal && !card->proposal->create.empty();
        if (offer->get_array().empty()) {
            EXPECT_FALSE(has_order);
            continue;
        }
        ASSERT_TRUE(has_order);
        const bool is_offered = std::ranges::any_of(offer->get_array(), [&](const value& code) {
            return std::string_view(code.get_string()) == card->proposal->create.front().loinc;
        });
        EXPECT_TRUE(is_offered) << "offers " << card->proposal->create.front().loinc;
    }
}

std::string sentences(const rules::Evaluation& explained) {
    std::string all;
    for (const rules::RuleOutcome& outcome : explained.outcomes) {
        if (outcome.outcome != rules::Outcome::other_hook)
            all += "  " + std::string(outcome.rule) + ": " + outcome.sentence + "\n";
    }
    return all;
}

TEST(Vignettes, GetExactlyTheirCards) {
    const auto data = test_data("");
    const std::filesystem::path file = data ? *data / ".." / "clinical" / "vignettes.json" : std::filesystem::path();
    if (!data || !std::filesystem::exists(file)) GTEST_SKIP() << "skipped: there is no clinical/vignettes.json";
    const value vignettes = parsed(file_text(file));
    const rules::Pack pack = read_test_pack("rules/packs/back-pain-labs");
    for (const value& one : vignettes.as_array()) {
        const object& vignette = one.as_object();
        SCOPED_TRACE(text(vignette, "id") + ": " + text(vignette, "title"));
        const auto program = compile_test_pack(pack, site_of(vignette));
        const rules::Record record = complete_record(vignette.at("resources"), pack);
        const rules::Call call = call_of(vignette);
        const rules::Evaluation evaluation = rules::evaluate(*program, record, call);
        EXPECT_EQ(cards_of(evaluation, vignette), expected_cards(vignette))
            << sentences(rules::explain(*program, record, call));
        expect_no_stranger(vignette, evaluation);
        expect_offers(vignette, evaluation);
        for (const rules::Card& card : evaluation.cards) EXPECT_LT(card.summary.size(), 140U) << card.summary;
    }
}

}  // namespace
