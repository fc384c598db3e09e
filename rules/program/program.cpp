#include "rules/program/program.hpp"

#include "rules/program/program_builder.hpp"
#include "rules/program/program_inner.hpp"
#include "rules/program/spoken.hpp"
#include "rules/program/words_reach.hpp"

#include <algorithm>
#include <utility>

namespace rules {

std::optional<std::size_t> Program::Inner::source_of_key(std::string_view key) const {
    const auto found = std::ranges::find(source_keys, key);
    if (found == source_keys.end()) return std::nullopt;
    return static_cast<std::size_t>(found - source_keys.begin());
}

const Pack& Program::pack() const {
    return inner_->pack;
}

const Site& Program::site() const {
    return inner_->site;
}

const std::vector<PrefetchTemplate>& Program::prefetch(Hook hook) const {
    return inner_->prefetch[static_cast<std::size_t>(hook)];
}

ProgramBuilder::ProgramBuilder(Pack pack, Site site)
    : inner_(std::make_shared<Program::Inner>(spoken(std::move(pack), site.language), std::move(site))),
      expressions_(inner_->pack, inner_->types, inner_->slots, findings_) {}

Compilation ProgramBuilder::build() {
    number_sources();
    index_value_sets();
    index_words();
    index_orders();
    declare_types();
    compile_analytes();
    define_fixed_slots();
    // With a circle most facts stay undefined: that each expression does not know them would only hide the circle.
    if (!define_slots_in_order()) return {nullptr, std::move(findings_)};
    compile_gates();
    compile_rules();
    if (!has_errors(findings_)) append(findings_, refuse_words_that_speak(*inner_));
    if (has_errors(findings_)) return {nullptr, std::move(findings_)};
    for (const Hook hook : {Hook::patient_view, Hook::encounter_start, Hook::order_select, Hook::order_sign}) {
        inner_->prefetch[static_cast<std::size_t>(hook)] = prefetch_for(*inner_, hook);
    }
    return {std::make_shared<const Program>(inner_), std::move(findings_)};
}

Compilation compile(Pack pack, Site site) {
    return ProgramBuilder(std::move(pack), std::move(site)).build();
}

}  // namespace rules
