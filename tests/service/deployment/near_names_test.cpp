#include "service/deployment/near_names.hpp"

#include "tests/case_name.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace service {
namespace {

struct Meant {
    const char* name;
    std::string wrong, near;
};

class NearFile : public testing::TestWithParam<Meant> {};

TEST_P(NearFile, IsProposed) {
    const TemporaryFolder folder;
    const std::filesystem::path base = folder.path();
    std::filesystem::create_directories(base / "packs" / "back-pain-labs");
    std::ofstream(base / "packs" / "back-pain-labs" / "pack.json") << "{}";
    const std::string near = GetParam().near;
    const std::string expected = near.empty() ? ""
                                              : " (" + near.substr(0, near.find('/')) +
                                                    (base / near.substr(near.find('/') + 1)).string() +
                                                    (near.starts_with("is") ? "?)" : ")");
    EXPECT_EQ(near_file(base / GetParam().wrong), expected);
}

INSTANTIATE_TEST_SUITE_P(Paths, NearFile,
                         testing::Values(Meant{"OneLetter", "packs/back-pain-lab", "is it /packs/back-pain-labs"},
                                         Meant{"Underscores", "packs/back_pain_labs", "is it /packs/back-pain-labs"},
                                         Meant{"FolderAbove", "pack/back-pain-labs", "is it /packs/back-pain-labs"},
                                         Meant{"FileInAWrongFolder", "pakcs/back-pain-labs/pack.json",
                                               "is it /packs/back-pain-labs/pack.json"},
                                         Meant{"NothingLikeIt", "packs/knee-pain", ""},
                                         Meant{"NoSuchFolder", "elsewhere/knee/pack.json",
                                               "there is no folder /elsewhere"}),
                         CaseName());

class NearTimeZone : public testing::TestWithParam<Meant> {};

TEST_P(NearTimeZone, IsProposed) {
    const TemporaryFolder folder;
    for (const char* zone :
         {"Europe/Madrid", "America/New_York", "America/Indiana/Knox", "UTC", "posix/Europe/Madrid"}) {
        std::filesystem::create_directories((folder.path() / zone).parent_path());
        std::ofstream(folder.path() / zone) << "TZif";
    }
    EXPECT_EQ(near_time_zone(GetParam().wrong, folder.path()),
              GetParam().near.empty() ? "" : " (is it \"" + GetParam().near + "\"?)");
}

INSTANTIATE_TEST_SUITE_P(Names, NearTimeZone,
                         testing::Values(Meant{"Misspelt", "Europe/Madird", "Europe/Madrid"},
                                         Meant{"SmallLetters", "europe/madrid", "Europe/Madrid"},
                                         Meant{"CityAlone", "Madrid", "Europe/Madrid"},
                                         Meant{"CityInWords", "new york", "America/New_York"},
                                         Meant{"OtherContinent", "US/New_York", "America/New_York"},
                                         Meant{"NothingLikeIt", "Mars/Olympus", ""}),
                         CaseName());

TEST(NearTimeZone, SaysWhereZonesAreMissing) {
    const TemporaryFolder folder;
    EXPECT_NE(near_time_zone("Europe/Madrid", folder.path() / "nowhere").find("tzdata"), std::string::npos);
}

}  // namespace
}  // namespace service
