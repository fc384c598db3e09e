#include "service/deployment/config.hpp"

#include "fhir/json_advice.hpp"
#include "rules/text/nearest.hpp"
#include "service/deployment/config_value.hpp"

#include <algorithm>
#include <set>

namespace service {

namespace json = boost::json;

namespace {

const ConfigKey* find_key(std::string_view path) {
    const auto keys = config_keys();
    const auto found = std::ranges::find(keys, path, &ConfigKey::path);
    return found == keys.end() ? nullptr : &*found;
}

bool has_members(const std::string& path) {
    return std::ranges::any_of(config_keys(), [&](const ConfigKey& key) { return key.path.starts_with(path + "."); });
}

std::string name_in(std::string_view section, std::string_view name) {
    return section.empty() ? std::string(name) : std::string(section) + "." + std::string(name);
}

/// The names that may stand in `section`.
std::vector<std::string_view> members_of(const std::string& section) {
    std::vector<std::string_view> members;
    for (const ConfigKey& key : config_keys()) {
        std::string_view rest = key.path;
        if (!section.empty()) {
            if (!rest.starts_with(section + ".")) continue;
            rest.remove_prefix(section.size() + 1);
        }
        members.push_back(rest.substr(0, rest.find_first_of(".[")));
    }
    const auto repeated = std::ranges::unique(members);
    members.erase(repeated.begin(), repeated.end());
    return members;
}

class ConfigReader {
  public:
    ConfigReader(std::string_view text, const std::filesystem::path& file, const Environment& environment)
        : text_(text), file_(file.string()), directory_(file.parent_path()), environment_(environment) {}

    ConfigReading read() {
        store_defaults("");
        const auto tree = fhir::parse_json(text_, {}, fhir::JsonDialect::with_comments);
        if (!tree) {
            const fhir::JsonAdvice advice = fhir::advise(text_, tree.error(), fhir::JsonDialect::with_comments);
            const auto [line, column] = fhir::position_at(text_, advice.offset);
            reading_.findings.push_back({rules::Severity::error,
                                         {file_, "", line, column},
                                         "json",
                                         "This is not read: " + advice.says + ".",
                                         ""});
        } else if (!tree->is_object()) {
            find("", "json", "The configuration must be a JSON object.", "");
        } else {
            read_object(tree->get_object(), "", "");
            check_together();
        }
        return std::move(reading_);
    }

  private:
    /// Of the keys below `element`, "clients[]." for instance; "" for those that are in no array.
    void store_defaults(std::string_view element) {
        for (const ConfigKey& key : config_keys()) {
            if (key.fallback.empty() || !key.path.starts_with(element)) continue;
            if (element.empty() && key.path.find("[]") != std::string_view::npos) continue;
            const auto value = fhir::parse_json(key.fallback);
            key.store(reading_.config, ConfigValue(*value, directory_, environment_));
        }
    }

    void read_object(const json::object& object, const std::string& section, const std::string& pointer) {
        for (const auto& [name, value] : object) {
            read_member(value, section, name, pointer + "/" + fhir::pointer_token(name));
        }
        for (const ConfigKey& key : config_keys()) {
            if (key.required && parent_of(key.path) == section) require(object, key, section, pointer);
        }
        if (section.empty()) require_sections(object);
    }

    static std::string parent_of(std::string_view path) {
        const auto dot = path.rfind('.');
        return std::string(path.substr(0, dot == std::string_view::npos ? 0 : dot));
    }

    void require(const json::object& object, const ConfigKey& key, const std::string& section,
                 const std::string& pointer) {
        const std::string_view name = section.empty() ? key.path : key.path.substr(section.size() + 1);
        if (object.contains(name)) return;
        find(pointer, "missing-key", "\"" + std::string(key.path) + "\" is missing.",
             "Add it: " + std::string(key.meaning) + " (" + std::string(key.form) + ").");
    }

    /// A section with required members is itself required, unless it is an array's, or within one.
    void require_sections(const json::object& root) {
        std::set<std::string> missing;
        for (const ConfigKey& key : config_keys()) {
            const std::string section = parent_of(key.path);
            if (!key.required || section.empty() || section.find("[]") != section.npos) continue;
            if (root.contains(section)) continue;
            if (missing.insert(section).second) {
                find("", "missing-key", "\"" + section + "\" is missing.",
                     "Add it: an object with \"" + std::string(key.path.substr(section.size() + 1)) +
                         "\" and what belongs to it.");
            }
        }
    }

    void read_member(const json::value& value, const std::string& section, std::string_view name,
                     const std::string& pointer) {
        const std::string path = name_in(section, name);
        const ConfigKey* key = find_key(path);
        if (key == nullptr && !has_members(path)) return find_unknown(section, name, pointer);
        if (key == nullptr) {
            if (value.is_object()) return read_object(value.get_object(), path, pointer);
            return find(pointer, "wrong-type", "\"" + path + "\" must be an object.", "");
        }
        if (!store(*key, value, pointer) || !has_members(path + "[]")) return;
        std::size_t index = 0;
        for (const json::value& element : value.get_array()) {
            const std::string element_pointer = pointer + "/" + std::to_string(index++);
            if (!element.is_object()) {
                find(element_pointer, "wrong-type", "Each of \"" + path + "\" must be an object.", "");
            } else if (store(*find_key(path + "[]"), element, element_pointer)) {
                store_defaults(path + "[].");
                read_object(element.get_object(), path + "[]", element_pointer);
                if (path == "clients") check_key_source(element.get_object(), element_pointer);
            }
        }
    }

    bool store(const ConfigKey& key, const json::value& value, const std::string& pointer) {
        const std::string name = "\"" + std::string(key.path) + "\" ";
        const Complaint complaint = key.store(reading_.config, ConfigValue(value, directory_, environment_));
        if (!complaint.empty()) find(pointer, "bad-value", name + complaint + ".", "");
        return complaint.empty();
    }

    void find_unknown(const std::string& section, std::string_view name, const std::string& pointer) {
        find(pointer, "unknown-key", "There is no key \"" + name_in(section, name) + "\".",
             rules::did_you_mean(name, members_of(section)));
    }

    /// What no single key can know.
    void check_together() {
        const Config& config = reading_.config;
        if (!config.authentication_required && config.mode == Mode::production) {
            find("/authentication", "no-authentication", "\"authentication\": \"none\" is for development only.",
                 "Set \"mode\": \"development\" on a machine that holds no patient's data.");
        }
        if (config.authentication_required && config.clients.empty()) {
            find("/authentication", "no-client", "\"authentication\": \"required\" needs \"clients\".",
                 "Name at least one client, with its issuer and keys.");
        }
        if (config.authentication_required && config.public_urls.empty()) {
            find("", "missing-key", "\"publicUrl\" is missing.",
                 "Add the address that clients call: the `aud` of their tokens is held against it.");
        }
        std::set<std::string_view> issuers;
        for (std::size_t i = 0; i < config.clients.size(); ++i) {
            check_client(config.clients[i], "/clients/" + std::to_string(i));
            if (!issuers.insert(config.clients[i].issuer).second) {
                find("/clients/" + std::to_string(i) + "/issuer", "issuer-twice", "Two clients have this issuer.",
                     "Join them: a token is told apart by its issuer alone.");
            }
        }
        check_https(config.public_urls, "/publicUrl");
    }

    void check_key_source(const json::object& client, const std::string& pointer) {
        std::string first;
        for (const char* source : {"jwks", "jwksFile", "jwksUrl"}) {
            if (!client.contains(source)) continue;
            if (!first.empty()) {
                find(pointer + "/" + source, "keys-twice", "This client has \"" + first + "\" besides.",
                     "Keep one of \"jwks\", \"jwksFile\" and \"jwksUrl\".");
            }
            first = source;
        }
    }

    void check_client(const Client& client, const std::string& pointer) {
        if (client.keys.empty() && !client.keys_at && client.key_urls.empty()) {
            find(pointer, "no-keys", "This client has no keys.",
                 "Add \"jwks\", \"jwksFile\" or \"jwksUrl\", or the \"jku\" that its tokens name.");
        }
        if (client.keys_at) check_https({*client.keys_at}, pointer + "/jwksUrl");
        check_https(client.key_urls, pointer + "/jku");
        check_https(client.fhir_servers, pointer + "/fhirServers");
    }

    void check_https(const std::vector<std::string>& urls, const std::string& pointer) {
        if (reading_.config.mode != Mode::production) return;
        const bool secure = std::ranges::all_of(urls, [](const std::string& url) { return url.starts_with("https:"); });
        if (!secure) find(pointer, "bad-value", "Only https addresses are allowed in production.", "");
    }

    void find(const std::string& pointer, std::string code, std::string message, std::string mend) {
        const auto [line, column] = fhir::position_at(text_, fhir::locate(text_, pointer));
        reading_.findings.push_back({rules::Severity::error,
                                     {file_, pointer, line, column},
                                     std::move(code),
                                     std::move(message),
                                     std::move(mend)});
    }

    std::string_view text_;
    std::string file_;
    std::filesystem::path directory_;
    const Environment& environment_;
    ConfigReading reading_;
};

}  // namespace

ConfigReading read_config(std::string_view text, const std::filesystem::path& file, const Environment& environment) {
    return ConfigReader(text, file, environment).read();
}

}  // namespace service
