// A card that has everything, for tests of what becomes of it on the wire.
#pragma once

#include "rules/run/evaluation.hpp"

namespace service {

inline rules::Card full_card() {
    rules::Card card;
    card.rule = "wrong-vitamin-d-test";
    card.indicator = rules::Indicator::warning;
    card.summary = "1,25-dihydroxyvitamin D does not show vitamin D stores.";
    card.with = {"vitamin-d-suggest"};
    card.override_reasons = "test";
    card.why = "Ordered: <b>1,25-OH</b>.";
    card.evidence = "Not supported (NICE).";
    card.options = "Change · keep";
    card.cautions = {"Sarcoidosis.", "Often normal."};
    card.missing = "Procedures (not sent).";
    card.inputs = {{"25-OH vitamin D", "<4 ng/mL", "2026-02-20", "final", "Observation/o1", "20 to 50 ng/mL"},
                   {"Osteoporosis", "", "2021", "active", "Condition/c1", ""}};
    card.not_used = {"vitamin B12 of 2026-01-01 (Observation/o2) could not be read safely: it has no unit"};
    rules::Proposal proposal;
    proposal.label = "Replace by 25-OH vitamin D";
    proposal.remove = {"ServiceRequest/d1"};
    proposal.create = {
        {"vitamin-d", "62292-8", "25-OH vitamin D", {"Condition/c1"}, {"Procedure/p1"}, {"Osteoporosis"}}};
    card.proposal = proposal;
    card.links = {{"Guideline", "https://example.org/g"}, {"Not safe", "http://example.org/g"}};
    card.topic = {"https://backpain-cds.org/rules", "wrong-vitamin-d-test", ""};
    return card;
}

}  // namespace service
