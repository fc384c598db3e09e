// Public keys and signatures of JOSE (RFC 7515, 7517, 7518, 8037, 8725): the only file that knows cjose.
//
// cjose (Debian's libcjose, on OpenSSL) reads keys and verifies signatures; it is C, lenient about what it is handed,
// and without EdDSA, which OpenSSL verifies here directly. So everything is checked before it gets there, and a key
// reaches it as the few members that its type calls for. No network, no clock. Errors are counted out, never described
// by input.
#pragma once

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Signature algorithms that may be configured (RFC 7518, section 3.1; RFC 8037). There is no "none" and no HS*: they
/// cannot be named (CDS Hooks, "JWT Signing Algorithm").
enum class Algorithm { es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512, eddsa };

/// The algorithm that JOSE calls `name`, exactly so spelt; nothing if it is not one of ours.
std::optional<Algorithm> algorithm_named(std::string_view name) noexcept;

/// How JOSE spells it.
std::string_view name_of(Algorithm algorithm) noexcept;

/// The bytes of unpadded base64url (RFC 7515, section 2); nothing for padding, foreign characters, an impossible length
/// or bits left over: one text for one sequence of bytes.
std::optional<std::string> decode_base64url(std::string_view text);

/// Why a key is not used (RFC 7517, section 5: such keys are passed over, the rest of the set stands).
enum class KeyFault {
    not_an_object,
    no_key_id,       ///< `kid` absent, empty or longer than key_id_limit
    unknown_type,    ///< kty or crv that no algorithm of ours uses, oct among them
    private_key,     ///< holds `d`: whoever published it has given it away
    other_use,       ///< `use` is not "sig", or `key_ops` lacks "verify"
    unknown_alg,     ///< `alg` is not one of ours, or not one for this key
    bad_value,       ///< a number that is absent, of the wrong length, or not a key
    weak,            ///< RSA below 2048 bits, or its exponent not above 65536
    too_large,       ///< RSA above 8192 bits: a check would take too long
    repeated_key_id  ///< a key of that id and type stands before it
};

std::string_view name_of(KeyFault fault) noexcept;

inline constexpr std::size_t key_id_limit = 256;  ///< bytes

/// One public key, read and checked. Copies share the key; any number of threads may verify with it at once.
class VerificationKey {
  public:
    /// Reads a JSON Web Key. Members that RFC 7517 does not define are ignored.
    static boost::system::result<VerificationKey, KeyFault> read(const boost::json::value& jwk);

    const std::string& id() const noexcept { return id_; }

    /// Whether a signature of this algorithm can be this key's: type, curve, and the key's own `alg` (RFC 8725, 3.1).
    bool fits(Algorithm algorithm) const noexcept;

    /// Whether both are of one kind, so that one id may not name them both.
    bool same_kind(const VerificationKey& other) const noexcept { return kind_ == other.kind_; }

    /// Whether `compact`, a JWS whose header was found to name `algorithm`, was signed by this key.
    /// Takes about 0.7 ms for P-384. Precondition: fits(algorithm); `compact` has three segments.
    bool verifies(Algorithm algorithm, std::string_view compact) const;

  private:
    enum class Kind { p256, p384, p521, rsa, ed25519 };
    struct Parts;
    struct Handle;

    VerificationKey(std::string id, Kind kind, std::optional<Algorithm> only, std::shared_ptr<const Handle> handle);

    static boost::system::result<Parts, KeyFault> read_parts(const boost::json::object& jwk);
    static boost::system::result<Parts, KeyFault> read_rsa(const boost::json::object& jwk);
    static boost::system::result<Parts, KeyFault> read_curve(const boost::json::object& jwk);
    static bool suits(Kind kind, Algorithm algorithm) noexcept;

    std::string id_;
    Kind kind_;
    std::optional<Algorithm> only_;  ///< the key's own `alg`
    std::shared_ptr<const Handle> handle_;
};

}  // namespace service
