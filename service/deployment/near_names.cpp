#include "service/deployment/near_names.hpp"

#include "rules/text/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>
#include <vector>

namespace service {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_names = 5000;  ///< looked at in a folder

std::string nearest_of(const std::string& word, const std::vector<std::string>& names) {
    return std::string(rules::nearest(word, std::vector<std::string_view>(names.begin(), names.end())));
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        if (names.size() == most_names) break;
        names.push_back(at->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

/// The zones by their names; not those under posix/ and right/, which are the same with and without leap seconds.
std::vector<std::string> zones_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error); !error && at != fs::recursive_directory_iterator();
         at.increment(error)) {
        if (names.size() == most_names) break;
        const std::string name = at->path().lexically_relative(folder).string();
        const bool is_zone = std::isupper(static_cast<unsigned char>(name.front())) != 0;
        if (at->is_directory(error)) {
            if (!is_zone) at.disable_recursion_pending();
        } else if (is_zone) {
            names.push_back(name);
        }
    }
    std::ranges::sort(names);
    return names;
}

bool same_but_for_capitals(std::string_view left, std::string_view right) {
    const auto lower = [](unsigned char c) { return std::tolower(c); };
    return std::ranges::equal(left, right, {}, lower, lower);
}

/// "Madrid", "new york" and the like: the city alone.
std::string zone_of_city(std::string city, const std::vector<std::string>& zones) {
    std::ranges::replace(city, ' ', '_');
    for (const std::string& zone : zones) {
        const std::size_t slash = zone.rfind('/');
        if (slash != std::string::npos && same_but_for_capitals(std::string_view(zone).substr(slash + 1), city)) {
            return zone;
        }
    }
    return {};
}

}  // namespace

std::string near_file(const fs::path& missing) {
    fs::path there;
    std::error_code ignored;
    auto part = missing.begin();
    while (part != missing.end() && fs::exists(there / *part, ignored)) there /= *part++;
    if (part == missing.end()) return {};
    const std::string near = nearest_of(part->string(), names_in(there.empty() ? "." : there));
    if (near.empty()) {
        const fs::path folder = there / *part;
        return std::next(part) == missing.end() ? "" : " (there is no folder " + folder.string() + ")";
    }
    fs::path meant = there / near;
    while (++part != missing.end() && fs::exists(meant / *part, ignored)) meant /= *part;
    return " (is it " + meant.string() + "?)";
}

std::string near_time_zone(const std::string& unknown, const fs::path& zones) {
    const std::vector<std::string> names = zones_in(zones);
    if (names.empty()) return " (the package tzdata is not installed)";
    std::string near = zone_of_city(unknown.substr(unknown.rfind('/') + 1), names);
    if (near.empty()) near = nearest_of(unknown, names);
    return near.empty() ? "" : " (is it \"" + near + "\"?)";
}

}  // namespace service
