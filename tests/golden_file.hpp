// Golden files: what a person has read and found right. UPDATE_GOLDEN=1 in the environment rewrites them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

/// Expects that the file at `path`, relative to the repository, holds exactly `text`; rewrites it when asked to.
inline void expect_golden(const std::filesystem::path& path, const std::string& text) {
    if (std::getenv("UPDATE_GOLDEN")) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream stream(path, std::ios::binary);
    ASSERT_TRUE(stream) << path << " is missing; UPDATE_GOLDEN=1 writes it";
    const std::string expected{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    EXPECT_EQ(text, expected) << path << " differs; UPDATE_GOLDEN=1 rewrites it";
}
