// What the report says of versions beside the one that answers: what a shadow would have said, and a canary's cards
// beside those of everybody else, of the same time. Counts side by side and no test of significance: a few per cent of
// users are a handful, and a canary is there to find breakage.
#pragma once

#include "rules/page/html_page.hpp"
#include "service/store/store.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace service {

/// What a shadow made of the calls that one version answered.
struct ShadowSeen {
    std::string answered;                        ///< digest of who did
    std::string pack, version, digest;           ///< of the shadow
    std::map<std::string, std::uint64_t> calls;  ///< "compared", "skipped", "failed"
    /// Calls by rule and difference: "same", "changed", "only-live", "only-shadow", "unknown-live", "unknown".
    std::map<std::string, std::map<std::string, std::uint64_t>> rules;
};

/// What was answered while a canary was there.
struct CanarySeen {
    std::string digest;
    std::map<std::string, std::uint64_t> calls;  ///< by who answered: "live", "canary"; of live those "without-user"
    std::map<std::string, std::map<std::string, std::uint64_t>> cards;  ///< by rule, and who gave them
};

struct VersionsBeside {
    std::vector<ShadowSeen> shadows;
    std::vector<CanarySeen> canaries;

    /// Adds a line of the tally; what is about nothing of the kind is passed over.
    void take(const TallyLine& line);
};

/// What a digest is called in a report: pack and version.
using VersionNames = std::map<std::string, std::string>;

boost::json::array json_of(const std::vector<ShadowSeen>& shadows);
boost::json::array json_of(const std::vector<CanarySeen>& canaries);

/// As they may be shared; none where there was nothing beside.
std::vector<rules::Section> sections_of(const VersionsBeside& beside, const VersionNames& names);

}  // namespace service
