#include "service/call/hook_request.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

constexpr rules::Hook all_hooks[] = {rules::Hook::patient_view, rules::Hook::encounter_start, rules::Hook::order_select,
                                     rules::Hook::order_sign};

boost::system::result<HookRequest, Problem> read(std::string_view body, bool strict = false) {
    return read_hook_request(body, {all_hooks, strict});
}

const std::string patient_view = R"({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
  "context": {"userId": "Practitioner/1", "patientId": "p1", "encounterId": "e1"}, "prefetch": {"patient": null}})";

const std::string order_select = R"({"hook": "order-select", "hookInstance": "x",
  "context": {"userId": "Practitioner/1", "patientId": "p1", "selections": ["ServiceRequest/s1"],
    "draftOrders": {"resourceType": "Bundle", "entry": [
      {"resource": {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/p1"}}}]}}})";

/// `text` with its only `from` replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// OpenEMR, as proposed, sends no context.userId; one that is sent must still be a user.
TEST(HookRequest, NeedsNoUserFromAClientThatHasNone) {
    shows({"R-183"});
    const auto read_from_plain = [](const std::string& body) {
        return read_hook_request(body, {all_hooks, false, client::plain.sends_user});
    };
    const auto without = read_from_plain(with(patient_view, R"("userId": "Practitioner/1", )", ""));
    ASSERT_TRUE(without.has_value());
    EXPECT_EQ(without->user_id, "");
    EXPECT_EQ(read_from_plain(patient_view)->user_id, "Practitioner/1");
    EXPECT_EQ(read_from_plain(with(patient_view, "Practitioner/1", "1")).error().fault, Fault::bad_value);
}

TEST(HookRequest, ReadsAPatientView) {
    shows({"hook.patient-view"});
    const auto request = read(patient_view);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->hook, rules::Hook::patient_view);
    EXPECT_EQ(request->hook_instance, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
    EXPECT_EQ(request->user_id, "Practitioner/1");
    EXPECT_EQ(request->patient_id, "p1");
    EXPECT_EQ(request->encounter_id, "e1");
    ASSERT_NE(request->prefetch, nullptr);
    EXPECT_EQ(request->prefetch->size(), 1U);
}

TEST(HookRequest, StaysWholeWhenItIsMoved) {
    auto request = read(patient_view);
    ASSERT_TRUE(request.has_value());
    const HookRequest moved = std::move(*request);
    EXPECT_EQ(moved.patient_id, "p1");
    EXPECT_TRUE(moved.prefetch->contains("patient"));
}

TEST(HookRequest, ReadsDraftsAndSelections) {
    shows({"hook.order-select"});
    const auto request = read(order_select);
    ASSERT_TRUE(request.has_value());
    ASSERT_EQ(request->drafts.size(), 1U);
    EXPECT_EQ(request->selections, std::vector<std::string>{"ServiceRequest/s1"});
}

// R-006: unknown members are ignored, wherever they stand.
TEST(HookRequest, IgnoresUnknownMembers) {
    shows({"R-006", "hook.unknown-context"});
    EXPECT_TRUE(read(with(patient_view, R"("patientId")", R"("colour": [1], "patientId")")).has_value());
    EXPECT_TRUE(read(with(patient_view, R"("hook":)", R"("user": "Practitioner/1", "hook":)")).has_value());
}

TEST(HookRequest, ReadsTheFhirAuthorization) {
    shows({"R-034", "R-067"});
    const auto request = read(with(patient_view, R"("prefetch")", R"("fhirServer": "https://ehr.example.org/fhir",
      "fhirAuthorization": {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read",
      "subject": "app", "patient": "p1"}, "prefetch")"));
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->fhir_server, "https://ehr.example.org/fhir");
    ASSERT_TRUE(request->authorization.has_value());
    EXPECT_EQ(request->authorization->access_token, "t");
    EXPECT_EQ(request->authorization->expires_in, std::chrono::seconds(300));
}

// CDS Hooks sandbox (github.com/cds-hooks/sandbox): expires_in and patient may be absent.
TEST(HookRequest, TakesAnAuthorizationWithoutExpiry) {
    shows({"R-067"});
    EXPECT_TRUE(read(with(patient_view, R"("prefetch")", R"("fhirServer": "https://ehr.example.org/fhir",
      "fhirAuthorization": {"access_token": "t", "token_type": "Bearer", "scope": "", "subject": "app"}, "prefetch")"))
                    .has_value());
}

struct Refused {
    const char* name;
    std::string body;
    Fault fault;
    std::string place;  ///< empty: a position instead
};
class HookRequestFault : public testing::TestWithParam<Refused> {};

TEST_P(HookRequestFault, IsNamedWithItsPlace) {
    shows({"R-006", "R-031", "R-032", "R-033", "R-035", "R-038", "R-067", "R-070", "hook.patient-view",
           "hook.encounter-start", "hook.order-select"});
    const auto request = read(GetParam().body);
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(meaning_of(request.error().fault).name, meaning_of(GetParam().fault).name);
    if (GetParam().place.empty()) {
        EXPECT_TRUE(request.error().position.has_value());
    } else {
        EXPECT_EQ(request.error().places, std::vector<std::string>{GetParam().place});
    }
    EXPECT_EQ(meaning_of(request.error().fault).status, 400U);
}

// R-006: syntax errors, duplicate keys, invalid UTF-8, over-deep nesting.
INSTANTIATE_TEST_SUITE_P(
    Json, HookRequestFault,
    testing::Values(Refused{"Empty", "", Fault::not_json, ""}, Refused{"Text", "hello", Fault::not_json, ""},
                    Refused{"Array", "[]", Fault::wrong_type, ""},
                    Refused{"Comment", "{/* no */}", Fault::not_json, ""},
                    Refused{"InvalidUtf8", "{\"hook\": \"\xC3\x28\"}", Fault::not_json, ""},
                    Refused{"DuplicateMember", R"({"hook": "a", "hook": "b"})", Fault::duplicate_member, ""},
                    Refused{"Deep", std::string(100'000, '['), Fault::too_deep, ""}),
    CaseName());

// R-031, R-032, R-035, R-038, R-039 and the hooks' context tables.
INSTANTIATE_TEST_SUITE_P(
    Members, HookRequestFault,
    testing::Values(
        Refused{"NoHook", with(patient_view, R"("hook": "patient-view",)", ""), Fault::member_missing, "hook"},
        Refused{"HookIsANumber", with(patient_view, R"("patient-view")", "1.5"), Fault::wrong_type, "hook"},
        Refused{"UnknownHook", with(patient_view, "patient-view", "patient-look"), Fault::wrong_hook, "hook"},
        Refused{"EmptyInstance", with(patient_view, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", ""), Fault::member_empty,
                "hookInstance"},
        Refused{"NoContext", R"({"hook": "patient-view", "hookInstance": "x"})", Fault::member_missing, "context"},
        Refused{"ContextIsAnArray", R"({"hook": "patient-view", "hookInstance": "x", "context": [1]})",
                Fault::wrong_type, "context"},
        Refused{"NoUser", with(patient_view, R"("userId": "Practitioner/1", )", ""), Fault::member_missing,
                "context.userId"},
        Refused{"UserWithoutType", with(patient_view, "Practitioner/1", "1"), Fault::bad_value, "context.userId"},
        Refused{"NullPatient", with(patient_view, R"("p1")", "null"), Fault::member_empty, "context.patientId"},
        Refused{"PatientIsANumber", with(patient_view, R"("p1")", "12"), Fault::wrong_type, "context.patientId"},
        Refused{"PatientIsAReference", with(patient_view, R"("p1")", R"("Patient/p1")"), Fault::bad_value,
                "context.patientId"},
        Refused{"EncounterStartWithoutEncounter",
                with(with(patient_view, "patient-view", "encounter-start"), R"(, "encounterId": "e1")", ""),
                Fault::member_missing, "context.encounterId"},
        Refused{"PrefetchIsText", with(patient_view, R"({"patient": null})", R"("all of it")"), Fault::wrong_type,
                "prefetch"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Orders, HookRequestFault,
    testing::Values(Refused{"NoDrafts", with(order_select, "draftOrders", "drafts"), Fault::member_missing,
                            "context.draftOrders"},
                    Refused{"DraftsAreNoBundle", with(order_select, R"("Bundle")", R"("List")"), Fault::wrong_type,
                            "context.draftOrders.resourceType"},
                    Refused{"NoSelections", with(order_select, R"(["ServiceRequest/s1"])", "[]"), Fault::member_empty,
                            "context.selections"},
                    Refused{"SelectionIsNotADraft", with(order_select, "ServiceRequest/s1", "ServiceRequest/s2"),
                            Fault::bad_value, "context.selections[0]"},
                    Refused{"DraftOfAnotherPatient", with(order_select, "Patient/p1", "Patient/p2"),
                            Fault::other_patient, "context.draftOrders.entry[0].resource"},
                    Refused{"DraftOfNobodyKnowsWhom", with(order_select, R"({"reference": "Patient/p1"})", R"("p1")"),
                            Fault::wrong_type, "context.draftOrders.entry[0].resource.subject"},
                    Refused{"DraftsInABundleOfTheirOwn",
                            with(order_select, R"("resourceType": "ServiceRequest")", R"("resourceType": "Bundle")"),
                            Fault::wrong_type, "context.draftOrders.entry[0].resource.resourceType"}),
    CaseName());

TEST(HookRequest, RefusesMoreDraftsAndSelectionsThanItReads) {
    std::string drafts, selections;
    for (std::size_t i = 0; i < most_drafts; ++i) {
        drafts += R"(, {"resource": {"resourceType": "ServiceRequest"}})";
        selections += R"(, "ServiceRequest/s1")";
    }
    const auto many_drafts = read(with(order_select, "}}]}", "}}" + drafts + "]}"));
    ASSERT_FALSE(many_drafts.has_value());
    EXPECT_EQ(many_drafts.error().places, std::vector<std::string>{"context.draftOrders.entry"});
    const auto many_selections = read(with(order_select, R"(/s1"])", R"(/s1")" + selections + "]"));
    ASSERT_FALSE(many_selections.has_value());
    EXPECT_EQ(many_selections.error().places, std::vector<std::string>{"context.selections"});
    EXPECT_EQ(many_selections.error().fault, Fault::too_many_values);
}

// R-033, R-067, R-070.
INSTANTIATE_TEST_SUITE_P(
    FhirAccess, HookRequestFault,
    testing::Values(Refused{"NoServer",
                            with(patient_view, R"("prefetch")",
                                 R"("fhirAuthorization": {"access_token": "t"}, "prefetch")"),
                            Fault::fhir_server_missing, "fhirServer"},
                    Refused{"NoToken", with(patient_view, R"("prefetch")", R"("fhirServer": "https://x/fhir",
                                  "fhirAuthorization": {"scope": "t"}, "prefetch")"),
                            Fault::member_missing, "fhirAuthorization.access_token"},
                    Refused{"TokenOfAnotherPatient", with(patient_view, R"("prefetch")", R"("fhirServer": "https://x",
                                  "fhirAuthorization": {"access_token": "t", "patient": "p2"}, "prefetch")"),
                            Fault::other_patient, "fhirAuthorization.patient"},
                    Refused{"ExpiryIsText", with(patient_view, R"("prefetch")", R"("fhirServer": "https://x",
                                  "fhirAuthorization": {"access_token": "t", "expires_in": "300"}, "prefetch")"),
                            Fault::wrong_type, "fhirAuthorization.expires_in"}),
    CaseName());

// R-006: optional members without a value count as absent, unless the client is held to the letter.
TEST(HookRequest, TakesAnEmptyOptionalMemberForAbsentOnlyWhenLenient) {
    shows({"R-006"});
    const std::string body = with(patient_view, R"("e1")", R"("")");
    const auto lenient = read(body);
    ASSERT_TRUE(lenient.has_value());
    EXPECT_EQ(lenient->encounter_id, "");
    const auto strict = read(body, true);
    ASSERT_FALSE(strict.has_value());
    EXPECT_EQ(strict.error().places, std::vector<std::string>{"context.encounterId"});
}

// R-039: some clients send instances that are not UUIDs.
TEST(HookRequest, HoldsTheUserToTheTableOfTheHookOnlyWhenStrict) {
    shows({"hook.user-type"});
    for (const char* user : {"Practitioner/1", "PractitionerRole/1", "Patient/p1", "RelatedPerson/1"}) {
        EXPECT_TRUE(read(with(patient_view, "Practitioner/1", user), true).has_value()) << user;
    }
    EXPECT_FALSE(read(with(patient_view, "Practitioner/1", "Device/1"), true).has_value());
    EXPECT_TRUE(read(with(patient_view, "Practitioner/1", "Device/1")).has_value());
    const std::string start = with(patient_view, "patient-view", "encounter-start");
    EXPECT_TRUE(read(with(start, "Practitioner/1", "PractitionerRole/1"), true).has_value());
    EXPECT_FALSE(read(with(start, "Practitioner/1", "Patient/p1"), true).has_value());
    EXPECT_TRUE(read(with(start, "Practitioner/1", "Patient/p1")).has_value());
}

// CDS Hooks, Extensions: an object. What it says is never looked at.
TEST(HookRequest, RefusesAnExtensionThatIsNoObjectOnlyWhenStrict) {
    shows({"extension", "R-037"});
    for (const char* place : {R"("hook":)", R"("patientId":)"}) {
        const std::string good =
            with(patient_view, place, R"("extension": {"com.example": {"x": 1}}, )" + std::string(place));
        EXPECT_TRUE(read(good, true).has_value()) << place;
        const std::string bad = with(patient_view, place, R"("extension": "x", )" + std::string(place));
        EXPECT_TRUE(read(bad).has_value()) << place;
        EXPECT_FALSE(read(bad, true).has_value()) << place;
    }
}

TEST(HookRequest, AsksForAUuidOnlyWhenStrict) {
    shows({"R-032", "R-039"});
    EXPECT_TRUE(read(order_select).has_value());
    EXPECT_FALSE(read(order_select, true).has_value());
}

TEST(HookRequest, RefusesAHookThatTheServiceIsNotOfferedFor) {
    shows({"R-038"});
    constexpr rules::Hook offered[] = {rules::Hook::order_sign};
    const auto request = read_hook_request(patient_view, {offered, false});
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(request.error().fault, Fault::wrong_hook);
}

}  // namespace
}  // namespace service
