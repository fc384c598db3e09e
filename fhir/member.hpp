// The members of a JSON object by name, for readers that look up many: as boost::json::object::if_contains finds them.
//
// Resources have a dozen members, which are found faster by looking at them than by hashing, or by a call into the
// library for each.
#pragma once

#include "fhir/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fhir {

/// The member `name` of `object`; null if it is absent. Borrowed from `object`.
inline const boost::json::value* find_member(const boost::json::object& object, std::string_view name) noexcept {
    constexpr std::size_t few = 32;
    if (object.size() > few || name.empty()) return object.if_contains(name);
    for (const auto& member : object) {
        const std::string_view key = member.key();
        if (key.size() == name.size() && key.back() == name.back() && key == name) return &member.value();
    }
    return nullptr;
}

/// A quick answer for names that an object does not have, where a reader looks for many that are seldom there.
class MemberNames {
  public:
    explicit MemberNames(const boost::json::object& object) noexcept {
        for (const auto& member : object) seen_ |= bit_of(member.key());
    }

    /// False only if there is no member `name`.
    bool may_have(std::string_view name) const noexcept { return (seen_ & bit_of(name)) != 0; }

  private:
    static std::uint64_t bit_of(std::string_view name) noexcept {
        if (name.empty()) return 1;
        return std::uint64_t(1) << ((name.size() * 5 + static_cast<unsigned char>(name.front())) % 64);
    }

    std::uint64_t seen_ = 0;
};

/// The object that is the member `name`; null if it is absent or none. Borrowed from `object`.
inline const boost::json::object* member_object(const boost::json::object& object, std::string_view name) noexcept {
    const boost::json::value* member = find_member(object, name);
    return member ? member->if_object() : nullptr;
}

/// The text of the member `name`; empty if it is absent or no string. Borrowed from `object`.
inline std::string_view member_text(const boost::json::object& object, std::string_view name) noexcept {
    const boost::json::value* member = find_member(object, name);
    return member ? text_of(*member).value_or(std::string_view()) : std::string_view();
}

}  // namespace fhir
