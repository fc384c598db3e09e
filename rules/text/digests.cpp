#include "rules/text/digests.hpp"

#include <algorithm>

namespace rules {

std::vector<NamedDigest> named(const Digests& digests) {
    std::vector<NamedDigest> all = {{"digest of the pack", "packDigest", &digests.pack},
                                    {"digest of the site file", "siteDigest", &digests.site},
                                    {"digest on cards", "digest", &digests.cards},
                                    {"digest for an approval", "approvalDigest", &digests.approval}};
    std::erase_if(all, [](const NamedDigest& one) { return one.digest->empty(); });
    return all;
}

std::string lines_of(const Digests& digests, std::string_view indent) {
    const std::vector<NamedDigest> all = named(digests);
    std::size_t width = 0;
    for (const NamedDigest& one : all) width = std::max(width, one.name.size());
    std::string lines;
    for (const NamedDigest& one : all) {
        lines.append(indent).append(one.name).append(":");
        lines.append(width + 1 - one.name.size(), ' ');
        lines.append(*one.digest).append("\n");
    }
    return lines;
}

}  // namespace rules
