// A whole file as text, and back.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// The bytes of a file; nothing if it cannot be read, or is larger than 256 MiB.
std::optional<std::string> read_text(const std::filesystem::path& path);

/// Why read_text() gave nothing, after a colon: "it is not there", "it is a folder".
std::string why_unread(const std::filesystem::path& path);

/// Writes a file whole or not at all: whoever reads it sees what was there before or all of `text`, and a crash leaves
/// one of the two. Others may read it as far as the umask lets them. \returns what went wrong, or nothing.
std::optional<std::string> write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace service
