// The patients of clinical/vignettes.json, and those of cases/clinical.json on whom the product was once wrong, get
// exactly their cards. Both files lie beside the public test data; the tests skip where they are absent.
#include "tests/rules/vignettes.hpp"

namespace {

using boost::json::object;
using boost::json::value;

void expect_their_cards(std::string_view file) {
    const auto patients = vignettes::patients_of(file);
    if (!patients) GTEST_SKIP() << "skipped: there is no " << file;
    const rules::Pack pack = read_test_pack("rules/packs/back-pain-labs");
    for (const value& one : patients->as_array()) {
        const object& vignette = one.as_object();
        const std::string name = vignettes::text(vignette, "id") + ": " + vignettes::text(vignette, "title");
        EXPECT_EQ(vignettes::difference(vignette, pack), "") << name;
    }
}

TEST(Vignettes, GetExactlyTheirCards) {
    expect_their_cards("clinical/vignettes.json");
}

TEST(Cases, GetExactlyTheirCards) {
    expect_their_cards("cases/clinical.json");
}

}  // namespace
