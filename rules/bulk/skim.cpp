#include "rules/bulk/skim.hpp"

#include <cstring>

namespace rules {
namespace {

/// Walks over a text. Every step ends at the text's end at the latest.
class Skimmer {
  public:
    explicit Skimmer(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    std::optional<Skimmed> object() {
        Skimmed found;
        skip_blanks();
        if (!take('{')) return std::nullopt;
        skip_blanks();
        if (!take('}') && !members([&](std::string_view name) { return member(name, found); })) return std::nullopt;
        skip_blanks();
        if (at_ != end_) return std::nullopt;
        return found;
    }

  private:
    bool take(char expected) {
        if (at_ == end_ || *at_ != expected) return false;
        ++at_;
        return true;
    }

    void skip_blanks() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
    }

    /// The members of an object behind its bracket, and its closing bracket. `see` walks over the value.
    template <typename See>
    bool members(See see) {
        while (true) {
            skip_blanks();
            const auto name = string();
            skip_blanks();
            if (!name || !take(':')) return false;
            skip_blanks();
            if (!see(*name)) return false;
            skip_blanks();
            if (take('}')) return true;
            if (!take(',')) return false;
        }
    }

    bool member(std::string_view name, Skimmed& found) {
        if (name == "resourceType") return text_into(found.type, found);
        if (name == "id") return text_into(found.id, found);
        if (name == "subject") return reference_into(found.subject, found);
        if (name == "patient") return reference_into(found.patient, found);
        found.has_hook = found.has_hook || name == "hook";
        found.has_link = found.has_link || name == "link";
        found.has_contained = found.has_contained || name == "contained";
        return value();
    }

    bool text_into(std::string_view& text, Skimmed& found) {
        if (at_ == end_ || *at_ != '"') return value();
        const auto read = string();
        if (!read) return false;
        text = *read;
        found.has_escapes = found.has_escapes || text.find('\\') != std::string_view::npos;
        return true;
    }

    bool reference_into(std::string_view& reference, Skimmed& found) {
        if (!take('{')) return value();
        skip_blanks();
        if (take('}')) return true;
        return members(
            [&](std::string_view name) { return name == "reference" ? text_into(reference, found) : value(); });
    }

    /// What stands between quotes; nothing if it does not end.
    std::optional<std::string_view> string() {
        if (!take('"')) return std::nullopt;
        const char* const begin = at_;
        while (at_ != end_) {
            const void* quote = std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_));
            if (quote == nullptr) return std::nullopt;
            at_ = static_cast<const char*>(quote) + 1;
            const char* slash = at_ - 1;
            while (slash != begin && slash[-1] == '\\') --slash;
            const bool is_escaped = (at_ - 1 - slash) % 2 != 0;
            if (!is_escaped) return std::string_view(begin, static_cast<std::size_t>(at_ - 1 - begin));
        }
        return std::nullopt;
    }

    bool value() {
        if (at_ == end_) return false;
        if (*at_ == '"') return string().has_value();
        if (*at_ == '{' || *at_ == '[') return nested();
        const char* const begin = at_;
        while (at_ != end_ && std::strchr(",}] \t\r\n", *at_) == nullptr) ++at_;
        return at_ != begin;
    }

    /// An object or an array, its closing bracket included.
    bool nested() {
        std::size_t depth = 0;
        while (at_ != end_) {
            switch (*at_) {
                case '"':
                    if (!string()) return false;
                    continue;
                case '{':
                case '[':
                    ++depth;
                    break;
                case '}':
                case ']':
                    --depth;
                    break;
                default:
                    break;
            }
            ++at_;
            if (depth == 0) return true;
        }
        return false;
    }

    const char* at_;
    const char* end_;
};

}  // namespace

std::optional<Skimmed> skim(std::string_view text) noexcept {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return Skimmer(text).object();
}

}  // namespace rules
