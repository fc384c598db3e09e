// The files of the page: its own, read once at the start, and the libraries that Debian's packages bring.
#pragma once

#include "service/http/exchange.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Where something of the product lies: below the prefix that this program was installed to, or in the source tree that
/// it was built in. \param installed  "share/backpain-cds/workbench". \param in_tree  "service/workbench/page".
/// Empty if it is in neither.
std::filesystem::path find_product_folder(const std::string& installed, const std::string& in_tree);

class PageFiles {
  public:
    /// \param folder  of the page; empty: it is not installed, and whoever asks for it is told so.
    /// \param libraries  where Debian puts what pages use.
    explicit PageFiles(const std::filesystem::path& folder, std::filesystem::path libraries = "/usr/share/javascript");

    /// \param path  of the address: "/", "/app.js", "/lib/bootstrap5/css/bootstrap.min.css".
    Reply reply(std::string_view path) const;

  private:
    Reply library(std::string_view name) const;

    std::map<std::string, std::string, std::less<>> files_;  ///< by address
    std::filesystem::path libraries_;
};

}  // namespace service
