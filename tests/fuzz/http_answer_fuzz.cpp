// What another server sends back on one connection, cut into pieces as the network likes. However it is cut, the same
// answer comes of it or the same fault; nothing is larger than allowed; and a connection that may be used again has
// nothing left on it.
#include "service/out/answer_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using service::AnswerReader;
using service::FetchFault;
using service::HeldAnswers;
using State = AnswerReader::State;

constexpr std::size_t most_bytes = 2048;
constexpr const char* request_id = "backpain-cds-0-1";

struct Outcome {
    State state = State::wants_more;
    bool clean = false;
    std::size_t left = 0;  ///< bytes that were not asked for any more
    boost::system::result<service::HttpAnswer, FetchFault> answer = FetchFault::timed_out;
};

/// \param sizes  of the pieces, over and over; a size of 0 is the whole rest.
Outcome read(std::string_view bytes, std::string_view sizes, bool properly) {
    AnswerReader reader({request_id, most_bytes, std::make_shared<HeldAnswers>(std::size_t(64) * 1024)});
    Outcome outcome;
    for (std::size_t i = 0; !bytes.empty() && outcome.state == State::wants_more; ++i) {
        const std::size_t wanted = sizes.empty() ? 0 : static_cast<unsigned char>(sizes[i % sizes.size()]);
        const std::size_t size = wanted == 0 ? bytes.size() : std::min(wanted, bytes.size());
        outcome.state = reader.take(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
    outcome.left = bytes.size();
    if (outcome.state == State::wants_more) outcome.state = reader.end(properly);
    outcome.clean = reader.leaves_a_clean_connection();
    outcome.answer = reader.answer();
    return outcome;
}

void check(const Outcome& outcome) {
    if (outcome.state == State::wants_more) std::abort();
    if (outcome.answer.has_value() != (outcome.state == State::whole)) std::abort();
    if (outcome.clean && outcome.state != State::whole) std::abort();
    if (!outcome.answer) return;
    if (outcome.answer->body.size() > most_bytes) std::abort();
    if (outcome.answer->status < 200) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) return 0;
    // The first byte says how many follow that are the sizes of pieces, and how the connection ends.
    const std::size_t sizes = std::min<std::size_t>(static_cast<unsigned char>(input.front()) >> 1U, input.size() - 1);
    const bool properly = (static_cast<unsigned char>(input.front()) & 1U) != 0;
    const std::string_view bytes = input.substr(1 + sizes);
    const Outcome whole = read(bytes, {}, properly);
    const Outcome cut = read(bytes, input.substr(1, sizes), properly);
    check(whole);
    check(cut);
    // What came behind the answer is seen only if it came with it; the answer itself never depends on the cuts.
    if (cut.left == 0 && cut.state != whole.state && whole.state == State::whole) std::abort();
    if (whole.state == State::whole && (!cut.answer || cut.answer->body != whole.answer->body)) std::abort();
    if (whole.clean && (!cut.clean || cut.left != 0)) std::abort();
    return 0;
}
