// The answer to one GET, out of the bytes that a server sends (RFC 9112): where it ends, whether it is whole, whether
// it is ours, and whether the connection can carry another. No I/O: whoever owns the connection hands over what came.
//
// Interim answers (1xx) are read past, a bounded number of them. What stands behind the answer is a fault: which of the
// two is ours, nobody knows.
#pragma once

#include "service/out/http_get.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// What the ids of our requests begin with. Servers that know the header send it back (FHIR R4, RESTful API, "Custom
/// Headers").
inline constexpr std::string_view request_id_prefix = "backpain-cds-";

class AnswerReader {
  public:
    enum class State { wants_more, whole, failed };

    static constexpr unsigned most_interim = 16;
    static constexpr std::uint32_t header_bytes_limit = 16 * 1024;
    static constexpr std::size_t framing_bytes_limit = 64 * 1024;  ///< beside twice the body: chunks, interim answers

    struct Question {
        std::string id;  ///< of the request, as sent; empty: none
        std::size_t most_bytes = 0;
        std::shared_ptr<HeldAnswers> held;  ///< may be null
    };

    explicit AnswerReader(Question question);

    /// The next bytes, as they came. Not to be called once it does not want more.
    State take(std::string_view bytes);

    /// The server has ended what it sends. \param properly  false if TLS was cut off, so that bytes may be missing.
    State end(bool properly);

    /// Whether anything came at all.
    bool began() const { return received_ > 0; }

    /// Once it is whole: whether the connection is in order and may carry another exchange.
    bool leaves_a_clean_connection() const { return clean_; }

    /// What came of it; once it is whole or failed.
    boost::system::result<HttpAnswer, FetchFault> answer();

  private:
    using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

    void begin();
    State parse();
    State finish();
    State fail(FetchFault fault);
    bool is_to_another_request() const;

    Question question_;
    std::optional<Parser> parser_;
    std::string unread_;  ///< came, and is not taken by the parser yet: a head without its end, or what is too much
    std::size_t received_ = 0;
    unsigned interim_ = 0;
    bool clean_ = false;
    std::optional<FetchFault> fault_;
};

}  // namespace service
