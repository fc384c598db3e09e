#include "service/deployment/sealed_pack.hpp"

#include "rules/pack/pack.hpp"
#include "service/base/file_text.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"
#include "tests/case_name.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <ostream>

namespace service {
namespace {

using testing::HasSubstr;

// The key of RFC 8032, section 7.1, TEST 1, and the one of RFC 8410, section 10.1.
constexpr const char* secret_key =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* public_key =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* other_public_key =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";

SealedPack sealed_good_pack() {
    const rules::PackFiles files = *rules::read_pack_directory("tests/rules/packs/good");
    const rules::Identity identity = rules::read_pack(files).pack.identity;
    return {identity.id, identity.version, identity.status, digest_of_files(files), {"a.json: x"}, files, {}};
}

/// A small one, whose digest anybody can work out: pack.json alone.
SealedPack small_pack() {
    const rules::PackFiles files = {{"pack.json", R"({"id":"p","version":"1.0.0","status":"draft"})"}};
    return {"p", "1.0.0", "draft", digest_of_files(files), {}, files, {}};
}

TEST(SealedPack, IsReadAsItWasWritten) {
    const SealedPack sealed = sealed_good_pack();
    const auto again = read_sealed_pack(print_sealed_pack(sealed), "a.pack");
    ASSERT_TRUE(again) << again.error().front().message;
    EXPECT_EQ(again->files, sealed.files);
    EXPECT_EQ(again->digest, sealed.digest);
    EXPECT_EQ(again->unconfirmed, sealed.unconfirmed);
    EXPECT_EQ(print_sealed_pack(*again), print_sealed_pack(sealed));
}

struct HostileSeal {
    const char* name;
    const char *from, *to;  ///< an edit of the small file; an empty `from`: the whole of it
    const char *code, *says;
};
void PrintTo(const HostileSeal& one, std::ostream* to) {
    *to << one.name;
}

class HostileSeals : public testing::TestWithParam<HostileSeal> {};

TEST_P(HostileSeals, AreRefusedWithTheirPlace) {
    const HostileSeal& one = GetParam();
    std::string text = print_sealed_pack(small_pack());
    const std::string from = one.from;
    if (from.empty()) {
        text = one.to;
    } else {
        ASSERT_NE(text.find(from), std::string::npos) << text;
        text.replace(text.find(from), from.size(), one.to);
    }
    const auto read = read_sealed_pack(text, "a.pack");
    ASSERT_FALSE(read);
    const rules::Diagnostic finding = read.error().front();
    EXPECT_EQ(finding.code, one.code) << finding.message;
    EXPECT_THAT(finding.message, HasSubstr(one.says));
    EXPECT_EQ(finding.place.file, "a.pack");
    EXPECT_GE(finding.place.line, 1U);
}

const HostileSeal hostile[] = {
    {"nothing", "", "", "sealed-form", "no sealed pack"},
    {"no_json", "", "PK\x03\x04", "sealed-form", "no sealed pack"},
    {"no_utf8", "\"p\"", "\"\xff\"", "sealed-form", "no sealed pack"},
    {"a_list", "", "[]", "sealed-form", "no JSON object"},
    {"another_form", "backpain-cds pack 1", "backpain-cds pack 2", "sealed-form", "that this version reads"},
    {"another_member", "\"sealed\"", "\"seeled\": 1, \"sealed\"", "unknown-member", "no such member"},
    {"deep", "\"unconfirmed\": []", "\"unconfirmed\": [[[[[[]]]]]]", "sealed-form", "no sealed pack"},
    {"two_of_one_path", "\"files\": {", "\"files\": { \"pack.json\": \"{}\",", "sealed-form", "no sealed pack"},
    {"one_path_in_two_spellings", "\"files\": {", "\"files\": { \"pack\\u002ejson\": \"{}\",", "sealed-form",
     "no sealed pack"},
    {"a_path_that_climbs", "\"pack.json\":", "\"rules/../../x.json\":", "sealed-path", "begins with a point"},
    {"an_absolute_path", "\"pack.json\":", "\"/etc/x.json\":", "sealed-path", "is absolute"},
    {"a_path_of_windows", "\"pack.json\":", "\"rules\\\\x.json\":", "sealed-path", "that no path of a pack has"},
    {"an_empty_part", "\"pack.json\":", "\"rules//x.json\":", "sealed-path", "empty part"},
    {"a_hidden_file", "\"pack.json\":", "\"rules/.x.json\":", "sealed-path", "begins with a point"},
    {"another_ending", "\"pack.json\":", "\"pack.jsn\":", "sealed-path", "does not end in .json"},
    {"a_file_that_is_no_text", "\"pack.json\": \"", "\"rules/x.json\": 1, \"pack.json\": \"", "sealed-form",
     "must be a text"},
    {"another_content", "\\\"draft\\\"", "\\\"active\\\"", "sealed-digest", "something was changed"},
    {"another_digest", "\"digest\": \"sha256:", "\"digest\": \"sha256:0", "sealed-digest", "something was changed"},
    {"another_version_outside", "\"version\": \"1.0.0\"", "\"version\": \"9.0.0\"", "sealed-form",
     "is not what pack.json"},
    {"another_status_outside", "\"status\": \"draft\"", "\"status\": \"active\"", "sealed-form",
     "is not what pack.json"},
    {"half_a_signature", "\"unconfirmed\"", "\"signature\": {}, \"unconfirmed\"", "sealed-signature", "must have"},
    {"no_signature", "\"unconfirmed\"",
     "\"signature\": {\"algorithm\":\"Ed25519\",\"key\":\"sha256:0\",\"value\":\"AAAA\"}, \"unconfirmed\"",
     "sealed-signature", "64 bytes in base64"},
};
INSTANTIATE_TEST_SUITE_P(Files, HostileSeals, testing::ValuesIn(hostile), CaseName());

TEST(SealedPack, RefusesAFileOfMoreThanEightMebibytes) {
    SealedPack sealed = small_pack();
    sealed.files["rules/x.json"] = std::string(std::size_t{8} * 1024 * 1024 + 1, ' ');
    const auto read = read_sealed_pack(print_sealed_pack(sealed), "a.pack");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().front().message, HasSubstr("larger than 8 MiB"));
}

class PackSources : public testing::Test {
  protected:
    std::filesystem::path file(const char* name, const std::string& text) const {
        std::ofstream(folder_.path() / name, std::ios::binary) << text;
        return folder_.path() / name;
    }

    /// The good pack, sealed and signed with the first key.
    std::filesystem::path signed_pack() const {
        SealedPack sealed = sealed_good_pack();
        sealed.signature = *sign_ed25519(file("secret.pem", secret_key), signed_text(sealed));
        return file("signed.pack", print_sealed_pack(sealed));
    }
    std::filesystem::path unsigned_pack() const { return file("unsigned.pack", print_sealed_pack(sealed_good_pack())); }
    std::filesystem::path trusted() const { return file("trusted.pem", public_key); }
    std::filesystem::path other() const { return file("other.pem", other_public_key); }

    static std::string refusal(const std::filesystem::path& pack, const std::vector<std::filesystem::path>& keys) {
        const auto source = read_pack_source(pack, keys);
        return source ? "" : source.error().front().code + ": " + source.error().front().message;
    }

  private:
    TemporaryFolder folder_;
};

TEST_F(PackSources, GiveASealedPackTheDigestOfItsFolder) {
    const LoadedPack sealed = load_pack(unsigned_pack(), {}), folder = load_pack("tests/rules/packs/good", {});
    ASSERT_NE(sealed.program, nullptr) << sealed.findings.front().message;
    EXPECT_EQ(sealed.digests.cards, folder.digests.cards);
    EXPECT_EQ(sealed.seal, "sealed, not signed");
    EXPECT_EQ(folder.seal, "");
}

TEST_F(PackSources, TakeWhatATrustedKeySigned) {
    EXPECT_EQ(refusal(signed_pack(), {other(), trusted()}), "");
    EXPECT_EQ(read_pack_source(signed_pack(), {trusted()})->seal, "sealed, signed by trusted.pem");
}

TEST_F(PackSources, RefuseWhatNoTrustedKeySigned) {
    EXPECT_THAT(refusal(signed_pack(), {other()}), HasSubstr("untrusted: This pack is signed with the key sha256:"));
    EXPECT_THAT(refusal(unsigned_pack(), {trusted()}), HasSubstr("untrusted: This pack is not signed"));
    EXPECT_THAT(refusal("tests/rules/packs/good", {trusted()}), HasSubstr("untrusted: This pack is a folder"));
    EXPECT_EQ(refusal("tests/rules/packs/good", {}), "");
}

// The digest protects the files; what stands beside them is signed too.
TEST_F(PackSources, RefuseASignatureThatWasMadeOfSomethingElse) {
    std::string text = *read_text(signed_pack());
    text.replace(text.find("a.json: x"), 9, "a.json: y");
    EXPECT_THAT(refusal(file("forged.pack", text), {trusted()}), HasSubstr("sealed-signature: The signature"));
}

TEST_F(PackSources, SayThatATrustedKeyIsNone) {
    EXPECT_THAT(refusal(signed_pack(), {file("x.pem", secret_key)}), HasSubstr("trusted-key: This file is a private"));
}

TEST_F(PackSources, SayWhereThereIsNoPack) {
    EXPECT_THAT(refusal("nowhere.pack", {}), HasSubstr("cannot-read"));
}

TEST_F(PackSources, RefuseAFolderForPatientsWhereKeysAreTrusted) {
    CheckAtLoad check;
    check.trusted_keys = {trusted()};
    EXPECT_EQ(load_pack("tests/rules/packs/good", {}, check).program, nullptr);
    EXPECT_NE(load_pack(signed_pack(), {}, check).program, nullptr);
}

}  // namespace
}  // namespace service
