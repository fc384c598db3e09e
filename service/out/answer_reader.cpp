#include "service/out/answer_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace service {

namespace http = boost::beast::http;
using boost::system::error_code;
using boost::system::result;

namespace {

constexpr unsigned first_interim = 100, switching_protocols = 101, first_final = 200, request_timeout = 408;
constexpr unsigned http_1_1 = 11;

FetchFault fault_of(const error_code& error) {
    const bool large = error == http::error::body_limit || error == http::error::header_limit;
    return large ? FetchFault::too_large : FetchFault::bad_answer;
}

}  // namespace

AnswerReader::AnswerReader(Question question) : question_(std::move(question)) {
    begin();
}

void AnswerReader::begin() {
    parser_.emplace();
    parser_->eager(true);
    parser_->body_limit(question_.most_bytes);
    parser_->header_limit(header_bytes_limit);
}

AnswerReader::State AnswerReader::fail(FetchFault fault) {
    fault_ = fault;
    clean_ = false;
    return State::failed;
}

AnswerReader::State AnswerReader::take(std::string_view bytes) {
    received_ += bytes.size();
    if (received_ / 2 > question_.most_bytes + framing_bytes_limit) return fail(FetchFault::too_large);
    if (question_.held != nullptr) {
        switch (question_.held->add(bytes.size())) {
            case HeldAnswers::Fit::fits:
                break;
            case HeldAnswers::Fit::too_large:
                return fail(FetchFault::too_large);
            case HeldAnswers::Fit::no_room:
                return fail(FetchFault::no_room);
        }
    }
    unread_.append(bytes);
    return parse();
}

AnswerReader::State AnswerReader::parse() {
    while (!unread_.empty()) {
        error_code error;
        const std::size_t taken = parser_->put(boost::asio::buffer(unread_), error);
        unread_.erase(0, taken);
        if (error == http::error::need_more) return State::wants_more;
        if (error) return fail(fault_of(error));
        if (!parser_->is_done()) {
            if (taken == 0) return State::wants_more;
            continue;
        }
        const unsigned status = parser_->get().result_int();
        if (status >= first_final || status < first_interim) return finish();
        // 1xx may come unasked (RFC 9110, section 15.2), but nobody asked to switch protocols.
        if (status == switching_protocols || ++interim_ > most_interim) return fail(FetchFault::bad_answer);
        begin();
    }
    return State::wants_more;
}

AnswerReader::State AnswerReader::end(bool properly) {
    error_code error;
    if (properly && parser_->got_some()) {
        parser_->put_eof(error);
        if (!error && parser_->is_done()) return finish();
    }
    return fail(FetchFault::bad_answer);
}

/// An answer is there to its end.
AnswerReader::State AnswerReader::finish() {
    const auto& message = parser_->get();
    if (message.result_int() < first_final) return fail(FetchFault::bad_answer);  // "099", which is no status
    // Some servers end a body with an empty line that its length does not count.
    if (unread_.find_first_not_of("\r\n") != std::string::npos) return fail(FetchFault::bad_answer);
    if (is_to_another_request()) return fail(FetchFault::other_answer);
    const auto encoding = message[http::field::content_encoding];
    if (!encoding.empty() && !boost::beast::iequals(encoding, "identity")) return fail(FetchFault::bad_answer);
    // A server that gives up waiting says 408 whether or not somebody has asked (RFC 9110, section 15.5.9).
    clean_ = parser_->keep_alive() && unread_.empty() && message.version() == http_1_1 &&
             message.result_int() != request_timeout;
    return State::whole;
}

/// Whether it names a request of ours, and not this one.
bool AnswerReader::is_to_another_request() const {
    if (question_.id.empty()) return false;
    bool others = false;
    for (const char* name : {"X-Request-Id", "X-Correlation-Id"}) {
        const auto [first, last] = parser_->get().equal_range(name);
        for (auto field = first; field != last; ++field) {
            const std::string_view id(field->value().data(), field->value().size());
            if (id == question_.id) return false;
            others = others || id.starts_with(request_id_prefix);
        }
    }
    return others;
}

result<HttpAnswer, FetchFault> AnswerReader::answer() {
    if (fault_) return *fault_;
    auto message = parser_->release();
    const auto field = [&](http::field name) { return std::string(message[name]); };
    HttpAnswer answer;
    answer.status = message.result_int();
    answer.cache_control = field(http::field::cache_control);
    answer.age = field(http::field::age);
    answer.body = std::move(message.body());
    return answer;
}

}  // namespace service
