// The pages behind the cards ("About this advice"): plain HTML that reads on a phone, without a script, of rule and
// version. No token is asked for, and nothing of a patient stands in page or address.
#pragma once

#include "rules/program/program.hpp"
#include "rules/text/digests.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace service {

/// The part of an address or of a path that stands for a digest: "ab12…" of "sha256:ab12…".
std::string_view digest_in_address(std::string_view digest);

/// Where the page of `rule` is, below `base`; empty unless `base` is an https address.
std::string about_address(std::string_view base, std::string_view digest, std::string_view rule);

/// The page, whole. Nothing if the pack has no such rule.
std::optional<std::string> about_page(const rules::Program& program, const rules::Digests& digests,
                                      std::string_view rule);

/// The page for a card of a version that is no longer here.
std::string page_of_another_version();

/// A page that links to those of all rules. Addresses are relative to the folder of the digest.
std::string about_index(const rules::Program& program, const rules::Digests& digests);

}  // namespace service
