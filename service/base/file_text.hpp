// A whole file as text.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace service {

/// The bytes of a file; nothing if it cannot be read, or is larger than 256 MiB.
std::optional<std::string> read_text(const std::filesystem::path& path);

}  // namespace service
