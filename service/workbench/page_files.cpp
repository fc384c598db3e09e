#include "service/workbench/page_files.hpp"

#include "service/base/file_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace service {
namespace {

constexpr std::size_t most_files = 500;
constexpr std::size_t most_folders_above = 6;  // build/release of a source tree is two below it

struct MediaType {
    std::string_view ending, name;
};
constexpr std::array media_types = {
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".png", "image/png"},
    MediaType{".woff2", "font/woff2"},
};

/// Null: nothing of that kind is served.
const MediaType* media_type_of(std::string_view path) {
    const auto found =
        std::ranges::find_if(media_types, [path](const MediaType& one) { return path.ends_with(one.ending); });
    return found == media_types.end() ? nullptr : &*found;
}

/// Which package brings a library, by its folder.
struct Library {
    std::string_view folder, package;
};
constexpr std::array library_files = {
    Library{"bootstrap5", "libjs-bootstrap5"},
    Library{"chart.js", "libjs-chart.js"},
    Library{"codemirror", "libjs-codemirror"},
};

Reply file_reply(std::string_view path, std::string text) {
    Reply reply;
    reply.body = std::move(text);
    reply.content_type = media_type_of(path)->name;
    return reply;
}

Reply not_there(std::string says) {
    Reply reply;
    reply.status = 404;
    reply.body = std::move(says) + "\n";
    reply.content_type = "text/plain; charset=utf-8";
    return reply;
}

}  // namespace

std::filesystem::path find_product_folder(const std::string& installed, const std::string& in_tree) {
    std::error_code error;
    std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error);
    for (std::size_t above = 0; above < most_folders_above && folder.has_relative_path(); ++above) {
        folder = folder.parent_path();
        for (const std::string& place : {installed, in_tree}) {
            if (std::filesystem::is_directory(folder / place, error)) return folder / place;
        }
    }
    return {};
}

PageFiles::PageFiles(const std::filesystem::path& folder, std::filesystem::path libraries)
    : libraries_(std::move(libraries)) {
    std::error_code error;
    if (folder.empty()) return;
    for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = "/" + at->path().lexically_relative(folder).generic_string();
        if (!at->is_regular_file(error) || media_type_of(name) == nullptr || files_.size() == most_files) continue;
        if (auto text = read_text(at->path())) files_.emplace(name, std::move(*text));
    }
}

Reply PageFiles::reply(std::string_view path) const {
    constexpr std::string_view library_folder = "/lib/";
    if (path.starts_with(library_folder)) return library(path.substr(library_folder.size()));
    if (path == "/") path = "/index.html";
    const auto found = files_.find(path);
    if (found != files_.end()) return file_reply(path, found->second);
    if (files_.empty()) {
        return not_there(
            "The files of the workbench's page are not installed: they belong to share/backpain-cds/workbench "
            "beside the program's own folder.");
    }
    return not_there("There is nothing at this address.");
}

Reply PageFiles::library(std::string_view name) const {
    const std::string_view folder = name.substr(0, name.find('/'));
    const auto known = std::ranges::find(library_files, folder, &Library::folder);
    const std::filesystem::path relative = std::filesystem::path(name).lexically_normal();
    const bool is_below = known != library_files.end() && *relative.begin() == folder;
    if (!is_below || media_type_of(name) == nullptr) return not_there("There is nothing at this address.");
    auto text = read_text(libraries_ / relative);
    if (text) return file_reply(name, std::move(*text));
    return not_there("The library " + std::string(folder) + " is missing: install Debian's package " +
                     std::string(known->package) + ".");
}

}  // namespace service
