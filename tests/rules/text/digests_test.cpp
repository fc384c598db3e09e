#include "rules/text/digests.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

TEST(Digests, StandBelowEachOtherUnderOneNameEach) {
    EXPECT_EQ(lines_of({"sha256:p", "sha256:s", "sha256:c", "sha256:a"}, "  "),
              "  digest of the pack:      sha256:p\n"
              "  digest of the site file: sha256:s\n"
              "  digest on cards:         sha256:c\n"
              "  digest for an approval:  sha256:a\n");
}

TEST(Digests, AreLeftOutWhereTheyDoNotApply) {
    EXPECT_EQ(lines_of({"sha256:p", "", "", ""}, ""), "digest of the pack: sha256:p\n");
    EXPECT_EQ(lines_of({}, ""), "");
}

}  // namespace
}  // namespace rules
