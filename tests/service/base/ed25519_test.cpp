#include "service/base/ed25519.hpp"

#include "service/base/file_text.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace service {
namespace {

// RFC 8032, section 7.1, TEST 1, in the PEM of RFC 8410: an empty message, and its signature.
constexpr const char* secret_key =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* public_key =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* signature_of_nothing =
    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";
// RFC 8410, section 10.1: another key.
constexpr const char* other_public_key =
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";

class Ed25519 : public testing::Test {
  protected:
    std::filesystem::path file(const char* name, const std::string& text) const {
        std::ofstream(folder_.path() / name) << text;
        return folder_.path() / name;
    }

  private:
    TemporaryFolder folder_;
};

TEST_F(Ed25519, SignsAsTheStandardsVectorSays) {
    const auto signature = sign_ed25519(file("key.pem", secret_key), "");
    ASSERT_TRUE(signature) << signature.error().says;
    EXPECT_EQ(signature->value, signature_of_nothing);
    EXPECT_EQ(signature->key, read_public_key(file("key.pub", public_key))->name);
}

TEST_F(Ed25519, VerifiesWhatWasSignedAndNothingElse) {
    const auto key = read_public_key(file("key.pub", public_key));
    const auto other = read_public_key(file("other.pub", other_public_key));
    ASSERT_TRUE(key && other);
    const Ed25519Signature signature{key->name, signature_of_nothing};
    EXPECT_TRUE(verify_ed25519(*key, "", signature));
    EXPECT_FALSE(verify_ed25519(*key, " ", signature));
    EXPECT_FALSE(verify_ed25519(*other, "", signature));
}

TEST_F(Ed25519, TakesNoOtherTextForASignature) {
    const std::string right = signature_of_nothing;
    EXPECT_TRUE(is_signature(right));
    EXPECT_FALSE(is_signature(""));
    EXPECT_FALSE(is_signature(right.substr(1)));
    EXPECT_FALSE(is_signature(right + "\n"));
    EXPECT_FALSE(is_signature("-" + right.substr(1))) << "base64url";
    EXPECT_FALSE(is_signature(right.substr(0, 85) + "x==")) << "bits that no byte holds";
}

struct WrongKey {
    const char* name;
    const char* text;
    const char* says;
};
class WrongKeys : public Ed25519, public testing::WithParamInterface<WrongKey> {};

TEST_P(WrongKeys, AreRefusedWithTheReason) {
    const auto key = read_public_key(file("key.pem", GetParam().text));
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().says.find(GetParam().says), std::string::npos) << key.error().says;
}

INSTANTIATE_TEST_SUITE_P(Texts, WrongKeys,
                         testing::Values(WrongKey{"Nothing", "", "no public key"},
                                         WrongKey{"NoPem", "ssh-ed25519 AAAA", "no public key"},
                                         WrongKey{"ThePrivateHalf", secret_key, "only the public half belongs there"},
                                         // RFC 8410 again, X25519: for agreement, not for signatures
                                         WrongKey{"AnotherKind",
                                                  "-----BEGIN PUBLIC KEY-----\n"
                                                  "MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                                  "-----END PUBLIC KEY-----\n",
                                                  "not for Ed25519"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(Ed25519, SaysThatAKeyIsNotThere) {
    EXPECT_EQ(read_public_key("nowhere.pem").error().says, "cannot be read");
}

TEST(WriteText, ReplacesAFileWholeAndLeavesNothingBeside) {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "a.json";
    ASSERT_EQ(write_text(file, "one"), std::nullopt);
    ASSERT_EQ(write_text(file, "two"), std::nullopt);
    EXPECT_EQ(read_text(file), "two");
    const std::filesystem::directory_iterator found(folder.path());
    EXPECT_EQ(std::distance(begin(found), end(found)), 1);
    const auto others = std::filesystem::status(file).permissions() & std::filesystem::perms::others_write;
    EXPECT_EQ(others, std::filesystem::perms::none);
}

TEST(WriteText, SaysWhyItCannot) {
    EXPECT_NE(write_text("nowhere/at/all.json", "x").value_or("").find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace service
