#include "service/deployment/sealed_pack.hpp"

#include "fhir/json_advice.hpp"
#include "fhir/json_text.hpp"
#include "rules/text/nearest.hpp"
#include "service/deployment/load_pack.hpp"

#include <algorithm>
#include <array>

namespace service {
namespace json = boost::json;

namespace {

// As of a folder (rules/pack/pack_folder).
constexpr std::size_t largest_file_bytes = 8 * 1024 * 1024, most_files = 10'000;
constexpr std::size_t longest_path = 512, most_unconfirmed = 10'000;
constexpr fhir::JsonLimits limits{.depth = 4, .values = 50'000};
constexpr const char* seal_again = "Seal the folder again.";
constexpr const char* what_packs_are = "A PACK is a folder, or a file that `backpain-cds seal` wrote.";
constexpr std::array<std::string_view, 8> members = {"sealed", "pack",      "version",     "status",
                                                     "digest", "signature", "unconfirmed", "files"};

/// Why a path could lead out of the pack, or to something that a folder would not hold; empty: it cannot.
std::string_view fault_of_path(std::string_view path) {
    if (path.size() > longest_path) return "is longer than 512 bytes";
    if (path.starts_with('/')) return "is absolute";
    const bool is_plain = std::ranges::all_of(path, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
    if (!is_plain || path.find('\\') != std::string_view::npos) return "holds a character that no path of a pack has";
    if (!path.ends_with(".json")) return "does not end in .json";
    for (std::string_view rest = path;;) {
        const auto slash = rest.find('/');
        const std::string_view part = rest.substr(0, slash);
        if (part.empty()) return "has an empty part";
        if (part.starts_with('.')) return "has a part that begins with a point";
        if (slash == std::string_view::npos) return {};
        rest.remove_prefix(slash + 1);
    }
}

class SealedReader {
  public:
    SealedReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    boost::system::result<SealedPack, rules::Diagnostics> read() {
        const auto tree = fhir::parse_json(text_, {}, fhir::JsonDialect::strict, limits);
        if (!tree) {
            const fhir::JsonAdvice advice = fhir::advise(text_, tree.error(), fhir::JsonDialect::strict);
            findings_.push_back({rules::Severity::error, rules::place_at(file_, text_, advice.offset), "sealed-form",
                                 "This is no sealed pack: " + advice.says + ".", what_packs_are});
        } else if (!tree->is_object()) {
            find("", "sealed-form", "This is no sealed pack: it is no JSON object.", what_packs_are);
        } else {
            read_members(tree->get_object());
        }
        if (!findings_.empty()) return std::move(findings_);
        return std::move(sealed_);
    }

  private:
    void read_members(const json::object& object) {
        if (text_in(object, "sealed") != sealed_form) {
            return find("/sealed", "sealed-form",
                        "This is no sealed pack that this version reads: \"sealed\" is not \"" +
                            std::string(sealed_form) + "\".",
                        what_packs_are);
        }
        for (const auto& [name, value] : object) {
            if (std::ranges::find(members, std::string_view(name)) != members.end()) continue;
            find("/" + fhir::pointer_token(name), "unknown-member", "A sealed pack has no such member.",
                 rules::did_you_mean(name, {members.begin(), members.end()}));
        }
        sealed_.pack = text_in(object, "pack");
        sealed_.version = text_in(object, "version");
        sealed_.status = text_in(object, "status");
        sealed_.digest = text_in(object, "digest");
        read_unconfirmed(object);
        read_files(object);
        if (const json::value* signature = object.if_contains("signature")) read_signature(*signature);
        if (findings_.empty()) hold_against_files();
    }

    std::string text_in(const json::object& object, std::string_view name, const std::string& above = "") {
        const json::value* value = object.if_contains(name);
        const auto text = value ? fhir::text_of(*value) : std::nullopt;
        if (text) return std::string(*text);
        find(above + "/" + std::string(name), "sealed-form", "\"" + std::string(name) + "\" must be a text.",
             seal_again);
        return {};
    }

    void read_unconfirmed(const json::object& object) {
        const json::value* list = object.if_contains("unconfirmed");
        const bool is_list = list && list->is_array() && list->get_array().size() <= most_unconfirmed &&
                             std::ranges::all_of(list->get_array(), fhir::is_text);
        if (!is_list)
            return find("/unconfirmed", "sealed-form", "\"unconfirmed\" must be a list of texts.", seal_again);
        for (const json::value& line : list->get_array()) sealed_.unconfirmed.emplace_back(*fhir::text_of(line));
    }

    void read_files(const json::object& object) {
        const json::value* files = object.if_contains("files");
        if (!files || !files->is_object()) {
            return find("/files", "sealed-form", "\"files\" must hold the pack's files by their path.", seal_again);
        }
        if (files->get_object().size() > most_files) {
            return find("/files", "sealed-form", "This pack holds more than 10,000 files.", seal_again);
        }
        for (const auto& [path, value] : files->get_object()) read_file(path, value);
    }

    void read_file(std::string_view path, const json::value& value) {
        const std::string pointer = "/files/" + fhir::pointer_token(path);
        const std::string_view fault = fault_of_path(path);
        const auto text = fhir::text_of(value);
        if (!fault.empty()) {
            find(pointer, "sealed-path", "The path of this file " + std::string(fault) + ".",
                 "Paths are relative to the pack, with / between their parts. " + std::string(seal_again));
        } else if (!text || text->size() > largest_file_bytes) {
            find(pointer, "sealed-form", text ? "This file is larger than 8 MiB." : "This file must be a text.",
                 seal_again);
        } else {
            sealed_.files.emplace(path, *text);
        }
    }

    void read_signature(const json::value& value) {
        if (!value.is_object() || value.get_object().size() != 3) {
            return find("/signature", "sealed-signature",
                        "\"signature\" must have \"algorithm\", \"key\" and \"value\".", seal_again);
        }
        const json::object& object = value.get_object();
        Ed25519Signature signature{text_in(object, "key", "/signature"), text_in(object, "value", "/signature")};
        if (text_in(object, "algorithm", "/signature") != "Ed25519") {
            find("/signature/algorithm", "sealed-signature", "Signatures of packs are by Ed25519.", seal_again);
        } else if (!is_signature(signature.value)) {
            find("/signature/value", "sealed-signature", "This is no signature: 64 bytes in base64 are.", seal_again);
        }
        sealed_.signature = std::move(signature);
    }

    /// What stands outside the files is theirs: nobody reads one thing there and is given another.
    void hold_against_files() {
        const std::string digest = digest_of_files(sealed_.files);
        if (digest != sealed_.digest) {
            return find("/digest", "sealed-digest", "The files have the digest " + digest + ": something was changed.",
                        "Take the file as it was sealed, or seal the folder again, under a new version.");
        }
        const auto pack = sealed_.files.find("pack.json");
        const auto tree = pack == sealed_.files.end() ? std::nullopt : std::optional(fhir::parse_json(pack->second));
        const json::object* identity = tree && *tree ? (*tree)->if_object() : nullptr;
        if (identity == nullptr) return find("/files", "sealed-form", "The pack has no pack.json.", seal_again);
        for (const auto& [name, text] : {std::pair("pack", &sealed_.pack), std::pair("version", &sealed_.version),
                                         std::pair("status", &sealed_.status)}) {
            const json::value* member = identity->if_contains(name == std::string_view("pack") ? "id" : name);
            if (member && fhir::text_of(*member) == *text) continue;
            find("/" + std::string(name), "sealed-form",
                 "\"" + std::string(name) + "\" is not what pack.json in \"files\" says.", seal_again);
        }
    }

    void find(const std::string& pointer, std::string code, std::string message, std::string_view mend) {
        findings_.push_back({rules::Severity::error, rules::place_of(file_, text_, pointer), std::move(code),
                             std::move(message), std::string(mend)});
    }

    std::string_view text_;
    const std::string& file_;
    SealedPack sealed_;
    rules::Diagnostics findings_;
};

/// All that a signature covers.
json::object head_of(const SealedPack& sealed) {
    return {{"sealed", sealed_form},
            {"pack", sealed.pack},
            {"version", sealed.version},
            {"status", sealed.status},
            {"digest", sealed.digest},
            {"unconfirmed", json::array(sealed.unconfirmed.begin(), sealed.unconfirmed.end())}};
}

}  // namespace

boost::system::result<SealedPack, rules::Diagnostics> read_sealed_pack(std::string_view text, const std::string& file) {
    return SealedReader(text, file).read();
}

std::string signed_text(const SealedPack& sealed) {
    return fhir::print_json(head_of(sealed));
}

std::string print_sealed_pack(const SealedPack& sealed) {
    json::object whole = head_of(sealed);
    if (sealed.signature) {
        whole["signature"] = {
            {"algorithm", "Ed25519"}, {"key", sealed.signature->key}, {"value", sealed.signature->value}};
    }
    json::object files;
    for (const auto& [path, text] : sealed.files) files[path] = text;
    whole["files"] = std::move(files);
    return fhir::print_json_indented(whole) + '\n';
}

}  // namespace service
