#include "rules/bulk/line_source.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr std::size_t longest = 3U << 20;

struct ReadBack {
    std::string text;
    std::vector<std::uint64_t> first_lines, too_long;
    bool is_document = false;
};

ReadBack read_all(const std::string& text) {
    std::istringstream in(text);
    auto source = rules::LineSource::open("-", &in, longest);
    ReadBack read;
    for (rules::LineBatch batch; source->next(batch);) {
        read.text += batch.text;
        read.first_lines.push_back(batch.first_line);
        read.too_long.insert(read.too_long.end(), batch.too_long.begin(), batch.too_long.end());
        read.is_document = read.is_document || batch.is_document;
    }
    return read;
}

TEST(LineSource, GivesEveryLineOnceWhateverTheBatches) {
    std::string text;
    for (int i = 0; i < 40'000; ++i) text += "{\"id\":\"" + std::string(70, 'x') + std::to_string(i) + "\"}\n";
    const ReadBack read = read_all(text);
    EXPECT_TRUE(read.text == text);
    EXPECT_GT(read.first_lines.size(), 1U);
    EXPECT_FALSE(read.is_document);
}

TEST(LineSource, TakesALastLineWithoutItsEnd) {
    EXPECT_EQ(read_all("{\"a\":1}\n{\"b\":2}").text, "{\"a\":1}\n{\"b\":2}");
}

TEST(LineSource, KnowsAPrettyPrintedDocument) {
    const ReadBack read = read_all("{\n  \"resourceType\": \"Bundle\"\n}\n");
    EXPECT_TRUE(read.is_document);
    EXPECT_EQ(read.text, "{\n  \"resourceType\": \"Bundle\"\n}\n");
}

TEST(LineSource, KnowsADocumentWhoseSecondLineBeginsAValue) {
    EXPECT_TRUE(
        read_all("{\"resourceType\":\"Bundle\",\"entry\":[\n{\"resource\":{}},\n{\"resource\":{}}]}\n").is_document);
}

TEST(LineSource, TakesABrokenFirstLineForALineWhereTheSecondIsOne) {
    EXPECT_FALSE(read_all("{\"a\":\n{\"b\":2}\n").is_document);
}

TEST(LineSource, LeavesOutALineThatIsTooLongAndGoesOn) {
    const std::string text = "{\"a\":1}\n{\"b\":\"" + std::string(5U << 20, 'x') + "\"}\n{\"c\":3}\n";
    const ReadBack read = read_all(text);
    EXPECT_EQ(read.too_long, std::vector<std::uint64_t>{2});
    EXPECT_EQ(read.text, "{\"a\":1}\n{\"c\":3}\n");
    EXPECT_EQ(read.first_lines.back(), 3U);
}

TEST(LineSource, HasNothingToGiveOfAnEmptyFile) {
    EXPECT_TRUE(read_all("").first_lines.empty());
}

}  // namespace
