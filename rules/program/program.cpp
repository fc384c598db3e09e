#include "rules/program/program.hpp"

#include "rules/program/program_builder.hpp"
#include "rules/program/program_inner.hpp"

#include <algorithm>
#include <utility>

namespace rules {
namespace {

/// Whether a clinician has approved it is never left unsaid.
std::string provenance_of(const Identity& identity, const Site& site) {
    std::string line = identity.id + " " + identity.version;
    if (!identity.effective_from.empty()) line += ", in effect from " + identity.effective_from;
    if (!identity.last_review_date.empty()) line += ", last reviewed " + identity.last_review_date;
    if (!identity.publisher.empty()) line += ", owner " + identity.publisher;
    if (site.approval) return line + "; approved here " + site.approval->date + " by " + site.approval->by;
    if (!identity.approval_date.empty()) return line + "; approved " + identity.approval_date;
    return line + "; not approved by a clinical owner";
}

}  // namespace

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
    : inner_(std::make_shared<Program::Inner>(std::move(pack), std::move(site))),
      expressions_(inner_->pack, inner_->types, inner_->slots, findings_) {}

Compilation ProgramBuilder::build() {
    inner_->provenance = provenance_of(inner_->pack.identity, inner_->site);
    number_sources();
    index_value_sets();
    index_orders();
    declare_types();
    compile_analytes();
    define_fixed_slots();
    // With a circle most facts stay undefined: that each expression does not know them would only hide the circle.
    if (!define_slots_in_order()) return {nullptr, std::move(findings_)};
    compile_gates();
    compile_rules();
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
