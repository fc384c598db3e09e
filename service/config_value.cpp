#include "service/config_value.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace service {

namespace json = boost::json;

namespace {

bool is_absolute_url(std::string_view text, bool http_allowed) {
    const auto url = boost::urls::parse_absolute_uri(boost::urls::string_view(text.data(), text.size()));
    if (!url || url->host().empty() || url->has_userinfo()) return false;
    return url->scheme() == "https" || (http_allowed && url->scheme() == "http");
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
    return std::filesystem::exists(to, ignored) ? "" : "names a file that does not exist: " + to.string();
}

Complaint ConfigValue::address(Address& to) const {
    std::string written;
    if (Complaint complaint = text(written); !complaint.empty()) return complaint;
    const auto parsed = parse_address(written);
    if (!parsed) return "must be an IP address and a port, such as \"0.0.0.0:8443\" or \"[::1]:8443\"";
    to = *parsed;
    return {};
}

Complaint ConfigValue::urls(std::vector<std::string>& to, bool http_allowed) const {
    if (fhir::is_text(value_)) {
        to.resize(1);
        if (Complaint complaint = text(to.front()); !complaint.empty()) return complaint;
    } else if (Complaint complaint = texts(to); !complaint.empty()) {
        return complaint;
    }
    for (const std::string& url : to) {
        if (!is_absolute_url(url, http_allowed)) return "must be an absolute address, https and without a user name";
    }
    return {};
}

Complaint ConfigValue::array() const {
    return value_.is_array() ? "" : "must be an array";
}

}  // namespace service
