// Ten thousand calls about twenty patients, before a FHIR server that does nearly everything wrong at random. Each
// patient and query has a value of its own. A call whose queries were all answered gives exactly the cards that its
// patient gets from a server in order; any other has told the log what it could not have, and gives cards of that
// patient's values alone, which say what they lack where they are others, or 412.
//
// The name begins with Slow: these tests run apart from the others (tests/CMakeLists.txt).
#include "service/hooks/hook_handler.hpp"
#include "tests/service/https_test_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <variant>

namespace service {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr int patients = 20;
constexpr unsigned seed = 20261129;

std::string two_digits(int number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

/// No id or value of one patient is the beginning of another's.
std::string patient_id(int patient) {
    return "pat" + two_digits(patient);
}

/// ng/mL and pg/mL: deficient and low under every ruleset, and one patient's alone.
std::string vitamin_d_of(int patient) {
    return "5." + two_digits(patient);
}
std::string b12_of(int patient) {
    return "1" + two_digits(patient) + ".5";
}

std::string concept_of(const std::string& system, const std::string& code) {
    return R"({"coding":[{"system":")" + system + R"(","code":")" + code + "\"}]}";
}

std::string subject_of(int patient) {
    return R"("subject":{"reference":"Patient/)" + patient_id(patient) + "\"}";
}

std::string condition(int patient, const std::string& name, const std::string& code) {
    return R"({"resourceType":"Condition","id":")" + patient_id(patient) + "-" + name + "\"," + subject_of(patient) +
           R"(,"onsetDateTime":"2024-01-01","clinicalStatus":)" +
           concept_of("http://terminology.hl7.org/CodeSystem/condition-clinical", "active") + R"(,"code":)" +
           concept_of("http://snomed.info/sct", code) + "}";
}

std::string result_of(int patient, const std::string& name, const std::string& code, const std::string& value,
                      const std::string& unit) {
    return R"({"resourceType":"Observation","id":")" + patient_id(patient) + "-" + name + "\"," + subject_of(patient) +
           R"(,"status":"final","effectiveDateTime":"2026-01-02","code":)" + concept_of("http://loinc.org", code) +
           R"(,"valueQuantity":{"value":)" + value + R"(,"unit":")" + unit +
           R"(","system":"http://unitsofmeasure.org","code":")" + unit + "\"}}";
}

/// What one search finds. Patients differ in what there is: an empty answer in place of another one matters.
std::vector<std::string> found(int patient, std::string_view type, const std::string& codes) {
    if (type == "Condition") {
        std::vector<std::string> conditions{condition(patient, "back", "279039007")};
        if (patient % 3 != 0) conditions.push_back(condition(patient, "bones", "64859006"));
        return conditions;
    }
    if (type == "Observation" && codes.find("62292-8") != std::string::npos && patient % 2 == 0) {
        return {result_of(patient, "vitamin-d", "62292-8", vitamin_d_of(patient), "ng/mL")};
    }
    if (type == "Observation" && codes.find("2132-9") != std::string::npos && patient % 4 < 2) {
        return {result_of(patient, "b12", "2132-9", b12_of(patient), "pg/mL")};
    }
    return {};
}

/// What a request asks for, taken apart.
struct Asked {
    std::string target, type, codes;
    int patient = 0;
    int page = 1;

    explicit Asked(const std::string& of) : target(of) {
        const auto url = boost::urls::parse_relative_ref(of);
        auto segment = url->segments().begin();  // "fhir", the type, an id
        type = *++segment;
        std::string id;
        if (url->segments().size() > 2) id = *++segment;
        for (const auto& parameter : url->params()) {
            if (parameter.key == "patient") id = parameter.value;
            if (parameter.key == "code") codes = parameter.value;
            if (parameter.key == "page") page = std::stoi(parameter.value);
        }
        patient = std::stoi(id.substr(3));
    }
};

/// How a server shows which question an answer is to; FHIR asks for the first, and each alone must do.
enum class Shows { self_link, request_id, both };

Shows style_of(int patient) {
    return static_cast<Shows>(patient % 3);
}

std::string body_of(const Asked& asked, const std::string& next = {}) {
    if (asked.type == "Patient") {
        return R"({"resourceType":"Patient","id":")" + patient_id(asked.patient) +
               R"(","birthDate":"1960-01-01","gender":"female"})";
    }
    std::string links, entries;
    if (style_of(asked.patient) != Shows::request_id) {
        links += R"({"relation":"self","url":"https://fhir.example.org)" + asked.target + "\"}";
    }
    if (!next.empty()) links += std::string(links.empty() ? "" : ",") + R"({"relation":"next","url":")" + next + "\"}";
    for (const std::string& resource : found(asked.patient, asked.type, asked.codes)) {
        entries += (entries.empty() ? "" : ",") + (R"({"resource":)" + resource + R"(,"search":{"mode":"match"}})");
    }
    return R"({"resourceType":"Bundle","type":"searchset","link":[)" + links + R"(],"entry":[)" + entries + "]}";
}

std::string head_of(const Asked& asked, const std::string& request_id, std::size_t length) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n";
    if (style_of(asked.patient) != Shows::self_link) head += "X-Request-Id: " + request_id + "\r\n";
    return head + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

enum class Fault {
    none,
    early_hints,
    two_continues,
    stray_behind,
    stray_before_the_next,
    answer_of_another,
    half_a_head,
    half_a_body,
    short_length,
    long_length,
    length_and_chunks,
    cut_chunk,
    garbage,
    never_answers,
    closes,
    endless_pages,
    pages_in_a_circle,
    pages_elsewhere,
    error
};
constexpr int kinds_of_fault = static_cast<int>(Fault::error) + 1;

/// Answers one connection's requests, with faults drawn at random, but the same for the same number.
class Misbehaving {
  public:
    /// \param faulty  in how many of a thousand requests.
    explicit Misbehaving(unsigned faulty) : faulty_(faulty) {}

    void converse(TestPeer& peer) {
        std::mt19937 random(seed + ++connections_);
        const auto drawn = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
        if (drawn(1000) < faulty_ / 4) peer.send(stray(drawn(1000)));
        std::string before;
        bool goes_on = true;
        while (goes_on) {
            const auto head = peer.head();
            if (!head) return;
            Fault fault = drawn(1000) < faulty_ ? static_cast<Fault>(drawn(kinds_of_fault)) : Fault::none;
            // Waiting costs a call all of its time.
            if (fault == Fault::never_answers && drawn(16) != 0) fault = Fault::none;
            if (!before.empty()) peer.send(std::exchange(before, ""));
            if (fault == Fault::stray_before_the_next) before = stray(drawn(1000));
            goes_on = answer(peer, Asked(target_of(*head)), field_of(*head, "X-Request-Id"), fault, drawn(1000));
        }
    }

    std::map<Fault, std::size_t> made() const {
        const std::lock_guard lock(mutex_);
        return made_;
    }

  private:
    /// \returns whether the connection goes on.
    bool answer(TestPeer& peer, const Asked& asked, const std::string& id, Fault fault, unsigned number) {
        {
            const std::lock_guard lock(mutex_);
            ++made_[fault];
        }
        const std::string body = body_of(asked);
        const std::string head = head_of(asked, id, body.size());
        switch (fault) {
            case Fault::none:
            case Fault::stray_before_the_next:
                keep(head + body);
                return peer.send(head + body);
            case Fault::early_hints:
                return peer.send("HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" + head + body);
            case Fault::two_continues:
                peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                return peer.send("HTTP/1.1 100 Continue\r\n\r\n" + head + body);
            case Fault::stray_behind:
                peer.send(head + body);
                return peer.send(stray(number));
            case Fault::answer_of_another:
                return peer.send(stray(number));
            case Fault::half_a_head:
                peer.send(head.substr(0, head.size() / 2));
                return false;
            case Fault::half_a_body:
                peer.send(head + body.substr(0, body.size() / 2));
                return false;
            case Fault::short_length:
                return peer.send(head_of(asked, id, body.size() - 1 - number % (body.size() - 1)) + body);
            case Fault::long_length:
                peer.send(head_of(asked, id, body.size() + 1 + number) + body);
                return false;
            case Fault::length_and_chunks:
                return peer.send(head.substr(0, head.size() - 2) + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            case Fault::cut_chunk:
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + body);
                return false;
            case Fault::garbage:
                return peer.send(std::string("\x16\x03\x01\r\n\r\n", 7) + body);
            case Fault::never_answers:
                peer.send(head.substr(0, 20));
                return true;  // the client gives up
            case Fault::closes:
                return false;
            case Fault::endless_pages:
                return send_page(
                    peer, asked, id,
                    asked.target.substr(0, asked.target.find("&page=")) + "&page=" + std::to_string(asked.page + 1));
            case Fault::pages_in_a_circle:
                return send_page(peer, asked, id, asked.target);
            case Fault::pages_elsewhere:
                return send_page(peer, asked, id, "https://elsewhere.example.org" + asked.target);
            case Fault::error:
                return peer.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
        }
        return false;
    }

    static bool send_page(TestPeer& peer, const Asked& asked, const std::string& id, const std::string& next) {
        const std::string body = body_of(asked, next);
        return peer.send(head_of(asked, id, body.size()) + body);
    }

    /// Answers that were given go on living, as those do that a proxy holds back.
    void keep(std::string answer) {
        constexpr std::size_t most_kept = 500;
        const std::lock_guard lock(mutex_);
        kept_.push_back(std::move(answer));
        if (kept_.size() > most_kept) kept_.pop_front();
    }

    std::string stray(unsigned number) const {
        const std::lock_guard lock(mutex_);
        return kept_.empty() ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                             : kept_[number % kept_.size()];
    }

    unsigned faulty_;
    std::atomic<unsigned> connections_ = 0;
    mutable std::mutex mutex_;  // of what follows
    std::deque<std::string> kept_;
    std::map<Fault, std::size_t> made_;
};

/// What came of one call.
struct Outcome {
    int patient = 0;
    unsigned status = 0;
    std::string body;
    bool all_fetched = false;  ///< by the log: every query that was made was answered
};

/// Counts what could not be had of a FHIR server, or not be used.
class MissedQueries final : public Log {
  public:
    void write(const Event& event) override {
        const auto* fetched = std::get_if<FhirFetched>(&event);
        const bool missed = fetched != nullptr && fetched->outcome != "fetched";
        if (missed || std::holds_alternative<SourceMissing>(event)) ++count;
    }

    std::size_t count = 0;
};

/// Calls one after the other, with a log of their own.
class Lane {
  public:
    Lane(const std::vector<LoadedPack>& packs, const FhirReading& reading, std::string base)
        : handler_(packs, {frozen_clock(*parse_clinical_instant("2026-01-15T09:00:00Z")),
                           {[] { return std::string("uuid"); }},
                           log_,
                           nullptr,
                           reading}),
          base_(std::move(base)) {
        Client client;
        client.fhir_servers = {base_};
        client_ = std::make_shared<const Client>(client);
    }

    asio::awaitable<void> run(int first, int calls, int step, std::vector<Outcome>& into) {
        for (int i = first; i < calls; i += step) {
            const int patient = i % patients;
            const std::size_t missed = log_.count;
            const std::string body = R"({"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                "fhirServer":")" + base_ +
                                     R"(","fhirAuthorization":{"access_token":"secret","token_type":"Bearer",
                "expires_in":300,"scope":"patient/*.read","subject":"cds"},
                "context":{"userId":"Practitioner/1","patientId":")" +
                                     patient_id(patient) + "\"}}";
            const RequestHead head;
            ServiceCall call{"back-pain-labs-patient-view", head, body, client_};
            Reply reply = co_await handler_.call(std::move(call));
            into.push_back({patient, reply.status, std::move(reply.body), log_.count == missed});
        }
    }

  private:
    MissedQueries log_;
    HookHandler handler_;
    std::string base_;
    std::shared_ptr<const Client> client_;
};

/// `calls` calls, some of them at once, before a server that is faulty in so many of a thousand requests.
std::vector<Outcome> outcomes_of(int calls, Misbehaving& behaviour, bool tls) {
    constexpr int lanes = 8;
    HttpsTestServer::Options options;
    options.tls = tls;
    const HttpsTestServer server([&](TestPeer& peer) { behaviour.converse(peer); }, options);
    static const std::vector<LoadedPack> packs = {load_pack("rules/packs/back-pain-labs", {})};
    asio::io_context io;
    HttpsClients clients({io.get_executor()}, open_client_tls(server.ca_file()), {.development = true, .networks = {}});
    FhirReading reading;
    reading.clients = &clients;
    reading.development = true;
    reading.timeout = reading.deadline = 2s;
    std::vector<Outcome> outcomes;
    std::deque<Lane> running;
    for (int lane = 0; lane < lanes; ++lane) {
        asio::co_spawn(io, running.emplace_back(packs, reading, server.url("/fhir")).run(lane, calls, lanes, outcomes),
                       [](const std::exception_ptr& bug) {
                           if (bug) std::rethrow_exception(bug);
                       });
    }
    io.run();
    return outcomes;
}

/// Whether `body` holds an id or a value of somebody else.
bool tells_of_another(const std::string& body, int patient) {
    for (int other = 0; other < patients; ++other) {
        if (other == patient) continue;
        for (const std::string& mark : {patient_id(other), vitamin_d_of(other), b12_of(other)}) {
            if (body.find(mark) != std::string::npos) return true;
        }
    }
    return false;
}

/// Whether a card says why something is missing, in the pack's words.
bool says_what_is_missing(const std::string& body) {
    constexpr std::array reasons = {"(in part)",
                                    "(too late)",
                                    "(not allowed)",
                                    "(not on the server)",
                                    "(nothing usable)",
                                    "(server error)",
                                    "(something else was sent)"};
    return std::ranges::any_of(reasons, [&](const char* reason) { return body.find(reason) != std::string::npos; });
}

/// The cards of each patient, from a server in order.
std::vector<std::string> cards_in_order() {
    Misbehaving in_order(0);
    std::vector<std::string> cards(patients);
    for (const Outcome& outcome : outcomes_of(patients, in_order, false)) {
        EXPECT_EQ(outcome.status, 200U);
        EXPECT_TRUE(outcome.all_fetched);
        cards[static_cast<std::size_t>(outcome.patient)] = outcome.body;
    }
    return cards;
}

class SlowMisbehavingServer : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Plain, SlowMisbehavingServer, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(OverTls, SlowMisbehavingServer, testing::Values(true));

TEST_P(SlowMisbehavingServer, GivesNoPatientAnotherOnesAnswer) {
    const bool tls = GetParam();
    const int calls = tls ? 2000 : 8000;
    const std::vector<std::string> in_order = cards_in_order();
    for (int patient = 0; patient < patients; ++patient) {
        const std::string& body = in_order[static_cast<std::size_t>(patient)];
        EXPECT_EQ(body.find(vitamin_d_of(patient)) != std::string::npos, patient % 2 == 0) << body;
        EXPECT_EQ(body.find(b12_of(patient)) != std::string::npos, patient % 4 < 2) << body;
    }
    Misbehaving behaviour(100);
    std::size_t whole = 0;
    for (const Outcome& outcome : outcomes_of(calls, behaviour, tls)) {
        const std::string& expected = in_order[static_cast<std::size_t>(outcome.patient)];
        ASSERT_FALSE(tells_of_another(outcome.body, outcome.patient)) << outcome.patient << ": " << outcome.body;
        ASSERT_TRUE(outcome.status == 200 || outcome.status == 412) << outcome.status;
        if (outcome.all_fetched) {
            ASSERT_EQ(outcome.body, expected) << "nothing was missed, and yet the cards are others";
        }
        const bool is_whole = outcome.body == expected;
        ASSERT_TRUE(is_whole || outcome.status == 412 || says_what_is_missing(outcome.body)) << outcome.body;
        whole += is_whole ? 1U : 0U;
    }
    EXPECT_GT(whole, static_cast<std::size_t>(calls) / 10) << "faults are no reason to answer nobody";
    EXPECT_EQ(behaviour.made().size(), static_cast<std::size_t>(kinds_of_fault)) << "every kind was there";
}

}  // namespace
}  // namespace service
