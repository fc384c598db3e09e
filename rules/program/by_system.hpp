// A table for each code system. There are a handful, whose URLs are told apart faster by looking at each than by an
// ordered search, which compares their common beginnings again and again.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

template <typename Table>
class BySystem {
  public:
    /// The table of `system`, made if there is none. Valid until the next is made.
    Table& of(std::string_view system) {
        for (auto& [url, table] : tables_) {
            if (url == system) return table;
        }
        return tables_.emplace_back(std::string(system), Table()).second;
    }

    /// Null if there is none.
    const Table* find(std::string_view system) const {
        for (const auto& [url, table] : tables_) {
            if (url == system) return &table;
        }
        return nullptr;
    }

  private:
    std::vector<std::pair<std::string, Table>> tables_;
};

}  // namespace rules
