// Whatever shape a source comes in, from the client or from the FHIR server: what cannot be read is not "none", and
// what does not say whose it is is not this patient's.
#include "fhir/json_text.hpp"
#include "service/call/fhir_completion.hpp"
#include "service/call/hook_call.hpp"
#include "service/call/prefetch.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;

constexpr const char* patient =
    R"({"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01",
    "identifier": [{"system": "urn:oid:1.2.3", "value": "MRN-1"}]})";

enum class Means { known, in_part, not_known };

/// In `text` stand TYPE for the type that is asked for and OTHER for another one, MATCH for an entry that is a match,
/// and OF(…) for an entry of the type that has this subject.
struct Shape {
    const char* name;
    Means means;
    std::size_t resources;  ///< of the type, if it is known or in part
    const char* text;
};

const Shape shapes[] = {
    {"nothing found", Means::known, 0, R"({"resourceType": "Bundle", "type": "searchset", "entry": []})"},
    {"nothing found, without a list", Means::known, 0, R"({"resourceType": "Bundle", "total": 0})"},
    {"one match", Means::known, 1, R"({"resourceType": "Bundle", "type": "searchset", "entry": [MATCH]})"},
    {"a Bundle without a type", Means::known, 1, R"({"resourceType": "Bundle", "total": 1, "entry": [MATCH]})"},
    {"a collection", Means::known, 1, R"({"resourceType": "Bundle", "type": "collection", "entry": [MATCH]})"},
    {"no subject", Means::known, 1,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "TYPE", "id": "x1"}}]})"},
    {"an identifier of the patient's", Means::known, 1,
     R"({"resourceType": "Bundle", "entry": [OF({"identifier": {"system": "urn:oid:1.2.3", "value": "MRN-1"}})]})"},
    // ---- what is no answer to a search
    {"a batch-response of searches", Means::not_known, 0,
     R"({"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "200"},
         "resource": {"resourceType": "Bundle", "type": "searchset", "entry": [MATCH]}}]})"},
    {"a batch-response of resources", Means::not_known, 0,
     R"({"resourceType": "Bundle", "type": "batch-response", "entry": [MATCH]})"},
    {"an empty batch-response", Means::not_known, 0, R"({"resourceType": "Bundle", "type": "batch-response"})"},
    {"a transaction-response", Means::not_known, 0,
     R"({"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": {"status": "201"}}]})"},
    {"a history", Means::not_known, 0, R"({"resourceType": "Bundle", "type": "history", "entry": [MATCH]})"},
    {"a document", Means::not_known, 0, R"({"resourceType": "Bundle", "type": "document", "entry": [MATCH]})"},
    {"a message", Means::not_known, 0, R"({"resourceType": "Bundle", "type": "message", "entry": [MATCH]})"},
    {"a type that is a number", Means::not_known, 0, R"({"resourceType": "Bundle", "type": 1, "entry": [MATCH]})"},
    {"a searchset of searchsets", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle", "entry": [MATCH]}}]})"},
    {"a searchset of a List", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "List", "entry": []}}]})"},
    {"a List", Means::not_known, 0, R"({"resourceType": "List", "entry": [{"item": {"reference": "TYPE/x1"}}]})"},
    {"Parameters", Means::not_known, 0, R"({"resourceType": "Parameters", "parameter": []})"},
    {"entries of another type alone", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "OTHER", "id": "x1"}}]})"},
    {"an answer about another type", Means::not_known, 0,
     R"({"resourceType": "Bundle", "link": [{"relation": "self", "url": "https://ehr.example.org/r4/OTHER?patient=p1"}]})"},
    {"the resource itself", Means::not_known, 0, R"({"resourceType": "TYPE", "id": "x1"})"},
    {"a list of resources", Means::not_known, 0, R"([{"resourceType": "TYPE", "id": "x1"}])"},
    {"an object that is no resource", Means::not_known, 0, R"({"TYPE": []})"},
    {"a text", Means::not_known, 0, R"("TYPE")"},
    {"a number", Means::not_known, 0, "1"},
    {"an OperationOutcome", Means::not_known, 0,
     R"({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]})"},
    {"an error beside a match", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [MATCH,
         {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}}]})"},
    // ---- entries that cannot be read
    {"an entry that is a text", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": ["TYPE/x1"]})"},
    {"an entry that is a list", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": [[MATCH]]})"},
    {"an entry without a resource", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"fullUrl": "https://ehr.example.org/r4/TYPE/x1"}]})"},
    {"an entry whose resource is a text", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": "TYPE"}]})"},
    {"an entry whose resource has no type", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"id": "x1"}}]})"},
    {"entries that are no list", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": MATCH})"},
    {"an entry without a resource beside a match", Means::in_part, 1,
     R"({"resourceType": "Bundle", "entry": [MATCH, {}]})"},
    {"a searchset beside a match", Means::in_part, 1,
     R"({"resourceType": "Bundle", "entry": [MATCH, {"resource": {"resourceType": "Bundle", "entry": []}}]})"},
    {"a total above the matches", Means::in_part, 1, R"({"resourceType": "Bundle", "total": 5, "entry": [MATCH]})"},
    {"a total and no entries", Means::not_known, 0, R"({"resourceType": "Bundle", "total": 5})"},
    // ---- subjects that cannot be read
    {"a subject that is a text", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": [OF("Patient/p1")]})"},
    {"a subject that is a list", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [OF([{"reference": "Patient/p1"}])]})"},
    {"a subject that is a number", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": [OF(1)]})"},
    {"a subject without anything", Means::not_known, 0, R"({"resourceType": "Bundle", "entry": [OF({})]})"},
    {"a subject whose reference is a number", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [OF({"reference": 1})]})"},
    {"a subject whose reference is empty", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [OF({"reference": ""})]})"},
    {"a subject that is only displayed", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [OF({"display": "Somebody"})]})"},
    {"an identifier of a system in which the patient has none", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [OF({"identifier": {"system": "urn:oid:9.9.9", "value": "7"}})]})"},
    {"a patient that is a text", Means::not_known, 0,
     R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "TYPE", "id": "x1", "patient": "p1"}}]})"},
    {"a subject that is a text beside a match", Means::in_part, 1,
     R"({"resourceType": "Bundle", "entry": [MATCH, OF("Patient/p1")]})"},
};

void replace_all(std::string& text, std::string_view mark, std::string_view words) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + words.size())) {
        text.replace(at, mark.size(), words);
    }
}

/// A shape of what is asked for by `type`.
std::string made(const Shape& shape, const std::string& type) {
    std::string text = shape.text;
    replace_all(text, "MATCH", R"(OF({"reference": "Patient/p1"}))");
    int number = 0;
    for (std::size_t at = text.find("OF("); at != std::string::npos; at = text.find("OF(")) {
        const std::size_t end = text.find(')', at);
        const std::string whose = text.substr(at + 3, end - at - 3);
        text.replace(at, end + 1 - at,
                     R"({"resource": {"resourceType": "TYPE", "id": "x)" + std::to_string(++number) +
                         R"(", "subject": )" + whose + "}}");
    }
    replace_all(text, "TYPE", type);
    replace_all(text, "OTHER", type == "Observation" ? "Condition" : "Observation");
    return text;
}

const LoadedPack& shipped_pack() {
    static const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
    return pack;
}

/// The searches of every hook of the shipped pack, each key once.
std::vector<rules::PrefetchTemplate> all_searches() {
    std::vector<rules::PrefetchTemplate> searches;
    for (const rules::Hook hook : {rules::Hook::patient_view, rules::Hook::order_sign}) {
        for (const rules::PrefetchTemplate& one : shipped_pack().program->prefetch(hook)) {
            const bool is_known = std::ranges::find(searches, one.key, &rules::PrefetchTemplate::key) != searches.end();
            if (!is_known && one.resource_type != "Patient") searches.push_back(one);
        }
    }
    return searches;
}

/// What a source of this shape must have become. Only of the conditions does a part count.
void expect(const rules::SourceData& source, const Shape& shape, const rules::PrefetchTemplate& asked) {
    const bool counts = shape.means == Means::known || (shape.means == Means::in_part && asked.key == "conditions");
    EXPECT_EQ(source.unavailable.has_value(), shape.means != Means::known);
    EXPECT_EQ(source.resources.size(), counts ? shape.resources : 0U);
    const bool is_part = source.unavailable == rules::Unavailable::incomplete && !source.resources.empty();
    EXPECT_EQ(is_part, shape.means == Means::in_part && counts);
}

TEST(SourceShapes, FromTheClientAreTakenForWhatTheyAre) {
    const auto searches = all_searches();
    ASSERT_EQ(searches.size(), 11U);
    const boost::json::value the_patient = *fhir::parse_json(patient);
    for (const rules::PrefetchTemplate& asked : searches) {
        for (const Shape& shape : shapes) {
            SCOPED_TRACE(asked.key + ": " + shape.name);
            const boost::json::value received = *fhir::parse_json(made(shape, asked.resource_type));
            rules::PatientIdentity identity("p1");
            identity.learn(the_patient.get_object());
            const auto source = read_source(received, asked, {{}, identity});
            ASSERT_TRUE(source.has_value());
            expect(*source, shape, asked);
        }
    }
}

/// A woman with back pain: every source may matter.
Response whole_record(const Request& request) {
    Response response;
    response.body = R"({"resourceType": "Bundle", "type": "searchset", "entry": []})";
    if (request.target == "/fhir/Patient/p1") response.body = patient;
    if (request.target.starts_with("/fhir/Condition?")) {
        response.body = R"({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition", "id": "c1",
            "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2024-01-01", "clinicalStatus": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007"}]}}}]})";
    }
    return response;
}

TEST(SourceShapes, FromTheFhirServerAreTakenForWhatTheyAre) {
    std::string target, body;  // of the source that has the shape
    const HttpsTestServer server(
        [&](const Request& request) {
            if (request.target != target) return whole_record(request);
            Response response;
            response.body = body;
            return response;
        },
        {.tls = false});
    Loop loop;
    HttpsClient https(loop.executor(), open_client_tls({}), {.development = true, .networks = {}});
    RecordingLog log;
    const std::vector<ServedService> services = services_of(shipped_pack());
    const auto view = std::ranges::find(services, "back-pain-labs-patient-view",
                                        [](const ServedService& one) { return std::string_view(one.offered.id); });
    for (const rules::PrefetchTemplate& asked : view->offered.prefetch) {
        if (asked.resource_type == "Patient") continue;
        target = "/fhir/" + query_of(asked, "p1");
        for (const Shape& shape : shapes) {
            // A server answers a search with a searchset, whatever a client may have made of it (FHIR R4, Search).
            if (std::string_view(shape.name) == "a collection") continue;
            SCOPED_TRACE(asked.key + ": " + shape.name);
            body = made(shape, asked.resource_type);
            auto call = read_hook_call({&*view}, R"({"hook": "patient-view", "hookInstance": "1",
                "context": {"userId": "Practitioner/1", "patientId": "p1"}})",
                                       false);
            ASSERT_TRUE(call.has_value());
            FhirSource source{{server.url("/fhir"), "", "", WallTime::max()},
                              FhirClient(https, FhirLimits()),
                              FhirClient::Clock::now() + 20s,
                              log};
            const auto read = [&]() -> boost::asio::awaitable<bool> {
                co_await complete_from_fhir(*call, std::move(source),
                                            {*parse_clinical_instant("2026-01-15T09:00:00Z"), nullptr});
                co_return true;
            };
            loop.run(read());
            expect(call->sources.at(asked.key), shape, asked);
        }
    }
}

}  // namespace
}  // namespace service
