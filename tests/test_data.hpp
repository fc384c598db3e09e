// Where the public test data lies that is read but not kept here: BACKPAIN_CDS_TEST_DATA, or else ../shared/data beside
// the repository (the directory that tests run in). A test that finds nothing there skips and says so.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

/// The path of `subpath` in the test data, if it is there.
inline std::optional<std::filesystem::path> test_data(const std::filesystem::path& subpath) {
    const char* configured = std::getenv("BACKPAIN_CDS_TEST_DATA");
    const std::filesystem::path path = std::filesystem::path(configured ? configured : "../shared/data") / subpath;
    return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

/// The whole of a file, which is known to exist.
inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
