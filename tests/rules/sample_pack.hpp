// The small pack of tests/rules/packs/good, and small edits of it.
#pragma once

#include "rules/pack/pack.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rules {

/// The files of the good pack.
inline PackFiles sample_files() {
    const auto files = read_pack_directory("tests/rules/packs/good");
    EXPECT_TRUE(files.has_value());
    return files ? *files : PackFiles{};
}

/// The files of the good pack with one text replaced in one of them; an empty `from` puts `to` in place of the file.
inline PackFiles edited_files(const std::string& file, const std::string& from, const std::string& to) {
    PackFiles files = sample_files();
    if (from.empty()) {
        files[file] = to;
        return files;
    }
    const std::size_t at = files[file].find(from);
    EXPECT_NE(at, std::string::npos) << '"' << from << "\" is not in " << file;
    if (at != std::string::npos) files[file].replace(at, from.size(), to);
    return files;
}

/// Findings as a person reads them: one line each, the place, how to mend it.
inline std::string as_text(const Diagnostics& findings, const PackFiles& files) {
    std::string text;
    for (const Diagnostic& finding : findings) {
        text += one_line(finding) + '\n';
        const auto file = files.find(finding.place.file);
        if (file != files.end()) text += snippet(finding.place, file->second) + '\n';
        if (!finding.mend.empty()) text += "  " + finding.mend + '\n';
    }
    return text;
}

}  // namespace rules
