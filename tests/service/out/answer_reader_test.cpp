#include "service/out/answer_reader.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using State = AnswerReader::State;

constexpr const char* own_id = "backpain-cds-00000000-0000-4000-8000-000000000000-7";

AnswerReader::Question question(std::size_t most_bytes = 1000) {
    return {own_id, most_bytes, nullptr};
}

std::string answer(const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(AnswerReader, FindsTheEndOfAnAnswerWhereverItIsCut) {
    const std::string text = answer("{\"a\":1}", "Cache-Control: max-age=60\r\nAge: 7\r\n");
    for (std::size_t first = 0; first < text.size(); ++first) {
        AnswerReader reader(question());
        const State begun = first == 0 ? State::wants_more : reader.take(text.substr(0, first));
        EXPECT_EQ(begun, State::wants_more) << first;
        EXPECT_EQ(reader.take(text.substr(first)), State::whole) << first;
        EXPECT_TRUE(reader.leaves_a_clean_connection());
        const auto read = reader.answer();
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(read->status, 200U);
        EXPECT_EQ(read->body, "{\"a\":1}");
        EXPECT_EQ(read->cache_control, "max-age=60");
        EXPECT_EQ(read->age, "7");
    }
}

TEST(AnswerReader, PutsChunksTogether) {
    AnswerReader reader(question());
    const std::string text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{\"\r\n5\r\na\":1}\r\n0\r\nX: y\r\n\r\n";
    EXPECT_EQ(reader.take(text), State::whole);
    EXPECT_TRUE(reader.leaves_a_clean_connection());
    EXPECT_EQ(reader.answer()->body, "{\"a\":1}");
}

// RFC 9110, section 15.2: a client must be able to read past 1xx answers that it has not asked for.
TEST(AnswerReader, ReadsPastInterimAnswers) {
    AnswerReader reader(question());
    const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
    EXPECT_EQ(reader.take(early), State::wants_more);
    EXPECT_EQ(reader.take("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + answer("{}")), State::whole);
    EXPECT_TRUE(reader.leaves_a_clean_connection());
    const auto read = reader.answer();
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->status, 200U);
    EXPECT_EQ(read->body, "{}");
}

TEST(AnswerReader, ReadsPastABoundedNumberOfThem) {
    AnswerReader reader(question());
    for (unsigned i = 0; i < AnswerReader::most_interim; ++i) {
        ASSERT_EQ(reader.take("HTTP/1.1 103 Early Hints\r\n\r\n"), State::wants_more) << i;
    }
    EXPECT_EQ(reader.take("HTTP/1.1 103 Early Hints\r\n\r\n"), State::failed);
    EXPECT_EQ(reader.answer().error(), FetchFault::bad_answer);
}

// ---- what is no answer ----------------------------------------------------------------------------------------------

struct Refused {
    const char* name;
    std::string text;
    FetchFault fault = FetchFault::bad_answer;
};
class RefusedAnswers : public testing::TestWithParam<Refused> {};

TEST_P(RefusedAnswers, LeaveNoConnection) {
    AnswerReader reader(question());
    State state = reader.take(GetParam().text);
    if (state == State::wants_more) state = reader.end(true);
    EXPECT_EQ(state, State::failed);
    EXPECT_EQ(reader.answer().error(), GetParam().fault);
    EXPECT_FALSE(reader.leaves_a_clean_connection());
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedAnswers,
    testing::Values(
        Refused{"Garbage", "garbage\r\n\r\n"}, Refused{"HalfAHead", "HTTP/1.1 200 OK\r\nContent-"},
        Refused{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"},
        Refused{"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf"},
        Refused{"OnlyAnInterimAnswer", "HTTP/1.1 103 Early Hints\r\n\r\n"},
        Refused{"NoStatus", "HTTP/1.1 099 Continue\r\n\r\n" + answer("{}")},
        // Nobody asked for another protocol (RFC 9110, section 15.2.2).
        Refused{"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + answer("{}")},
        // RFC 9112, section 6.3: a message with both is not to be trusted.
        Refused{"LengthAndChunks",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Refused{"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "},
        Refused{"NoLength", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"},
        Refused{"ShortLength", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}"},
        // Which of the two is ours? Nobody knows.
        Refused{"TwoAnswers", answer("{\"of\":1}") + answer("{\"of\":2}")},
        Refused{"BodyOfAnAnswerWithoutOne", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}"},
        Refused{"Compressed", answer("x", "Content-Encoding: gzip\r\n")},
        Refused{"OtherVersion", "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
        Refused{"LargeBody", answer(std::string(1001, 'x')), FetchFault::too_large},
        Refused{"LargeHead", "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", FetchFault::too_large},
        Refused{"EndlessChunkExtension",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(200'000, 'x'),
                FetchFault::too_large}),
    CaseName());

TEST(AnswerReader, TakesNothingThatMayHaveBeenCutOff) {
    const std::string without_length = "HTTP/1.1 200 OK\r\n\r\n{\"a\":";
    AnswerReader proper(question());
    EXPECT_EQ(proper.take(without_length), State::wants_more);
    EXPECT_EQ(proper.end(true), State::whole) << "the end of the connection is the end of the body";
    EXPECT_FALSE(proper.leaves_a_clean_connection());
    AnswerReader cut(question());
    EXPECT_EQ(cut.take(without_length), State::wants_more);
    EXPECT_EQ(cut.end(false), State::failed) << "over TLS somebody may have cut it";
}

// ---- whether the connection can carry another -----------------------------------------------------------------------

struct Left {
    const char* name;
    std::string text;
};
class LeftConnections : public testing::TestWithParam<Left> {};

TEST_P(LeftConnections, AreNotUsedAgain) {
    AnswerReader reader(question());
    EXPECT_EQ(reader.take(GetParam().text), State::whole);
    EXPECT_TRUE(reader.answer().has_value());
    EXPECT_FALSE(reader.leaves_a_clean_connection());
}

INSTANTIATE_TEST_SUITE_P(
    All, LeftConnections,
    testing::Values(Left{"Closing", answer("{}", "Connection: close\r\n")},
                    Left{"OldVersion", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
                    Left{"OldVersionThatKeeps",
                         "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"},
                    // RFC 9110, section 15.5.9: sent when a server is tired of waiting, whether it was asked or not.
                    Left{"RequestTimeout", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"},
                    Left{"EmptyLineBehind", answer("{}") + "\r\n"}),
    CaseName());

// ---- whose answer it is ---------------------------------------------------------------------------------------------

struct Named {
    const char* name;
    std::string headers;
    bool ours;
};
class NamedAnswers : public testing::TestWithParam<Named> {};

// FHIR R4, RESTful API, "Custom Headers": the client's id comes back in X-Request-Id, or in X-Correlation-Id if the
// server has an id of its own.
TEST_P(NamedAnswers, AreTakenIfTheyNameNoOtherRequest) {
    AnswerReader reader(question());
    EXPECT_EQ(reader.take(answer("{}", GetParam().headers)), GetParam().ours ? State::whole : State::failed);
    if (!GetParam().ours) {
        EXPECT_EQ(reader.answer().error(), FetchFault::other_answer);
    }
    EXPECT_EQ(reader.leaves_a_clean_connection(), GetParam().ours);
}

const std::string other_id = "backpain-cds-00000000-0000-4000-8000-000000000000-6";

INSTANTIATE_TEST_SUITE_P(
    All, NamedAnswers,
    testing::Values(
        Named{"Nothing", "", true}, Named{"Ours", "X-Request-Id: " + std::string(own_id) + "\r\n", true},
        Named{"TheServers", "x-request-id: 42\r\n", true},
        Named{"TheServersAndOurs", "X-Request-ID: 42\r\nX-Correlation-ID: " + std::string(own_id) + "\r\n", true},
        Named{"TwoOfWhichOneIsOurs", "X-Request-Id: " + other_id + "\r\nX-Request-Id: " + own_id + "\r\n", true},
        Named{"AnotherOfUs", "X-Request-Id: " + other_id + "\r\n", false},
        Named{"TheServersAndAnotherOfUs", "X-Request-Id: 42\r\nX-Correlation-Id: " + other_id + "\r\n", false}),
    CaseName());

// ---- what is held of it ---------------------------------------------------------------------------------------------

TEST(AnswerReader, CountsWhatComesAgainstTheCallAndAllCalls) {
    BodyBudget all(1000);
    const auto call = std::make_shared<HeldAnswers>(600, &all);
    const std::string large = answer(std::string(400, 'x'));
    AnswerReader first({"", 1000, call});
    EXPECT_EQ(first.take(large), State::whole);
    AnswerReader second({"", 1000, call});
    EXPECT_EQ(second.take(large), State::failed);
    EXPECT_EQ(second.answer().error(), FetchFault::too_large) << "for this call";

    auto another = std::make_shared<HeldAnswers>(600, &all);
    AnswerReader third({"", 1000, another});
    EXPECT_EQ(third.take(large), State::whole);
    const auto one_too_many = std::make_shared<HeldAnswers>(600, &all);
    AnswerReader fourth({"", 1000, one_too_many});
    EXPECT_EQ(fourth.take(large), State::failed);
    EXPECT_EQ(fourth.answer().error(), FetchFault::no_room);
}

TEST(HeldAnswers, AreGivenBackWithTheCall) {
    BodyBudget all(100);
    for (int i = 0; i < 3; ++i) {
        HeldAnswers call(100, &all);
        EXPECT_EQ(call.add(90), HeldAnswers::Fit::fits) << i;
        EXPECT_EQ(call.add(11), HeldAnswers::Fit::too_large);
    }
}

}  // namespace
}  // namespace service
