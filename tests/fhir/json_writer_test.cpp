#include "fhir/json_writer.hpp"

#include "fhir/json_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fhir {
namespace {

std::string written(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

// RFC 8259, section 7: what must be escaped is, wherever it stands; what need not be is left as it was.
TEST(JsonString, EscapesWhatMustBeWhereverItStands) {
    for (int code = 0; code < 0x100; ++code) {
        const char c = static_cast<char>(code);
        const bool must_be_escaped = code < 0x20 || c == '"' || c == '\\';
        for (std::size_t size = 1; size <= 20; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, '~');
                text[at] = c;
                const std::string json = written(text);
                ASSERT_EQ(json == '"' + text + '"', !must_be_escaped)
                    << "byte " << code << " at " << at << " of " << size;
                if (code >= 0x80 || code == 1) continue;  // alone no UTF-8; begins what this tree keeps for decimals
                ASSERT_EQ(text_of(*parse_json(json)), text) << "byte " << code << " at " << at << " of " << size;
            }
        }
    }
}

TEST(JsonString, WritesTheShortEscapes) {
    EXPECT_EQ(written("\"\\\b\f\n\r\t\x1f"), R"("\"\\\b\f\n\r\t\u001f")");
    EXPECT_EQ(written(""), R"("")");
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
    JsonWriter out;
    out.begin_object();
    out.member("a", "x:");
    out.array("b");
    out.string("{");
    out.string("[");
    out.begin_object();
    out.end_object();
    out.json("1.50");
    out.end_array();
    out.object("c");
    out.array("d");
    out.end_array();
    out.member("e", "");
    out.end_object();
    out.end_object();
    EXPECT_EQ(out.take(), R"({"a":"x:","b":["{","[",{},1.50],"c":{"d":[],"e":""}})");
}

}  // namespace
}  // namespace fhir
