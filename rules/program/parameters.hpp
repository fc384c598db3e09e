// The parameters of a pack as this deployment sets them: the site's value where it has one, else the pack's default.
// Both were validated when they were read; nothing is checked again here.
#pragma once

#include "rules/pack/pack.hpp"

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

class Parameters {
  public:
    /// \param site  the site's values as text, by parameter name.
    Parameters(const std::vector<Parameter>& pack, const std::map<std::string, std::string>& site);

    /// The value as text; nothing if there is no such parameter.
    std::optional<std::string_view> text(std::string_view name) const;
    std::optional<long> integer(std::string_view name) const;

    /// What an author wrote where a setting may stand: the value of "%param.name", or the text itself.
    std::optional<std::string_view> text(const Authored& written) const;
    std::optional<long> integer(const Authored& written) const;

    /// The parameter that "%param.name" names; empty for a literal.
    static std::string_view name_in(const Authored& written);

    const std::map<std::string, std::string, std::less<>>& all() const { return values_; }

  private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace rules
