// A tree that is written down in Boost.JSON's layout must be one of Boost's own, whatever is done with it. That it says
// what the text says is held by json_scan_test.
#include "fhir/json_tree.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

namespace fhir {
namespace {

namespace json = boost::json;

// As Boost builds it, on the heap.
json::value built(const std::string& text) {
    auto tree = tree_of_sound(text, {}, {});
    EXPECT_TRUE(tree) << text;
    return tree.value_or(nullptr);
}

class JsonTree : public testing::Test {
  protected:
    // In memory of its own.
    json::value written(const std::string& text) {
        auto tree = tree_of_sound(text, &memory_, {});
        EXPECT_TRUE(tree) << text;
        EXPECT_EQ(tree->storage().get(), &memory_);
        return std::move(*tree);
    }

    json::monotonic_resource memory_;
};

std::string quoted(std::size_t size, char first) {
    std::string text(1, '"');
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + (static_cast<std::size_t>(first) + i) % 26);
    return text + '"';
}

TEST_F(JsonTree, HasStringsOfEveryLengthEachWithItsEnd) {
    for (std::size_t size = 0; size < 200; ++size) {
        const std::string text = quoted(size, 'a');
        const json::value tree = written(text);
        EXPECT_EQ(tree, built(text));
        EXPECT_EQ(std::strlen(tree.get_string().c_str()), size);
        EXPECT_EQ(tree.get_string().capacity(), std::max<std::size_t>(size, 14));
    }
}

TEST_F(JsonTree, HasNamesOfEveryLengthEachWithItsEnd) {
    for (std::size_t size = 0; size < 200; ++size) {
        const std::string text = '{' + quoted(size, 'n') + ":1}";
        const json::value tree = written(text);
        EXPECT_EQ(tree, built(text));
        EXPECT_EQ(std::strlen(tree.get_object().begin()->key_c_str()), size);
    }
}

TEST_F(JsonTree, HasDecimalsOfEveryLength) {
    for (std::size_t digits = 1; digits < 60; ++digits) {
        const std::string text = "[0." + std::string(digits, '1') + ",-0,1e5]";
        EXPECT_EQ(written(text), built(text));
        EXPECT_EQ(decimal_text(written(text).at(0)), "0." + std::string(digits, '1'));
    }
}

TEST_F(JsonTree, FindsEachMemberOfObjectsOfEverySize) {
    for (const std::size_t members : {0U, 1U, 2U, 17U, 18U, 19U, 20U, 36U, 37U, 500U}) {
        std::string text = "{";
        for (std::size_t i = 0; i < members; ++i) {
            text += (i ? ",\"n" : "\"n") + std::to_string(i) + "\":{\"in\":[" + std::to_string(i) + ",\"x\"]}";
        }
        const json::value tree = written(text + "}");
        EXPECT_EQ(tree, built(text + "}"));
        EXPECT_EQ(tree.get_object().size(), members);
        for (std::size_t i = 0; i < members; ++i) {
            EXPECT_EQ(tree.at("n" + std::to_string(i)).at("in").at(0).as_int64(), static_cast<std::int64_t>(i));
        }
        EXPECT_FALSE(tree.get_object().contains("n" + std::to_string(members)));
    }
}

TEST_F(JsonTree, HasMoreOpenValuesThanItHasRoomForAtFirst) {
    std::string text = "[";
    for (int i = 0; i < 5000; ++i) text += "\"" + std::string(static_cast<std::size_t>(i % 40), 'v') + "\",null,true,";
    text += "{}]";
    EXPECT_EQ(written(text), built(text));
    std::string names = "1";
    for (int depth = 0; depth < 60; ++depth)
        names = "{\"a\":[],\"" + std::to_string(depth) + "\":" + names + ",\"z\":0}";
    EXPECT_EQ(written(names), built(names));
}

TEST_F(JsonTree, MayBeChangedAsAnyOther) {
    const std::string text = R"({"short":"a","long":"more than fourteen","list":[1,2],"empty":[],"none":{},"n":1.5})";
    json::value tree = written(text), same = built(text);
    for (json::value* one : {&tree, &same}) {
        json::object& object = one->get_object();
        object["short"].get_string().append(" which becomes a long one");
        object["long"].get_string().append(" which becomes a longer one");
        object["long"].get_string().insert(0, "It is ");
        for (int i = 0; i < 40; ++i) object["list"].get_array().push_back(i);
        object["list"].get_array().erase(object["list"].get_array().begin());
        object["empty"].get_array().emplace_back("x");
        object["none"].get_object()["y"] = json::array{1, "z"};
        object.erase("n");
        for (int i = 0; i < 40; ++i) object["added" + std::to_string(i)] = i;
        object["short"] = object["list"];
    }
    EXPECT_EQ(tree, same);
    EXPECT_EQ(print_json(tree), print_json(same));
}

TEST(JsonTreeCopy, OutlivesTheMemoryItWasCopiedFrom) {
    const std::string text = R"({"name":["a","more than fourteen characters",{"x":-1.50}],"none":null,"is":true})";
    std::optional<json::value> copy, moved;
    {
        json::monotonic_resource memory;
        json::value tree = *tree_of_sound(text, &memory, {});
        copy.emplace(tree, json::storage_ptr());
        moved.emplace(json::storage_ptr());
        *moved = std::move(tree);  // other storage: copied
    }
    EXPECT_EQ(print_json(*copy), text);
    EXPECT_EQ(print_json(*moved), text);
}

TEST(JsonTreeCopy, BorrowsNothingFromTheText) {
    std::string text = R"({"resourceType":"Patient","id":"p","name":[{"family":"a name that is long enough"}]})";
    const std::string before = text;
    json::monotonic_resource memory;
    const json::value tree = *tree_of_sound(text, &memory, {});
    text.assign(text.size(), '#');
    EXPECT_EQ(print_json(tree), before);
}

TEST_F(JsonTree, SharesAPartWhereMemoryGoesAsAWhole) {
    json::value tree = written(R"({"a":{"b":["more than fourteen characters",1.5]},"short":"s"})");
    json::object twice(&memory_);
    twice.emplace("first", shared(tree.at("a")));
    twice.emplace("second", shared(tree.at("a")));
    twice.emplace("short", shared(tree.at("short")));
    EXPECT_EQ(&twice.at("first").at("b"), &tree.at("a").at("b"));
    EXPECT_EQ(twice.at("second"), tree.at("a"));
    EXPECT_EQ(twice.at("short").as_string(), "s");
    tree = nullptr;
    EXPECT_EQ(print_json(twice), R"({"first":{"b":["more than fourteen characters",1.5]},)"
                                 R"("second":{"b":["more than fourteen characters",1.5]},"short":"s"})");
}

TEST(JsonTreeCopy, IsWhatAPartOfTheHeapIsSharedBy) {
    json::value tree = built(R"({"a":["more than fourteen characters"]})");
    const json::value part = shared(tree.at("a"));
    EXPECT_NE(&part.at(0), &tree.at("a").at(0));
    tree = nullptr;
    EXPECT_EQ(part.at(0).as_string(), "more than fourteen characters");
}

// Generated: nested at random, with every kind of value, so that pieces end everywhere in the blocks of memory.
class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string value(int depth) {
        switch (random_() % (depth > 0 ? 8 : 6)) {
            case 0:
                return "null";
            case 1:
                return random_() % 2 ? "true" : "false";
            case 2:
                return std::to_string(static_cast<int>(random_() % 2000) - 1000);
            case 3:
                return std::to_string(random_() % 100) + "." + std::to_string(random_() % 1000);
            case 4:
                return "\"\\u00e9\\ud83d\\ude00\\n" + std::string(random_() % 20, 'e') + '"';
            case 5:
                return quoted(random_() % 40, 's');
            case 6:
                return list(depth);
            default:
                return object(depth);
        }
    }

  private:
    std::string list(int depth) {
        std::string text;
        for (std::size_t left = random_() % 6; left > 0; --left) text += (text.empty() ? "" : ", ") + value(depth - 1);
        return '[' + text + ']';
    }
    std::string object(int depth) {
        std::string text;
        for (std::size_t left = random_() % 24; left > 0; --left) {
            text += (text.empty() ? "\"" : ",\"") + std::string(left, 'k') + "\":" + value(depth - 1);
        }
        return '{' + text + '}';
    }

    std::mt19937 random_;
};

TEST_F(JsonTree, IsOfGeneratedTextsWhatBoostBuilds) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        const std::string text = Generator(seed).value(4);
        const json::value tree = written(text), same = built(text);
        ASSERT_EQ(tree, same) << text.substr(0, 200);
        ASSERT_EQ(print_json(tree), print_json(same));
    }
}

}  // namespace
}  // namespace fhir
