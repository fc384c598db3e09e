#include "rules/program/gate_reach.hpp"

#include <algorithm>

namespace rules {
namespace {

bool spares(const Gate& gate, const Rule& rule) {
    return std::ranges::find(gate.except, rule.id, &Authored::text) != gate.except.end();
}

bool is_for(GateFor stands_before, RuleKind kind) {
    switch (stands_before) {
        case GateFor::every_card:
            return true;
        case GateFor::suggestion:
            return kind == RuleKind::suggestion;
        case GateFor::result:
            return kind == RuleKind::result;
        case GateFor::order_check:
            return kind == RuleKind::order_check;
        case GateFor::notice:
            return kind == RuleKind::notice;
        case GateFor::info:
        case GateFor::warning:
        case GateFor::critical:
            return false;
    }
    return false;
}

bool is_for(GateFor stands_before, Indicator indicator) {
    switch (stands_before) {
        case GateFor::info:
            return indicator == Indicator::info;
        case GateFor::warning:
            return indicator == Indicator::warning;
        case GateFor::critical:
            return indicator == Indicator::critical;
        case GateFor::every_card:
        case GateFor::suggestion:
        case GateFor::result:
        case GateFor::order_check:
        case GateFor::notice:
            return false;
    }
    return false;
}

}  // namespace

bool stands_before(const Gate& gate, const Rule& rule) {
    return is_for(gate.stands_before, rule.kind) && !spares(gate, rule);
}

bool stands_before(const Gate& gate, const Rule& rule, Indicator indicator) {
    return is_for(gate.stands_before, indicator) && !spares(gate, rule);
}

}  // namespace rules
