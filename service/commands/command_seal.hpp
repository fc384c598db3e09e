// backpain-cds seal: a pack as one file that nobody changes any more, once it has shown that it holds.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>

namespace service {

struct SealOptions {
    std::filesystem::path pack, output;
    std::filesystem::path previous;  ///< a sealed file or folder that this version follows; empty: none
    std::filesystem::path sign;      ///< a private key (Ed25519, PEM); empty: unsigned
};

/// Seals only what `check` finds no error in, whose stories hold, and whose version steps as far as `diff` says. The
/// same pack gives the same bytes, whenever and wherever it is sealed.
/// \returns fine; does_not_hold after having said what does not; bad_input if the pack, the previous one or the key
/// cannot be read; environment if the file cannot be written.
ExitCode run_seal(const SealOptions& options, const Streams& streams);

}  // namespace service
