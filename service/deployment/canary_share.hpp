// Which users see a canary: always the same ones, in every replica with the same salt. Nothing of a user is kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace service {

struct CanaryShare {
    std::size_t percent = 0;  ///< of users, 0 to 100
    std::string salt;         ///< so that other deployments, and other canaries, choose other users

    /// Whether `user` sees it. Who does goes on to see it under a larger percentage. An empty one is nobody known: no.
    bool holds(std::string_view user) const;
};

}  // namespace service
