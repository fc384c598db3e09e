// Our own prefetch templates and service ids, held against what every client of CDS Hooks can be expected to handle
// (CDS Hooks, "Prefetch Template", "Prefetch tokens", "Prefetch query restrictions"; ). A site's
// own codes become part of a template, so this is checked whenever a pack is loaded, and not only when one is written.
#pragma once

#include "rules/program/program.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// What is wrong with the templates of one hook's service, one sentence each; empty: nothing.
std::vector<std::string> faults_of_templates(std::span<const rules::PrefetchTemplate> templates);

/// Whether a service id can be joined to an address without escaping, as clients do.
bool is_service_id(std::string_view id) noexcept;

/// Both, for every service that `program` offers, as findings about the pack in `pack`.
rules::Diagnostics lint_services(const rules::Program& program, const std::filesystem::path& pack);

}  // namespace service
