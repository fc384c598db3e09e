#include "rules/bulk/population_files.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

namespace rules {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t largest_manifest = 16U << 20;

bool may_hold_population(std::string_view name) {
    if (name.ends_with(".gz")) name.remove_suffix(3);
    return name.ends_with(".json") || name.ends_with(".ndjson") || name.ends_with(".jsonl");
}

/// A manifest (FHIR Bulk Data Access, Response - Complete Status) says in its first lines when its data were taken.
std::optional<json::value> read_manifest(const fs::path& path) {
    constexpr std::size_t first_lines = 4096;
    if (path.extension() != ".json") return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    std::string text(first_lines, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.find("\"transactionTime\"") == std::string::npos) return std::nullopt;
    text.append(std::istreambuf_iterator<char>(in), {});
    if (text.size() > largest_manifest) return std::nullopt;
    auto tree = fhir::parse_json(text);
    const json::object* object = tree ? tree->if_object() : nullptr;
    const json::value* output = object ? object->if_contains("output") : nullptr;
    return output && output->is_array() ? std::optional(std::move(*tree)) : std::nullopt;
}

class Finder {
  public:
    std::optional<std::string> add(const std::string& path) {
        if (path == "-") {
            files_.read.push_back(path);
            has_input_ = true;
            return std::nullopt;
        }
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (fs::is_directory(status)) return add_folder(path);
        if (!fs::exists(status)) return path + " is not there.";
        if (const auto manifest = read_manifest(path)) return add_manifest(path, manifest->get_object());
        add_file(path);
        return std::nullopt;
    }

    PopulationFiles take() {
        if (has_input_) files_.bytes = 0;
        return std::move(files_);
    }

  private:
    void add_file(const fs::path& path) {
        std::error_code error;
        const fs::path canonical = fs::weakly_canonical(path, error);
        if (!seen_.insert(error ? path.string() : canonical.string()).second) return;
        const auto size = fs::file_size(path, error);
        files_.bytes += error ? 0 : size;
        files_.read.push_back(path.string());
    }

    std::optional<std::string> add_folder(const fs::path& folder) {
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
            if (at->is_regular_file(error)) files.push_back(at->path());
        }
        if (error) return folder.string() + " cannot be read: " + error.message() + ".";
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            const auto manifest = read_manifest(file);
            if (!manifest) continue;
            if (auto fault = add_manifest(file, manifest->get_object())) return fault;
            listed_.insert(file.parent_path());
            manifests_.insert(file);
        }
        for (const fs::path& file : files) {
            if (manifests_.contains(file)) continue;
            const bool is_listed_folder = listed_.contains(file.parent_path());
            if (is_listed_folder && seen_.contains(fs::weakly_canonical(file, error).string())) continue;
            if (!is_listed_folder && may_hold_population(file.filename().string())) {
                add_file(file);
            } else {
                files_.unread.push_back(file.string());
            }
        }
        return std::nullopt;
    }

    /// The addresses of a manifest are those of the server that made it: the files lie beside it, under their names.
    std::optional<std::string> add_manifest(const fs::path& path, const json::object& manifest) {
        std::size_t number = 0;
        for (const json::value& output : manifest.at("output").get_array()) {
            const std::string place = path.string() + ", output[" + std::to_string(number++) + "].url, ";
            const json::object* object = output.if_object();
            std::string_view url = object ? fhir::member_text(*object, "url") : std::string_view();
            url = url.substr(0, url.find_first_of("?#"));
            const std::string name(url.substr(url.rfind('/') + 1));
            if (name.empty()) return place + "names no file. Mend it, or name the files.";
            std::error_code error;
            const fs::path plain = path.parent_path() / name;
            const fs::path compressed = path.parent_path() / (name + ".gz");
            if (fs::is_regular_file(plain, error)) {
                add_file(plain);
            } else if (fs::is_regular_file(compressed, error)) {
                add_file(compressed);
            } else {
                return place + "names " + name + ", which is no file beside it. Fetch it, or name the files.";
            }
        }
        return std::nullopt;
    }

    PopulationFiles files_;
    std::set<std::string> seen_;
    std::set<fs::path> manifests_;
    std::set<fs::path> listed_;  ///< folders whose files a manifest lists
    bool has_input_ = false;
};

}  // namespace

boost::system::result<PopulationFiles, std::string> find_population_files(const std::vector<std::string>& paths) {
    Finder finder;
    for (const std::string& path : paths) {
        if (auto fault = finder.add(path)) return std::move(*fault);
    }
    return finder.take();
}

}  // namespace rules
