#include "rules/pack/pack.hpp"

#include "rules/pack/readers.hpp"

namespace rules {

namespace {

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
        if (!has_errors(findings_)) share_cautions(pack_, findings_);
        if (!has_errors(findings_)) check_references(pack_, findings_);
        sort_by_place(findings_);
        return {std::move(pack_), std::move(findings_)};
    }

  private:
    void read_file(const std::string& path, const std::string& text) {
        const AuthoredFile file{path, &text, &findings_};
        const bool story = path.starts_with("stories/");
        const auto tree = parse_authored(file);
        if (!tree || story) return;               // rules/stories reads them
        if (path == reviewed_codes_file) return;  // which repeats what the others say
        const Node root(file, *tree, "");
        if (path == "pack.json") return read_pack_json(root, pack_);
        if (path == "facts.json") return read_facts(root);
        if (path == "orders.json") return read_orders(root);
        if (path == "citations.json") return read_citations(root);
        if (path == "words.json") {
            pack_.word_lists = read_word_lists(root);
            return;
        }
        if (path.starts_with("value-sets/")) return read_value_set_file(root);
        if (path.starts_with("analytes/")) return pack_.analytes.push_back(read_analyte(root));
        if (path.starts_with("rules/")) return pack_.rules.push_back(read_rule(root));
        root.error(
            "unknown-file", "Nothing reads this file.",
            "A pack holds pack.json, facts.json, orders.json, citations.json, words.json and the folders value-sets, "
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
