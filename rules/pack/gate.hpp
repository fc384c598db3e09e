// What must hold: the criteria of gates, rules and variants, as their authors wrote them. See pack.hpp.
#pragma once

#include "rules/text/diagnostic.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Something an author wrote, with its place: an expression, a template with {{expression}} parts, an id.
struct Authored {
    std::string text;
    Place place;
};

/// One thing that must hold. JSON: "expression", or { "if": "expression", "because": "…", "ifUnknown": "say so" },
/// or { "all": [criteria] }, { "any": [criteria] }, { "none": [criteria] } (each with an optional "because").
/// An expression holds if it gives anything but nothing or false; what it gives is the evidence.
struct Criterion {
    enum class Form { expression, all, any, none };
    enum class IfUnknown { stop, say_so };  ///< say_so: does not stand in the way, and the card says what was unknown
    Form form = Form::expression;
    Authored expression;  ///< form expression only
    std::vector<Criterion> parts;
    std::string because;  ///< shown when this criterion settles the matter
    IfUnknown if_unknown = IfUnknown::stop;
    Place place;
};

/// What readers and tellers of criteria ask about a form: a row for each in gate.cpp. What a criterion comes to
/// is decided in run/judge.
struct CriterionForm {
    enum class Parts { must_hold, may_hold, must_fail };
    Criterion::Form form;
    std::string_view key;              ///< its JSON member: "any"
    std::string_view how_many;         ///< of its parts hold: "any" of the criteria here
    std::string_view before, between;  ///< what its parts are told with: "none of: ", ", "
    Parts parts = Parts::must_hold;
};
const CriterionForm& form_of(const Criterion& criterion);

/// Whom a gate stands before: "every card"; a kind ("suggestion", "result", "order-check", "notice"); an indicator
/// ("info", "warning", "critical").
enum class GateFor { every_card, suggestion, result, order_check, notice, info, warning, critical };

/// JSON: { "for": "every card", "when": [criteria], "unless": [criteria], "except": ["rule-id"], "because": "…",
/// "passes": "adult with back pain" }. An explanation says "because" where it stops a card, "passes" where it does not.
struct Gate {
    GateFor stands_before = GateFor::every_card;  // for
    std::vector<Criterion> when, unless;
    std::vector<Authored> except;
    std::string because, passes;
    Place place;
};

}  // namespace rules
