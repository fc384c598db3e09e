// A client's key pair, made when the test runs, and tokens signed with it: by OpenSSL alone, so that what the service
// verifies with cjose was signed by other code.
#pragma once

#include "service/trust/jose.hpp"

#include <boost/json.hpp>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace service {

std::string encode_base64url(std::string_view bytes);

class SigningKey {
  public:
    /// \param bits  of an RSA modulus.
    static SigningKey make(Algorithm algorithm, std::string id = "key-1", unsigned bits = 2048);

    const std::string& id() const { return id_; }

    /// The public key as a JSON Web Key, with kid, alg and use.
    boost::json::object public_jwk() const;

    /// The key set that holds this key alone.
    std::string key_set() const;

    /// A compact JWS over two texts, whatever they are.
    std::string sign(std::string_view header, std::string_view payload) const;

    /// A token with the header that CDS Hooks asks for.
    std::string token(const boost::json::object& claims) const;

    /// The header that CDS Hooks asks for.
    boost::json::object header() const;

    /// The raw signature of `text`, as JWS wants it.
    std::string signature_of(std::string_view text) const;

  private:
    Algorithm algorithm_ = Algorithm::es384;
    std::string id_;
    std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace service
