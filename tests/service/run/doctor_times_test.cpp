#include "service/run/doctor_times.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

struct Speed {
    const char* name;
    FhirTimes times;
    std::size_t timeout_ms, deadline_ms;
    Verdict verdict;
    const char* says;  ///< part of what is said, or of how to mend it
};
class ServersSpeed : public testing::TestWithParam<Speed> {};

TEST_P(ServersSpeed, IsHeldAgainstWhatACallAllows) {
    const Speed& speed = GetParam();
    Config config;
    config.fhir.timeout_ms = speed.timeout_ms;
    config.limits.deadline_ms = speed.deadline_ms;
    const DoctorLine line = examine_times(speed.times, "fhirServers: x", config);
    EXPECT_EQ(line.verdict, speed.verdict) << line.says;
    EXPECT_NE((line.says + " " + line.mend).find(speed.says), std::string::npos) << line.says << " " << line.mend;
    EXPECT_EQ(line.mend.empty(), line.verdict == Verdict::ok);
}

INSTANTIATE_TEST_SUITE_P(
    Defaults, ServersSpeed,
    testing::Values(
        Speed{"Quick", {90ms, {20ms, 31ms, 25ms}}, 400, 450, Verdict::ok, "within 31 ms"},
        Speed{"QuickOnlyOnceConnected", {500ms, {20ms}}, 400, 450, Verdict::ok, "with new connections: 500 ms"},
        Speed{"JustEnough", {200ms, {200ms}}, 400, 450, Verdict::ok, "400 ms are allowed"},
        Speed{"LittleRoom",
              {300ms, {201ms}},
              400,
              450,
              Verdict::warning,
              "fhir.timeoutMs to 450 and limits.deadlineMs to 500"},
        Speed{"TooSlow",
              {700ms, {610ms, 655ms}},
              400,
              450,
              Verdict::warning,
              "fhir.timeoutMs to 1350 and limits.deadlineMs to 1400"},
        Speed{"DeadlineTooClose", {90ms, {200ms}}, 1000, 420, Verdict::warning, "420 ms are allowed"},
        Speed{"OneCallOnly", {6000ms, {}}, 400, 450, Verdict::warning, "fhir.timeoutMs to 12000"}),
    CaseName());

TEST(RecommendedTimes, LeaveACallSomeTimeForItself) {
    const RecommendedTimes times = recommended_times({5ms, {3ms}});
    EXPECT_EQ(times.timeout, 100ms);
    EXPECT_EQ(times.deadline, 150ms);
}

}  // namespace
}  // namespace service
