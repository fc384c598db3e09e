// Which sources of the record bear on a rule.
#pragma once

#include "rules/program/program_inner.hpp"

namespace rules {

/// Every source that may bear on `rule`: its own, and those of the rules that its offers wait for.
SourceSet sources_behind(const Program::Inner& program, const CompiledRule& rule);

}  // namespace rules
