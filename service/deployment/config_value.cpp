#include "service/deployment/config_value.hpp"

#include "service/base/file_text.hpp"
#include "service/deployment/near_names.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace service {

namespace json = boost::json;

namespace {

bool is_absolute_url(std::string_view text) {
    const auto url = boost::urls::parse_absolute_uri(boost::urls::string_view(text.data(), text.size()));
    if (!url || url->host().empty() || url->has_userinfo()) return false;
    return url->scheme() == "https" || url->scheme() == "http";
}

/// An empty set is allowed: the keys then come from an address. One of which nothing can be used is a mistake.
Complaint keys_from(boost::system::result<KeySet, KeySetFault> read, KeySet& to) {
    if (!read) return "must be a JSON Web Key Set, {\"keys\": [...]}: " + std::string(name_of(read.error()));
    if (read->empty() && !read->unused().empty()) {
        const UnusedKey& first = read->unused().front();
        return "holds no key that can be used: keys[" + std::to_string(first.index) + "] is refused as " +
               std::string(name_of(first.fault));
    }
    to = std::move(*read);
    return {};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host.empty() || bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
    Address address{std::string(host == "localhost" ? "127.0.0.1" : host), 0};
    boost::system::error_code error;
    boost::asio::ip::make_address(address.host, error);
    if (error) return std::nullopt;
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, address.port);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return address;
}

std::string print_address(const Address& address) {
    const bool ipv6 = address.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Complaint ConfigValue::expand(std::string_view written, std::string& to) const {
    to.clear();
    while (!written.empty()) {
        const auto start = written.find("${");
        to += written.substr(0, start);
        if (start == std::string_view::npos) break;
        const auto end = written.find('}', start);
        if (end == std::string_view::npos) return "has a \"${\" without its \"}\"";
        const std::string name(written.substr(start + 2, end - start - 2));
        const auto value = environment_(name);
        if (!value) return "names the environment variable " + name + ", which is not set";
        to += *value;
        written.remove_prefix(end + 1);
    }
    return {};
}

Complaint ConfigValue::text(std::string& to) const {
    const auto written = fhir::text_of(value_);
    if (!written) return "must be a string";
    if (Complaint complaint = expand(*written, to); !complaint.empty()) return complaint;
    return to.empty() ? "must not be empty" : "";
}

Complaint ConfigValue::texts(std::vector<std::string>& to) const {
    to.clear();
    if (Complaint complaint = array(); !complaint.empty()) return complaint;
    for (const json::value& element : value_.get_array()) {
        std::string one;
        if (Complaint complaint = ConfigValue(element, directory_, environment_).text(one); !complaint.empty()) {
            return "must hold strings only: one " + complaint;
        }
        to.push_back(std::move(one));
    }
    return {};
}

Complaint ConfigValue::integer(std::size_t& to, std::size_t least, std::size_t most) const {
    const std::string range = "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!value_.is_int64() || value_.get_int64() < 0) return range;
    const auto number = static_cast<std::size_t>(value_.get_int64());
    if (number < least || number > most) return range;
    to = number;
    return {};
}

Complaint ConfigValue::file(std::filesystem::path& to) const {
    std::string written;
    if (Complaint complaint = text(written); !complaint.empty()) return complaint;
    to = (directory_ / written).lexically_normal();
    std::error_code ignored;
    if (std::filesystem::exists(to, ignored)) return {};
    return "names a file that does not exist: " + to.string() + near_file(to);
}

Complaint ConfigValue::file_to_write(std::filesystem::path& to) const {
    to.clear();
    if (fhir::text_of(value_) == "") return {};
    std::string written;
    if (Complaint complaint = text(written); !complaint.empty()) return complaint;
    to = (directory_ / written).lexically_normal();
    std::error_code ignored;
    const auto folder = to.parent_path().empty() ? std::filesystem::path(".") : to.parent_path();
    if (std::filesystem::is_directory(folder, ignored)) return {};
    return "names a file in a folder that does not exist: " + folder.string() + near_file(folder);
}

Complaint ConfigValue::files(std::vector<std::filesystem::path>& to) const {
    to.clear();
    if (Complaint complaint = array(); !complaint.empty()) return complaint;
    for (const json::value& element : value_.get_array()) {
        std::filesystem::path one;
        if (Complaint complaint = ConfigValue(element, directory_, environment_).file(one); !complaint.empty()) {
            return "must hold files only: one " + complaint;
        }
        to.push_back(std::move(one));
    }
    return {};
}

Complaint ConfigValue::boolean(bool& to) const {
    if (!value_.is_bool()) return "must be true or false";
    to = value_.get_bool();
    return {};
}

Complaint ConfigValue::key_set(KeySet& to) const {
    return keys_from(KeySet::read(value_), to);
}

Complaint ConfigValue::key_set_file(KeySet& to) const {
    std::filesystem::path path;
    if (Complaint complaint = file(path); !complaint.empty()) return complaint;
    const auto text = read_text(path);
    if (!text) return "names a file that cannot be read, " + path.string() + ": " + why_unread(path);
    return keys_from(KeySet::parse(*text), to);
}

Complaint ConfigValue::store(std::string& to) const {
    constexpr std::string_view sqlite = "sqlite:";
    if (Complaint complaint = text(to); !complaint.empty()) return complaint;
    if (to.starts_with("postgresql://") || to.starts_with("postgres://")) return {};
    if (!to.starts_with(sqlite) || to.size() == sqlite.size()) {
        return "must be \"sqlite:FILE\" or \"postgresql://USER@HOST/DATABASE\"";
    }
    to = std::string(sqlite) + (directory_ / to.substr(sqlite.size())).lexically_normal().string();
    return {};
}

Complaint ConfigValue::address(Address& to) const {
    std::string written;
    if (Complaint complaint = text(written); !complaint.empty()) return complaint;
    const auto parsed = parse_address(written);
    if (!parsed) return "must be an IP address and a port, such as \"0.0.0.0:8443\" or \"[::1]:8443\"";
    to = *parsed;
    return {};
}

Complaint ConfigValue::urls(std::vector<std::string>& to) const {
    if (!fhir::is_text(value_) && !value_.is_array()) return "must be an absolute address, or an array of them";

    if (fhir::is_text(value_)) {
        to.resize(1);
        if (Complaint complaint = text(to.front()); !complaint.empty()) return complaint;
    } else if (Complaint complaint = texts(to); !complaint.empty()) {
        return complaint;
    }
    for (const std::string& url : to) {
        if (!is_absolute_url(url))
            return "must be an absolute address like \"https://ehr.example.org\", without a user name";
    }
    return {};
}

Complaint ConfigValue::array() const {
    return value_.is_array() ? "" : "must be an array";
}

}  // namespace service
