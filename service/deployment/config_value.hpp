// A value of the configuration file on its way into a Config. Only config.cpp and config_keys.cpp need this.
#pragma once

#include "fhir/json_text.hpp"
#include "service/deployment/config.hpp"

#include <initializer_list>
#include <utility>

namespace service {

class ConfigValue {
  public:
    /// \param directory base of relative paths. \param value, directory and environment outlive this.
    ConfigValue(const boost::json::value& value, const std::filesystem::path& directory, const Environment& environment)
        : value_(value), directory_(directory), environment_(environment) {}

    Complaint text(std::string& to) const;
    Complaint texts(std::vector<std::string>& to) const;
    Complaint integer(std::size_t& to, std::size_t least, std::size_t most) const;
    Complaint boolean(bool& to) const;
    Complaint file(std::filesystem::path& to) const;
    /// A file that is written to, and need not be there; empty: none.
    Complaint file_to_write(std::filesystem::path& to) const;
    Complaint files(std::vector<std::filesystem::path>& to) const;
    /// Keys exchanged beforehand: a JSON Web Key Set as it stands here, or in the file named here.
    Complaint key_set(KeySet& to) const;
    Complaint key_set_file(KeySet& to) const;
    /// What Store::open takes; the path of an SQLite file is relative like all others.
    Complaint store(std::string& to) const;
    Complaint address(Address& to) const;
    /// An absolute address, https or http, or an array of them.
    Complaint urls(std::vector<std::string>& to) const;
    Complaint array() const;

    template <typename Enum>
    Complaint choice(Enum& to, std::initializer_list<std::pair<std::string_view, Enum>> choices) const {
        std::string chosen, names;
        if (Complaint complaint = text(chosen); !complaint.empty()) return complaint;
        for (const auto& [name, meaning] : choices) {
            if (name == chosen) {
                to = meaning;
                return {};
            }
            names += (names.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        }
        return "must be one of " + names;
    }

  private:
    Complaint expand(std::string_view written, std::string& to) const;

    const boost::json::value& value_;
    const std::filesystem::path& directory_;
    const Environment& environment_;
};

}  // namespace service
