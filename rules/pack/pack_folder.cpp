#include "rules/pack/pack_folder.hpp"

#include "rules/pack/pack.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

namespace rules {
namespace filesystem = std::filesystem;

namespace {

constexpr std::uintmax_t largest_file_bytes = 8 * 1024 * 1024;
constexpr std::size_t most_files = 10'000;

// For people; nothing reads them.
constexpr std::array<std::string_view, 4> documents = {"README.md", "CHANGELOG.md", "REVIEW.md", "REFERENCE.md"};

Diagnostic finding(Severity severity, const filesystem::path& path, std::string code, std::string message,
                   std::string mend) {
    return {severity, {path.generic_string(), "", 0, 0}, std::move(code), std::move(message), std::move(mend)};
}

Diagnostics cannot_read(const filesystem::path& path, const std::string& why) {
    return {finding(Severity::error, path, "cannot-read", why, "")};
}

boost::system::result<std::string, Diagnostics> read_file(const filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = filesystem::file_size(path, error);
    if (error) return cannot_read(path, "This file cannot be read: " + error.message() + '.');
    if (size > largest_file_bytes) return cannot_read(path, "This file is larger than 8 MiB.");
    std::ifstream stream(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream.is_open() || stream.bad()) return cannot_read(path, "This file cannot be read.");
    return text;
}

struct Contents {
    std::vector<filesystem::path> files;  ///< the pack's
    Diagnostics faults;                   ///< links behind which a part of the pack may be missing
    Diagnostics unread;                   ///< warnings
};

void sort_entry(const filesystem::directory_entry& entry, Contents& contents) {
    std::error_code ignored;
    const filesystem::path& path = entry.path();
    const bool is_folder = entry.is_directory(ignored);
    const bool is_json = path.extension() == ".json";
    if (entry.is_symlink(ignored) && !entry.exists(ignored)) {
        contents.faults.push_back(finding(Severity::error, path, "dangling-link", "This link leads nowhere.",
                                          "Put the file in its place, or take the link away."));
    } else if (is_json && entry.is_regular_file(ignored)) {
        contents.files.push_back(path);
    } else if (is_json) {
        contents.unread.push_back(finding(
            Severity::warning, path, "unread-file",
            is_folder ? "This is a folder with the name of a file." : "This is no regular file, and is not read.",
            "Give it another name, or take it away."));
    } else if (!is_folder && std::ranges::find(documents, path.filename()) == documents.end()) {
        contents.unread.push_back(finding(Severity::warning, path, "unread-file", "Nothing reads this file.",
                                          "Let its name end in .json, in small letters, or take it away."));
    }
}

// Names that begin with a point belong to editors and other tools: nobody looks at them.
boost::system::result<Contents, Diagnostics> look_through(const filesystem::path& directory) {
    std::error_code error;
    Contents contents;
    std::size_t seen = 0;
    // A mounted configuration map is made of links.
    const auto options = filesystem::directory_options::follow_directory_symlink;
    filesystem::recursive_directory_iterator entry(directory, options, error), end;
    while (!error && entry != end) {
        if (++seen > most_files) return cannot_read(directory, "This folder holds too many files.");
        if (entry->path().filename().native().starts_with('.')) {
            entry.disable_recursion_pending();
        } else {
            sort_entry(*entry, contents);
        }
        entry.increment(error);
    }
    if (error) return cannot_read(directory, "This folder cannot be read: " + error.message() + '.');
    sort_by_place(contents.faults);
    sort_by_place(contents.unread);
    return contents;
}

/// Said once of a folder that is no pack, and not of each file in it: one that lies in a pack, or that has none of the
/// files which every pack has.
std::optional<Diagnostic> why_no_pack(const filesystem::path& directory) {
    const auto holds = [](const filesystem::path& folder, const char* file) {
        std::error_code error;
        return filesystem::is_regular_file(folder / file, error);
    };
    const bool lies_in_pack = holds(directory / "..", "pack.json");
    if (holds(directory, "pack.json") || (holds(directory, "facts.json") && !lies_in_pack)) return std::nullopt;
    std::string mend = "A PACK is a folder with pack.json in it, or a file that `backpain-cds seal` wrote.";
    if (lies_in_pack) {
        std::string above = (directory / "..").lexically_normal().generic_string();
        if (above.size() > 1 && above.ends_with('/')) above.pop_back();
        mend = "Give the folder above: " + above + ".";
    }
    return finding(Severity::error, directory, "missing-file", "This folder is no pack: there is no pack.json in it.",
                   std::move(mend));
}

}  // namespace

boost::system::result<PackFiles, Diagnostics> read_pack_directory(const filesystem::path& directory) {
    const auto contents = look_through(directory);
    if (!contents) return contents.error();
    if (auto finding = why_no_pack(directory)) return Diagnostics{std::move(*finding)};
    if (!contents->faults.empty()) return contents->faults;
    PackFiles files;
    for (const filesystem::path& path : contents->files) {
        auto text = read_file(path);
        if (!text) return text.error();
        files.emplace(path.lexically_relative(directory).generic_string(), std::move(*text));
    }
    return files;
}

Diagnostics unread_files(const filesystem::path& directory) {
    const auto contents = look_through(directory);
    return contents ? contents->unread : contents.error();
}

}  // namespace rules
