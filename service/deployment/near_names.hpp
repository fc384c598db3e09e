// What a wrong name of a file, a folder or a time zone was perhaps meant to be.
#pragma once

#include <filesystem>
#include <string>

namespace service {

/// For a path where nothing is: " (is it FOLDER/NAME?)" by what else is there, " (there is no folder FOLDER)", or "".
std::string near_file(const std::filesystem::path& missing);

/// For a time zone that `zones`, a folder as of the package tzdata, does not have: " (is it \"Europe/Madrid\"?)"; what
/// to install if there is no such folder; else "".
std::string near_time_zone(const std::string& unknown, const std::filesystem::path& zones);

}  // namespace service
