#include "service/hooks/audit_file.hpp"

#include "fhir/json_text.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto patience = 30s;
constexpr const char* instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

AuditedCall call_about(std::string_view patient) {
    return {"patient-view", "Practitioner/u1", patient, "https://ehr.example.org", instance, true};
}

// FHIR R4, AuditEvent: type, recorded, agent with requestor, and source with observer are required; codes of the value
// sets audit-event-type, audit-event-outcome, audit-entity-type and object-role.
TEST(AuditLine, IsAnAuditEventOfReferences) {
    const std::string line = audit_line(call_about("p1"), "https://cds.example.org", WallTime(1'800'000'000'123ms));
    EXPECT_EQ(
        line,
        R"({"resourceType":"AuditEvent","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},)"
        R"("subtype":[{"system":"https://cds-hooks.hl7.org/hooks","code":"patient-view"}],"action":"E",)"
        R"("recorded":"2027-01-15T08:00:00.123Z","outcome":"0","agent":[{"requestor":true,"who":{"reference":"Practitioner/u1"}},)"
        R"({"who":{"identifier":{"system":"urn:ietf:rfc:3986","value":"https://ehr.example.org"}},"requestor":false}],)"
        R"("source":{"observer":{"identifier":{"system":"urn:ietf:rfc:3986","value":"https://cds.example.org"}}},)"
        R"("entity":[{"what":{"reference":"Patient/p1"},"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1"},)"
        R"("role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}},)"
        R"({"what":{"identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"}},)"
        R"("type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"2"}}]})"
        "\n");
}

TEST(AuditLine, SaysThatACallWasRefusedAndLeavesOutWhomNobodyKnows) {
    const std::string line = audit_line({"order-sign", "", "p1", "", "", false}, "", WallTime());
    EXPECT_THAT(line, HasSubstr(R"("outcome":"4")"));
    EXPECT_THAT(line, HasSubstr(R"("agent":[{"requestor":true}])"));
    EXPECT_THAT(line, HasSubstr(R"("observer":{"identifier":{"value":"backpain-cds"}})"));
}

class AuditFileTest : public testing::Test {
  protected:
    static std::vector<std::string> patients_in(const std::filesystem::path& path) {
        std::vector<std::string> patients;
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            const auto event = fhir::parse_json(line);
            EXPECT_TRUE(event.has_value()) << line;
            if (event) patients.emplace_back(*fhir::text_of(event->at_pointer("/entity/0/what/reference")));
        }
        return patients;
    }
    template <typename Condition>
    static bool comes_about(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + patience;
        while (!condition() && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(2ms);
        return condition();
    }
    static bool has(const std::filesystem::path& path, const std::vector<std::string>& patients) {
        return comes_about([&] { return patients_in(path) == patients; });
    }
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat status {};
        stat(path.c_str(), &status);
        return status.st_mode & 07777;
    }

    TemporaryFolder folder_;
    const std::filesystem::path path_ = folder_.path() / "audit.ndjson";
    RecordingLog log_;
};

TEST_F(AuditFileTest, IsForItsOwnerAlone) {
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(path_, ""));
    EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(AuditFileTest, TakesAFileOfBeforeFromOthersAndGoesOnAtItsEnd) {
    std::ofstream(path_) << audit_line(call_about("old"), "", WallTime());
    std::filesystem::permissions(path_, std::filesystem::perms(0644));
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(path_, ""));
    EXPECT_EQ(mode_of(path_), 0600U);
    audit.add(call_about("new"));
    EXPECT_TRUE(has(path_, {"Patient/old", "Patient/new"}));
}

TEST_F(AuditFileTest, IsOffUntilItIsOpened) {
    AuditFile audit(log_);
    audit.add(call_about("p1"));
    ASSERT_TRUE(audit.open(path_, ""));
    audit.add(call_about("p2"));
    ASSERT_TRUE(has(path_, {"Patient/p2"}));
    ASSERT_TRUE(audit.open({}, ""));
    audit.add(call_about("p3"));
    EXPECT_TRUE(audit.close(std::chrono::steady_clock::now() + patience));
    EXPECT_EQ(patients_in(path_), std::vector<std::string>{"Patient/p2"});
}

TEST_F(AuditFileTest, WritesWhatWaitsWhenTheServiceEnds) {
    std::vector<std::string> expected;
    {
        AuditFile audit(log_);
        ASSERT_TRUE(audit.open(path_, ""));
        for (int i = 0; i < 2'000; ++i) {
            audit.add(call_about(std::to_string(i)));
            expected.push_back("Patient/" + std::to_string(i));
        }
    }
    EXPECT_EQ(patients_in(path_), expected);
}

// What logrotate does: rename, then SIGHUP.
TEST_F(AuditFileTest, GoesOnInANewFileAfterARotation) {
    const auto rotated = folder_.path() / "audit.ndjson.1";
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(path_, ""));
    audit.add(call_about("before"));
    ASSERT_TRUE(has(path_, {"Patient/before"}));
    std::filesystem::rename(path_, rotated);
    ASSERT_TRUE(audit.open(path_, ""));
    EXPECT_EQ(mode_of(path_), 0600U);
    audit.add(call_about("after"));
    EXPECT_TRUE(has(path_, {"Patient/after"}));
    EXPECT_EQ(patients_in(rotated), std::vector<std::string>{"Patient/before"});
    ASSERT_TRUE(audit.open(path_, "")) << "once more, with nothing rotated";
    audit.add(call_about("later"));
    EXPECT_TRUE(has(path_, {"Patient/after", "Patient/later"}));
}

TEST_F(AuditFileTest, WritesToNoFileThatIsNoLongerAtItsPlace) {
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(path_, ""));
    std::filesystem::remove(path_);
    audit.add(call_about("p1"));
    EXPECT_TRUE(has(path_, {"Patient/p1"}));
}

TEST_F(AuditFileTest, KeepsWhatItCannotWriteAndSaysSo) {
    const auto inside = folder_.path() / "inside";
    std::filesystem::create_directory(inside);
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(inside / "audit.ndjson", ""));
    std::filesystem::remove_all(inside);
    audit.add(call_about("p1"));
    ASSERT_TRUE(comes_about([&] { return log_.count("audit-away") == 1; }));
    Metrics metrics;
    audit.tell(metrics);
    EXPECT_THAT(metrics.text(), HasSubstr("backpain_cds_audit_up 0"));
    std::filesystem::create_directory(inside);
    EXPECT_TRUE(has(inside / "audit.ndjson", {"Patient/p1"}));
    EXPECT_TRUE(comes_about([&] { return log_.count("audit-back") == 1; }));
    EXPECT_EQ(log_.count("Patient"), 0U);
}

/// Files of this process can be no larger, as on a full disk, as long as this lives.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit small = before_;
        small.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

  private:
    rlimit before_{};
    void (*handler_)(int);
};

TEST_F(AuditFileTest, LeavesNoHalfLineOnAFullDiskAndLosesNone) {
    const std::size_t line = audit_line(call_about("p0"), "", wall_time()).size();
    AuditFile audit(log_);
    ASSERT_TRUE(audit.open(path_, ""));
    audit.add(call_about("p0"));
    ASSERT_TRUE(has(path_, {"Patient/p0"}));
    {
        const SmallDisk full(line + line / 2);
        audit.add(call_about("p1"));
        ASSERT_TRUE(comes_about([&] { return log_.count("disk-full") == 1; }));
        EXPECT_EQ(std::filesystem::file_size(path_), line);
    }
    EXPECT_TRUE(has(path_, {"Patient/p0", "Patient/p1"}));
}

TEST_F(AuditFileTest, IsRefusedWhereItCannotBeWritten) {
    AuditFile audit(log_), other(log_);
    const auto folder = audit.open(folder_.path(), "");
    ASSERT_FALSE(folder);
    const auto device = audit.open("/dev/null", "");
    ASSERT_FALSE(device);
    EXPECT_EQ(device.error(), "this is no regular file");
    EXPECT_EQ(AuditFile::obstacle("/dev/null"), "this is no regular file");
    EXPECT_NE(AuditFile::obstacle(folder_.path() / "nowhere" / "audit.ndjson"), "");
    EXPECT_EQ(AuditFile::obstacle(path_), "");
    EXPECT_FALSE(std::filesystem::exists(path_)) << "looking makes nothing";
    ASSERT_TRUE(audit.open(path_, ""));
    const auto second = other.open(path_, "");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), "another process writes to it");
}

}  // namespace
}  // namespace service
