// What stands between a pack and its seal, step by step: for `seal`, and for whoever wants to know before.
#pragma once

#include "fhir/date_time.hpp"
#include "service/deployment/sealed_pack.hpp"
#include "service/tuning/read_version.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace service {

struct GateStep {
    std::string_view id, title;  ///< "check", "`check` finds no error"
    bool passed = true;
    bool stops = true;              ///< what does not pass is not sealed; else it is, and says so
    std::vector<std::string> says;  ///< what was found, a sentence each
    std::string refusal = {};       ///< why it is not sealed, in a few words
    bool cannot_be_read = false;
    std::vector<rules::Place> mended_at = {};  ///< in the pack's files by their path below it, in others by their own
};

struct ReleaseGate {
    std::vector<GateStep> steps;
};

/// Holds a pack with its site file against `check`, its stories, the version before it, approval, and what nobody has
/// confirmed. A step that needs what an earlier one did not find is left out. Whoever seals seals this text, whatever
/// becomes of the disk meanwhile. \param previous  a pack, or empty.
ReleaseGate hold_for_release(const PackText& pack, const SiteSource& site, const std::filesystem::path& previous,
                             const fhir::Date& today);

/// The first that keeps the pack from being sealed, or null.
const GateStep* first_failed(const ReleaseGate& gate);

/// The pack as a sealed file has it, unsigned.
SealedPack seal_pack(const ReadVersion& version);

}  // namespace service
