#include "rules/evaluate/sources_that_matter.hpp"

#include "rules/program/program_inner.hpp"
#include "rules/run/judge.hpp"

namespace rules {

std::vector<std::string> sources_that_matter(const Program& program, const Record& record, const Call& call) {
    const Program::Inner& inner = program.inner();
    Run run(inner, record, call);
    Judge judge(run);
    SourceSet matter = 0;
    for (std::size_t rule = 0; rule < inner.rules.size(); ++rule) {
        if (!inner.rules[rule].is_for(call.hook)) continue;
        const Outcome outcome = judge.verdict(rule).outcome;
        if (outcome != Outcome::unknown && outcome != Outcome::card) continue;
        matter |= sources_behind(inner, inner.rules[rule]);
    }
    std::vector<std::string> keys;
    for (std::size_t source = 0; source < inner.source_keys.size(); ++source) {
        if (matter & source_bit(source)) keys.push_back(inner.source_keys[source]);
    }
    return keys;
}

}  // namespace rules
