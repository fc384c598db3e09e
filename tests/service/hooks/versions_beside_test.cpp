// A canary that answers some users, and a shadow that looks at calls after their reply: the shipped pack, beside itself
// under other site files.
#include "fhir/json_text.hpp"
#include "service/call/shadow_pair.hpp"
#include "service/deployment/pack_versions.hpp"
#include "service/hooks/hook_handler.hpp"
#include "tests/case_name.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* pack_folder = "rules/packs/back-pain-labs";
constexpr const char* patient_view = "back-pain-labs-patient-view";
constexpr auto patience = 30s;
constexpr const char* silent = R"({"pack": "back-pain-labs", "off": ["vitamin-d-suggest"]})";
constexpr const char* british = R"({"pack": "back-pain-labs", "displayUnits": "SI"})";
constexpr const char* with_a_local_code = R"({"pack": "back-pain-labs", "codes": {"analytes": {"vitamin-d":
    [{"system": "urn:oid:1.2.3", "code": "VITD", "property": "any", "kind": "total"}]}}})";

/// Low back pain for years, and osteoporosis: a reason for 25-OH vitamin D, of which `vitamin_d` tells what is known.
std::string call_by(std::string_view user, std::string_view vitamin_d = "null") {
    const auto condition = [](const char* id, const char* code) {
        return R"({"resource": {"resourceType": "Condition", "id": ")" + std::string(id) +
               R"(", "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2024-01-01", "clinicalStatus": {"coding":
               [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
               "code": {"coding": [{"system": "http://snomed.info/sct", "code": ")" +
               code + R"("}]}}})";
    };
    return R"({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": {)" +
           (user.empty() ? std::string() : R"("userId": ")" + std::string(user) + R"(", )") +
           R"("patientId": "p1"}, "prefetch": {"patient": {"resourceType": "Patient", "id": "p1", "gender": "female",
           "birthDate": "1960-01-01"}, "conditions": {"resourceType": "Bundle", "type": "searchset", "entry": [)" +
           condition("c1", "279039007") + "," + condition("c2", "64859006") +
           R"(]}, "medicationRequests": null, "medicationStatements": null, "medicationAdministrations": null,
           "procedures": null, "orders": null, "b12": null, "bone": null, "blood": null, "pregnancy": null, "vitaminD": )" +
           std::string(vitamin_d) + "}}";
}

constexpr std::string_view low_result = R"({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource":
    {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p1"},
     "effectiveDateTime": "2026-01-02", "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
     "valueQuantity": {"value": 9, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"}}}]})";

/// Adds up what it is told, and lets others wait for it.
class Counts final : public CallCounter {
  public:
    void add(const CallCounts& call) override {
        const std::lock_guard lock(mutex_);
        for (const Count& count : call.counts) {
            const std::string what = count.key.substr(0, count.key.find(' '));
            by_name_[std::string(name_of(count.kind)) + "/" + std::string(count.rule) + "/" + what] += count.count;
            if (count.kind == CountKind::shadow && count.rule.empty()) shadow_call_ = count.key;
        }
        changed_.notify_all();
    }
    std::uint64_t of(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return by_name_[name];
    }
    /// Whether it has been counted so often within our patience.
    bool reaches(const std::string& name, std::uint64_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return by_name_[name] >= count; });
    }
    std::string shadow_call() {
        const std::lock_guard lock(mutex_);
        return shadow_call_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::uint64_t> by_name_;
    std::string shadow_call_;
};

class VersionsBeside : public testing::Test {
  protected:
    /// The shipped pack beside itself under another site file.
    LoadedPack pack_with(const char* canary_site, std::size_t percent, const char* shadow_site = nullptr) {
        PackSource source;
        source.path = pack_folder;
        if (canary_site != nullptr) source.canary = CanarySource{{pack_folder, file(canary_site)}, {percent, "salt"}};
        if (shadow_site != nullptr) source.shadow = VersionSource{pack_folder, file(shadow_site)};
        LoadedPack pack = load_versions(Config(), source, {.year = 2026, .month = 1, .day = 15});
        EXPECT_TRUE(is_whole(pack));
        return pack;
    }

    std::filesystem::path file(const char* site) {
        auto path = folder_.path() / (std::to_string(++files_) + ".json");
        std::ofstream(path) << site;
        return path;
    }

    std::unique_ptr<HookHandler> handler_of(LoadedPack pack, Shadow* shadow = nullptr) {
        HookSettings settings{frozen_clock(*parse_clinical_instant("2026-01-15T09:00:00Z")),
                              {[] { return std::string("uuid"); }},
                              log_,
                              nullptr,
                              {}};
        settings.counter = &counts_;
        settings.shadow = shadow;
        return std::make_unique<HookHandler>(std::vector<LoadedPack>{std::move(pack)}, std::move(settings));
    }

    Reply call(const HookHandler& handler, const std::string& body,
               const ClientProfile& profile = client::version_2_0) {
        Client client;
        client.profile = &profile;
        const RequestHead head;
        return loop_.run(handler.call({patient_view, head, body, std::make_shared<const Client>(client)}));
    }

    /// The digest on the only card; empty without a card.
    static std::string digest_in(const Reply& reply) {
        const auto cards = fhir::parse_json(reply.body)->at("cards").as_array();
        if (cards.empty()) return "";
        return std::string(*fhir::text_of(cards.at(0).at("extension").at("org.backpain-cds").at("digest")));
    }

    TemporaryFolder folder_;
    int files_ = 0;
    Loop loop_;
    RecordingLog log_;
    Counts counts_;
};

// Practitioner/1 is at 58.3 % under this salt, Practitioner/4 at 65.6 % (canary_share_test).
TEST_F(VersionsBeside, LetACanaryAnswerItsUsersAndNobodyElse) {
    const LoadedPack pack = pack_with(british, 60);
    const auto handler = handler_of(pack);
    EXPECT_EQ(digest_in(call(*handler, call_by("Practitioner/1"))), pack.canary->digests.cards);
    EXPECT_EQ(digest_in(call(*handler, call_by("Practitioner/4"))), pack.digests.cards);
    EXPECT_EQ(counts_.of("canary//canary"), 1U);
    EXPECT_EQ(counts_.of("canary//live"), 1U);
    EXPECT_EQ(counts_.of("canary/vitamin-d-suggest/canary"), 1U);
    EXPECT_EQ(counts_.of("canary/vitamin-d-suggest/live"), 1U);
    EXPECT_EQ(counts_.of("canary//without-user"), 0U);
}

TEST_F(VersionsBeside, LetThePackAnswerCallsWithoutAUser) {
    const LoadedPack pack = pack_with(british, 100);
    const auto handler = handler_of(pack);
    EXPECT_EQ(digest_in(call(*handler, call_by(""), client::plain)), pack.digests.cards);
    EXPECT_EQ(counts_.of("canary//without-user"), 1U);
}

TEST_F(VersionsBeside, OfferWhatBothNeedAndThePagesOfBoth) {
    const LoadedPack pack = pack_with(with_a_local_code, 10);
    const auto handler = handler_of(pack);
    EXPECT_THAT(handler->discovery(client::version_2_0).body, HasSubstr("urn:oid:1.2.3|VITD"));
    for (const std::string& digest : {pack.digests.cards, pack.canary->digests.cards}) {
        EXPECT_TRUE(handler->about(digest.substr(7), "vitamin-d-low").has_value());
    }
    EXPECT_NE(handler->discovery(client::version_2_0).tag,
              handler_of(pack_with(nullptr, 0))->discovery(client::version_2_0).tag);
}

class ShadowBeside : public VersionsBeside {};

TEST_F(ShadowBeside, LooksAtACallAfterItsReplyAndSaysHowItDiffers) {
    Shadow shadow(counts_, log_, {}, evaluate_shadow);
    const LoadedPack pack = pack_with(nullptr, 0, silent);
    const auto handler = handler_of(pack, &shadow);
    const Reply reply = call(*handler, call_by("Practitioner/1"));
    EXPECT_EQ(digest_in(reply), pack.digests.cards);
    ASSERT_TRUE(reply.afterwards);
    EXPECT_EQ(counts_.of("shadow//compared"), 0U);
    reply.afterwards();
    ASSERT_TRUE(counts_.reaches("shadow//compared", 1));
    EXPECT_EQ(counts_.of("shadow/vitamin-d-suggest/only-live"), 1U);
    EXPECT_EQ(counts_.of("call//back-pain-labs"), 1U) << "a shadow's look is no call";
    EXPECT_EQ(counts_.shadow_call(),
              "compared " + pack.shadow->digests.cards + " back-pain-labs " + pack.program->pack().identity.version);
}

struct Pair {
    const char* name;
    const char* site;
    std::string_view vitamin_d;
    const char* counted;
};
class ShadowPair : public ShadowBeside, public testing::WithParamInterface<Pair> {};

TEST_P(ShadowPair, IsCountedByRule) {
    Shadow shadow(counts_, log_, {}, evaluate_shadow);
    const auto handler = handler_of(pack_with(nullptr, 0, GetParam().site), &shadow);
    call(*handler, call_by("Practitioner/1", GetParam().vitamin_d)).afterwards();
    ASSERT_TRUE(counts_.reaches("shadow//compared", 1));
    EXPECT_EQ(counts_.of(GetParam().counted), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Pairs, ShadowPair,
    testing::Values(Pair{"Same", R"({"pack": "back-pain-labs", "off": ["b12-low"]})", "null",
                         "shadow/vitamin-d-suggest/same"},
                    Pair{"SaidInOtherUnits", british, low_result, "shadow/vitamin-d-deficient/changed"},
                    Pair{"SilentHere", R"({"pack": "back-pain-labs", "off": ["vitamin-d-deficient"]})", low_result,
                         "shadow/vitamin-d-deficient/only-live"},
                    // Nobody asked for the site's own code: that there is no result is not known.
                    Pair{"NotAskedFor", with_a_local_code, "null", "shadow/vitamin-d-suggest/unknown-live"}),
    CaseName());

TEST_F(ShadowBeside, IsHeldAgainstTheCanaryWhereThatAnswered) {
    Shadow shadow(counts_, log_, {}, evaluate_shadow);
    const auto handler = handler_of(pack_with(british, 100, silent), &shadow);
    call(*handler, call_by("Practitioner/1")).afterwards();
    ASSERT_TRUE(counts_.reaches("shadow//compared", 1));
    EXPECT_EQ(counts_.of("shadow/vitamin-d-suggest/only-live"), 1U);
    EXPECT_EQ(counts_.of("canary//canary"), 1U);
}

TEST_F(ShadowBeside, ThatThrowsChangesNothingAndIsCounted) {
    Shadow shadow(counts_, log_, {}, [](HookCall&, const ClinicalTime&) -> rules::Evaluation {
        throw std::runtime_error("Kanarienvogel");
    });
    const auto handler = handler_of(pack_with(nullptr, 0, silent), &shadow);
    for (int i = 0; i < 3; ++i) {
        const Reply reply = call(*handler, call_by("Practitioner/1"));
        EXPECT_EQ(reply.status, 200U);
        reply.afterwards();
    }
    ASSERT_TRUE(counts_.reaches("shadow//failed", 3));
    EXPECT_EQ(log_.count("call-failed"), 1U) << "once a minute";
    EXPECT_EQ(log_.count("Kanarienvogel"), 0U);
}

TEST_F(ShadowBeside, IsSkippedWhereTooManyWaitAndLooksAgainLater) {
    std::promise<void> let_go;
    const std::shared_future<void> gone = let_go.get_future().share();
    Shadow shadow(counts_, log_, {.threads = 1, .calls = 2}, [gone](HookCall& call, const ClinicalTime& time) {
        gone.wait();
        return evaluate_shadow(call, time);
    });
    const auto handler = handler_of(pack_with(nullptr, 0, silent), &shadow);
    std::vector<Reply> replies;
    for (int i = 0; i < 5; ++i) replies.push_back(call(*handler, call_by("Practitioner/1")));
    EXPECT_EQ(counts_.of("shadow//skipped"), 3U);
    for (const Reply& reply : replies) {
        EXPECT_EQ(reply.status, 200U);
        if (reply.afterwards) reply.afterwards();
    }
    replies.clear();
    let_go.set_value();
    ASSERT_TRUE(counts_.reaches("shadow//compared", 2));
    const auto give_up = std::chrono::steady_clock::now() + patience;
    bool has_room = false;
    while (!has_room && std::chrono::steady_clock::now() < give_up) {
        Reply reply = call(*handler, call_by("Practitioner/1"));
        has_room = reply.afterwards != nullptr;
        if (has_room) reply.afterwards();
    }
    EXPECT_TRUE(has_room);
    EXPECT_TRUE(counts_.reaches("shadow//compared", 3));
}

TEST_F(ShadowBeside, IsSkippedForARequestThatIsTooLargeToBeKept) {
    Shadow shadow(counts_, log_, {.bytes = 100}, evaluate_shadow);
    const auto handler = handler_of(pack_with(nullptr, 0, silent), &shadow);
    EXPECT_FALSE(call(*handler, call_by("Practitioner/1")).afterwards);
    EXPECT_EQ(counts_.of("shadow//skipped"), 1U);
}

// A reload may come between a reply and its shadow.
TEST_F(ShadowBeside, LooksAtACallWhosePacksAreNoLongerServed) {
    Shadow shadow(counts_, log_, {}, evaluate_shadow);
    auto handler = handler_of(pack_with(nullptr, 0, silent), &shadow);
    const Reply reply = call(*handler, call_by("Practitioner/1"));
    handler.reset();
    reply.afterwards();
    EXPECT_TRUE(counts_.reaches("shadow//compared", 1));
}

TEST_F(ShadowBeside, ForgetsWhatWaitsWhenTheServiceEnds) {
    std::promise<void> begun;
    std::atomic<bool> has_begun{false};
    Shadow shadow(counts_, log_, {}, [&](HookCall& call, const ClinicalTime& time) {
        if (!has_begun.exchange(true)) begun.set_value();
        return evaluate_shadow(call, time);
    });
    const auto handler = handler_of(pack_with(nullptr, 0, silent), &shadow);
    const Reply first = call(*handler, call_by("Practitioner/1"));
    first.afterwards();
    begun.get_future().wait();
    EXPECT_TRUE(shadow.close(std::chrono::steady_clock::now() + patience));
    const Reply late = call(*handler, call_by("Practitioner/1"));
    late.afterwards();
    EXPECT_EQ(counts_.of("shadow//skipped"), 1U);
}

}  // namespace
}  // namespace service
