#include "rules/pack.hpp"

#include "rules/readers.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

namespace rules {
namespace filesystem = std::filesystem;

namespace {

constexpr std::uintmax_t largest_file_bytes = 8 * 1024 * 1024;
constexpr std::size_t most_files = 10'000;

Diagnostics cannot_read(const filesystem::path& path, const std::string& why) {
    return {{Severity::error, {path.generic_string(), "", 0, 0}, "cannot-read", why, ""}};
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

// Reads one file after the other into a pack. A file's kind is its path.
class PackReader {
  public:
    explicit PackReader(PackFiles files) { pack_.files = std::move(files); }

    PackReading read() {
        for (const auto& [path, text] : pack_.files) read_file(path, text);
        for (const char* needed : {"pack.json", "facts.json"}) {
            if (!pack_.files.contains(needed)) {
                findings_.push_back({Severity::error,
                                     {needed, "", 0, 0},
                                     "missing-file",
                                     "The pack has no " + std::string(needed) + '.',
                                     "Add the file."});
            }
        }
        if (!has_errors(findings_)) check_references(pack_, findings_);
        sort_by_place(findings_);
        return {std::move(pack_), std::move(findings_)};
    }

  private:
    void read_file(const std::string& path, const std::string& text) {
        const AuthoredFile file{path, &text, &findings_};
        const bool story = path.starts_with("stories/");
        const auto tree = parse_authored(file);
        if (!tree || story) return;  // rules/example reads stories
        const Node root(file, *tree, "");
        if (path == "pack.json") return read_pack_json(root, pack_);
        if (path == "facts.json") return read_facts(root);
        if (path == "orders.json") return read_orders(root);
        if (path == "citations.json") return read_citations(root);
        if (path.starts_with("value-sets/")) return read_value_set_file(root);
        if (path.starts_with("analytes/")) return pack_.analytes.push_back(read_analyte(root));
        if (path.starts_with("rules/")) return pack_.rules.push_back(read_rule(root));
        root.error("unknown-file", "Nothing reads this file.",
                   "A pack holds pack.json, facts.json, orders.json, citations.json and the folders value-sets, "
                   "analytes, rules and stories.");
    }

    void read_facts(const Node& root) {
        if (!root.require(kind::object, "facts.json")) return;
        for (const auto& [name, fact] : root.members()) pack_.facts.push_back(read_fact(name, fact));
    }
    void read_orders(const Node& root) {
        if (!root.require(kind::object, "orders.json")) return;
        for (const auto& [intent, order] : root.members()) pack_.orders.emplace(intent, read_order(intent, order));
    }
    void read_citations(const Node& root) {
        if (!root.require(kind::object, "citations.json")) return;
        for (const auto& [id, citation] : root.members()) pack_.citations.emplace(id, read_citation(id, citation));
    }
    void read_value_set_file(const Node& root) {
        const auto value_set = read_value_set(root);
        if (!value_set) return;
        if (!pack_.value_sets.emplace(value_set->id(), *value_set).second) {
            root.error("twice", "Another file already holds the value set \"" + value_set->id() + "\".",
                       "Give one of them another id.");
        }
    }

    Pack pack_;
    Diagnostics findings_;
};

}  // namespace

boost::system::result<PackFiles, Diagnostics> read_pack_directory(const filesystem::path& directory) {
    std::error_code error;
    PackFiles files;
    filesystem::recursive_directory_iterator entry(directory, error), end;
    if (error) return cannot_read(directory, "This folder cannot be read: " + error.message() + '.');
    while (entry != end) {
        const filesystem::path& path = entry->path();
        if (path.extension() == ".json" && entry->is_regular_file(error)) {
            auto text = read_file(path);
            if (!text) return text.error();
            files.emplace(path.lexically_relative(directory).generic_string(), std::move(*text));
            if (files.size() > most_files) return cannot_read(directory, "This folder holds too many files.");
        }
        entry.increment(error);
        if (error) return cannot_read(directory, "This folder cannot be read: " + error.message() + '.');
    }
    return files;
}

PackReading read_pack(PackFiles files) {
    return PackReader(std::move(files)).read();
}

std::string digest_input(const PackFiles& files) {
    std::string bytes;
    for (const auto& [path, text] : files) {
        bytes += path + '\n' + std::to_string(text.size()) + '\n';
        bytes += text;
    }
    return bytes;
}

}  // namespace rules
