#include "service/base/file_text.hpp"

#include <cstdint>
#include <fstream>

namespace service {

std::optional<std::string> read_text(const std::filesystem::path& path) {
    constexpr std::uintmax_t most_bytes = std::uintmax_t{256} * 1024 * 1024;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size > most_bytes) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(size), '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) return std::nullopt;
    return text;
}

}  // namespace service
