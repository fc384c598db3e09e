#include "service/run/doctor.hpp"

#include "tests/case_name.hpp"
#include "tests/service/test_server.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace service {
namespace {

using std::chrono::days;

Verdict worst(const DoctorLines& lines) {
    return std::ranges::max(lines, {}, &DoctorLine::verdict).verdict;
}

bool has(const DoctorLines& lines, Verdict verdict, const std::string& says) {
    return std::ranges::any_of(lines, [&](const DoctorLine& line) {
        return line.verdict == verdict && line.says.find(says) != std::string::npos;
    });
}

// ---- the certificate: that of the tests is for localhost, of no CA that the system trusts, and good from now on
// ------

struct Day {
    const char* name;
    int later;  ///< than now
    Verdict verdict;
    std::string says;
};
class DoctorCertificateDay : public testing::TestWithParam<Day> {};

TEST_P(DoctorCertificateDay, IsHeldAgainstItsDates) {
    const TestCertificate certificate;
    Config config;
    config.tls = certificate.files();
    const DoctorLines lines = examine_certificate(config, wall_time() + days(GetParam().later));
    EXPECT_TRUE(has(lines, GetParam().verdict, GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(Days, DoctorCertificateDay,
                         testing::Values(Day{"Before", -2, Verdict::fault, "not valid yet"},
                                         Day{"AtItsEnd", 0, Verdict::warning, "ends in 0 days"},
                                         Day{"After", 400, Verdict::fault, "over since "}),
                         CaseName());

/// Writes the certificate anew, good from and until so many days from now.
void date(const TestCertificate& certificate, int from, int until) {
    const auto open = [](const std::filesystem::path& path, const char* mode) {
        return std::unique_ptr<std::FILE, int (*)(std::FILE*)>(std::fopen(path.c_str(), mode), &std::fclose);
    };
    const TlsFiles files = certificate.files();
    const std::unique_ptr<X509, decltype(&X509_free)> made(
        PEM_read_X509(open(files.certificate, "r").get(), nullptr, nullptr, nullptr), &X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_PrivateKey(open(files.key, "r").get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    X509_time_adj_ex(X509_getm_notBefore(made.get()), from, 0, nullptr);
    X509_time_adj_ex(X509_getm_notAfter(made.get()), until, 60, nullptr);
    X509_sign(made.get(), key.get(), EVP_sha256());
    PEM_write_X509(open(files.certificate, "w").get(), made.get());
}

struct Life {
    const char* name;
    int from, until;  ///< days from now
    Verdict verdict;
};
class DoctorCertificateLife : public testing::TestWithParam<Life> {};

TEST_P(DoctorCertificateLife, SaysHowNearItsEndIs) {
    const TestCertificate certificate;
    date(certificate, GetParam().from, GetParam().until);
    Config config;
    config.tls = certificate.files();
    const DoctorLines lines = examine_certificate(config, wall_time());
    EXPECT_TRUE(has(lines, GetParam().verdict, "ends in " + std::to_string(GetParam().until) + " days"));
}

INSTANTIATE_TEST_SUITE_P(Lives, DoctorCertificateLife,
                         testing::Values(Life{"AFreshOneOf30Days", 0, 30, Verdict::ok},
                                         Life{"OneOf30DaysAtItsEnd", -22, 8, Verdict::warning},
                                         Life{"OneOf90DaysThatWasNotRenewed", -61, 29, Verdict::warning},
                                         Life{"OneOfAYearWith40DaysLeft", -325, 40, Verdict::ok},
                                         Life{"OneOfAYearWith29DaysLeft", -336, 29, Verdict::warning}),
                         CaseName());

TEST(DoctorCertificate, IsHeldAgainstTheNamesThatClientsCall) {
    const TestCertificate certificate;
    Config config;
    config.tls = certificate.files();
    config.public_urls = {"https://localhost:8443/base", "https://cds.example.test"};
    const DoctorLines lines = examine_certificate(config, wall_time());
    EXPECT_TRUE(has(lines, Verdict::ok, "is for localhost"));
    EXPECT_TRUE(has(lines, Verdict::fault, "is not for cds.example.test"));
    EXPECT_TRUE(has(lines, Verdict::warning, "this machine would not trust it")) << "it is its own CA";
}

// ---- settings -------------------------------------------------------------------------------------------------------

Config proper() {
    Config config;
    config.public_urls = {"https://cds.example.test"};
    config.clients.resize(1);
    config.time_zone = "UTC";
    config.admin.emplace(Address{"127.0.0.1", 9443});
    return config;
}

struct Setting {
    const char* name;
    void (*change)(Config&);
    Verdict verdict;
    std::string about;
};
class DoctorSettings : public testing::TestWithParam<Setting> {};

TEST_P(DoctorSettings, SaysWhatToMendOfOne) {
    Config config = proper();
    GetParam().change(config);
    const DoctorLines lines = examine_settings(config);
    EXPECT_EQ(worst(lines), GetParam().verdict);
    const auto line = std::ranges::find(lines, GetParam().verdict, &DoctorLine::verdict);
    ASSERT_NE(line, lines.end());
    EXPECT_EQ(line->mend.empty(), GetParam().verdict == Verdict::ok);
    EXPECT_EQ(line->about, GetParam().about);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, DoctorSettings,
    testing::Values(
        Setting{"Proper", [](Config&) {}, Verdict::ok, "mode"},
        Setting{"Development", [](Config& c) { c.mode = Mode::development; }, Verdict::warning, "mode"},
        Setting{"NoAuthentication", [](Config& c) { c.authentication_required = false; }, Verdict::warning,
                "authentication"},
        Setting{"NoPublicUrl", [](Config& c) { c.public_urls.clear(); }, Verdict::warning, "publicUrl"},
        Setting{"NoTimeZone", [](Config& c) { c.time_zone.clear(); }, Verdict::warning, "timeZone"},
        Setting{"EveryPage", [](Config& c) { c.cors_origins = {"*"}; }, Verdict::warning, "cors.origins"},
        Setting{"NoHealth", [](Config& c) { c.admin.reset(); }, Verdict::warning, "admin.listen"},
        Setting{"HealthForEverybody", [](Config& c) { c.admin->host = "0.0.0.0"; }, Verdict::warning, "admin.listen"},
        Setting{"HealthForEverybodyByIPv6", [](Config& c) { c.admin->host = "::"; }, Verdict::warning, "admin.listen"},
        Setting{"HealthOnIPv6", [](Config& c) { c.admin->host = "::1"; }, Verdict::ok, "mode"}),
    CaseName());

// ---- the network: see also the integration test ---------------------------------------------------------------------

TEST(DoctorNetwork, FindsACaFileThatHoldsNone) {
    Config config = proper();
    config.fhir.ca = "README.md";
    EXPECT_EQ(worst(examine_clients(config)), Verdict::fault);
}

}  // namespace
}  // namespace service
