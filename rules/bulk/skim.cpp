#include "rules/bulk/skim.hpp"

#include "rules/pack/sources.hpp"

#include <algorithm>
#include <array>
#include <simdjson.h>
#include <utility>

namespace rules {
namespace {

namespace od = simdjson::ondemand;

/// How much of a resource rules can read, by its type.
enum class Use : std::uint8_t {
    unknown,      ///< its type was not met yet
    whole,        ///< all of it
    result,       ///< an Observation: all of it if it has one of the codes, else its dates
    if_contains,  ///< a report: all of it if it contains results, else its dates
    dates,        ///< when it happened
    name,         ///< that it is there
};

Use use_of(std::string_view type) {
    if (type.empty()) return Use::unknown;
    if (type == "Observation") return Use::result;
    if (type == "DiagnosticReport") return Use::if_contains;
    if (type == "Encounter") return Use::dates;
    const bool is_whole = type == "Medication" || type == "Specimen" || type == "Bundle" ||
                          std::ranges::find(fixed_sources, type, &SourceKind::resource_type) != fixed_sources.end();
    return is_whole ? Use::whole : Use::name;
}

/// What stays of a resource of which rules read no more: its name, its version, when it was and whether it counts.
constexpr std::array<std::string_view, 9> names_and_dates = {
    "resourceType",    "id",    "meta", "status", "issued", "effectiveDateTime", "effectiveInstant",
    "effectivePeriod", "period"};

/// The characters of a string whose quote stands before `begin`. simdjson has seen that it ends.
std::string_view characters(const char* begin, bool& has_escapes) {
    const char* end = begin;
    for (; *end != '"'; ++end) {
        if (*end != '\\') continue;
        has_escapes = true;
        ++end;
    }
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// The text of a string; empty of anything else.
std::string_view text_of(od::value& value, bool& has_escapes) {
    const std::string_view token = value.raw_json_token();
    return token.starts_with('"') ? characters(token.data() + 1, has_escapes) : std::string_view();
}

bool raw_of(od::object object, std::string_view& raw) {
    return object.raw_json().get(raw) == simdjson::SUCCESS;
}

/// The JSON of a value of any kind; false if it breaks off.
bool raw_of(od::value& value, std::string_view& raw) {
    od::json_type type{};
    if (value.type().get(type)) return false;
    if (type == od::json_type::object) {
        od::object object;
        return !value.get_object().get(object) && raw_of(object, raw);
    }
    if (type == od::json_type::array) {
        od::array array;
        return !value.get_array().get(array) && !array.raw_json().get(raw);
    }
    raw = value.raw_json_token();
    return true;
}

bool is_object(od::value& value) {
    od::json_type type{};
    return !value.type().get(type) && type == od::json_type::object;
}

bool is_array(od::value& value) {
    od::json_type type{};
    return !value.type().get(type) && type == od::json_type::array;
}

/// Calls `see` with the name and the value of each member until it returns false. \returns false if the text is no JSON
/// as far as was walked. `has_escapes` is set where a name has one: it may be any.
template <typename See>
bool each_member(od::object& object, bool& has_escapes, See see) {
    for (auto member : object) {
        od::field field;
        if (std::move(member).get(field)) return false;
        const std::string_view name = characters(field.key().raw(), has_escapes);
        if (!see(name, field.value())) break;
    }
    return true;
}

template <typename See>
bool each_element(od::array& array, See see) {
    for (auto element : array) {
        od::value value;
        if (std::move(element).get(value) || !see(value)) return false;
    }
    return true;
}

}  // namespace

bool is_read(const Skimmed& resource) {
    switch (use_of(resource.type)) {
        case Use::whole:
        case Use::result:
        case Use::dates:
            return true;
        case Use::if_contains:
            return resource.has_contained;  // else its results stand for themselves
        case Use::unknown:
        case Use::name:
            break;
    }
    return false;
}

class Skimmer::Walk {
  public:
    explicit Walk(const Codes* codes) : codes_(codes) {}

    std::optional<Skimmed> over(std::string_view text, std::size_t readable) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text.starts_with(byte_order_mark)) {
            text.remove_prefix(byte_order_mark.size());
            readable -= std::min(readable, byte_order_mark.size());
        }
        if (readable < text.size() + room_behind) {
            copy_.reserve(text.size() + room_behind);
            copy_.assign(text);
            text = copy_;
            readable = text.size() + room_behind;
        }
        lean_.clear();
        od::document document;
        od::object object;
        if (parser_.iterate(text.data(), text.size(), readable).get(document)) return std::nullopt;
        if (document.get_object().get(object)) return std::nullopt;
        Skimmed found;
        std::string_view raw;
        if (!resource(object, &found) || !raw_of(object, raw) ||
            document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
            return std::nullopt;
        }
        found.kept = lean_.empty() ? text : std::string_view(lean_);
        return found;
    }

  private:
    /// What was seen of one resource so far.
    struct Seen {
        std::string_view type, id;
        Use use = Use::unknown;
        bool has_code = false, has_contained = false, has_escapes = false, has_entries = false;
    };

    /// Adds to `lean_` what rules can read of a resource. At the top nothing is added where that is all of it, and
    /// `top` is filled. \returns false if the text breaks off.
    bool resource(od::object& object, Skimmed* top) {
        const std::size_t begin = lean_.size();
        lean_ += '{';
        Seen seen;
        bool is_sound = true;
        const bool is_walked = each_member(object, seen.has_escapes, [&](std::string_view name, od::value value) {
            is_sound = member(name, value, seen, top);
            return is_sound && !is_settled(seen, top != nullptr);
        });
        if (!is_walked || !is_sound) return false;
        if (top) {
            top->type = seen.type;
            top->id = seen.id;
            top->has_contained = seen.has_contained;
            top->has_escapes = top->has_escapes || seen.has_escapes;
        }
        const bool is_thinned = top && seen.type == "Bundle" && seen.has_entries;
        if (!seen.has_escapes && (is_thinned || !is_whole(seen))) {
            lean_ += '}';
            return true;
        }
        lean_.resize(begin);
        if (top) return true;
        std::string_view raw;
        if (!raw_of(object, raw)) return false;
        lean_.append(raw);
        return true;
    }

    bool member(std::string_view name, od::value& value, Seen& seen, Skimmed* top) {
        if (name == "resourceType") {
            seen.type = text_of(value, seen.has_escapes);
            seen.use = use_of(seen.type);
        } else if (name == "id") {
            bool has_escapes = false;
            seen.id = text_of(value, has_escapes);
            if (top) top->has_escapes = top->has_escapes || has_escapes;
        } else if (name == "code") {
            return !may_speak(seen) || look_for_code(value, seen);
        } else if (name == "component") {
            return !may_speak(seen) || look_for_parts(value, seen);
        } else if (name == "contained") {
            seen.has_contained = true;
        } else if (top) {
            return member_of_top(name, value, seen, *top);
        }
        return keep(name, value);
    }

    bool member_of_top(std::string_view name, od::value& value, Seen& seen, Skimmed& top) {
        const bool may_be_bundle = seen.type.empty() || seen.type == "Bundle";
        if (name == "subject") return reference(value, top.subject, top);
        if (name == "patient") return reference(value, top.patient, top);
        if (name == "entry" && may_be_bundle && is_array(value)) {
            seen.has_entries = true;
            return entries(value);
        }
        if (name == "type" && may_be_bundle) return add(name, value);
        top.has_hook = top.has_hook || name == "hook";
        top.has_link = top.has_link || name == "link";
        return keep(name, value);
    }

    /// Whether more members would change nothing.
    bool is_settled(const Seen& seen, bool is_top) const {
        const bool is_named = seen.use == Use::name && !seen.id.empty();
        return is_named || (!is_top && is_whole(seen) && seen.use != Use::unknown);
    }

    /// Rules read all of it, as far as was seen.
    bool is_whole(const Seen& seen) const {
        switch (seen.use) {
            case Use::unknown:
            case Use::whole:
                return true;
            case Use::result:
                return codes_ == nullptr || seen.has_code || seen.has_contained;
            case Use::if_contains:
                return seen.has_contained;
            case Use::dates:
            case Use::name:
                break;
        }
        return false;
    }

    static bool may_speak(const Seen& seen) { return seen.use == Use::unknown || seen.use == Use::result; }

    bool keep(std::string_view name, od::value& value) {
        return std::ranges::find(names_and_dates, name) == names_and_dates.end() || add(name, value);
    }

    bool add(std::string_view name, od::value& value) {
        std::string_view raw;
        if (!raw_of(value, raw)) return false;
        add_name(name);
        lean_.append(raw);
        return true;
    }

    void add_name(std::string_view name) {
        if (lean_.back() != '{') lean_ += ',';
        lean_.append(1, '"').append(name).append("\":");
    }

    static bool reference(od::value& value, std::string_view& into, Skimmed& top) {
        od::object object;
        if (!is_object(value)) return true;
        if (value.get_object().get(object)) return false;
        return each_member(object, top.has_escapes, [&](std::string_view name, od::value member) {
            if (name == "reference") into = text_of(member, top.has_escapes);
            return true;
        });
    }

    /// Looks for one of the codes in a CodeableConcept; what cannot be told counts as found.
    bool look_for_code(od::value& value, Seen& seen) {
        od::object object;
        if (codes_ == nullptr || seen.has_code || !is_object(value)) return true;
        if (value.get_object().get(object)) return false;
        bool is_sound = true;
        const auto see_coding = [&](std::string_view name, od::value member) {
            if (name == "code") {
                bool has_escapes = false;
                const std::string_view code = text_of(member, has_escapes);
                seen.has_code = seen.has_code || has_escapes || codes_->contains(code);
            }
            return true;
        };
        const auto see = [&](std::string_view name, od::value member) {
            od::array codings;
            if (name != "coding" || !is_array(member)) return true;
            is_sound = !member.get_array().get(codings) && each_element(codings, [&](od::value& coding) {
                od::object one;
                if (!is_object(coding)) return true;
                return !coding.get_object().get(one) && each_member(one, seen.has_escapes, see_coding);
            });
            return is_sound;
        };
        return each_member(object, seen.has_escapes, see) && is_sound;
    }

    /// In each part of an Observation.
    bool look_for_parts(od::value& value, Seen& seen) {
        od::array parts;
        if (!is_array(value)) return true;
        if (value.get_array().get(parts)) return false;
        return each_element(parts, [&](od::value& part) {
            od::object one;
            if (!is_object(part)) return true;
            bool is_sound = true;
            const auto see = [&](std::string_view name, od::value member) {
                if (name == "code") is_sound = look_for_code(member, seen);
                return is_sound;
            };
            return !part.get_object().get(one) && each_member(one, seen.has_escapes, see) && is_sound;
        });
    }

    bool entries(od::value& value) {
        od::array array;
        if (value.get_array().get(array)) return false;
        add_name("entry");
        lean_ += '[';
        bool is_first = true;
        const bool is_sound = each_element(array, [&](od::value& one) {
            if (!is_first) lean_ += ',';
            is_first = false;
            return entry(one);
        });
        lean_ += ']';
        return is_sound;
    }

    /// Where a resource stands and what rules can read of it. Without a resource it says perhaps that one was deleted.
    bool entry(od::value& value) {
        std::string_view raw;
        if (!is_object(value)) {
            if (!raw_of(value, raw)) return false;
            lean_.append(raw);
            return true;
        }
        od::object object;
        if (value.get_object().get(object)) return false;
        const std::size_t begin = lean_.size();
        lean_ += '{';
        bool has_resource = false, has_escapes = false, is_sound = true;
        const bool is_walked = each_member(object, has_escapes, [&](std::string_view name, od::value member) {
            if (name == "fullUrl") {
                is_sound = add(name, member);
            } else if (name == "resource" && is_object(member)) {
                od::object resource_object;
                has_resource = true;
                add_name(name);
                is_sound = !member.get_object().get(resource_object) && resource(resource_object, nullptr);
            }
            return is_sound;
        });
        if (!is_walked || !is_sound) return false;
        if (has_resource && !has_escapes) {
            lean_ += '}';
            return true;
        }
        lean_.resize(begin);
        if (!raw_of(object, raw)) return false;
        lean_.append(raw);
        return true;
    }

    const Codes* codes_;
    od::parser parser_;
    std::string copy_, lean_;
};

Skimmer::Skimmer(const Codes* observation_codes) : walk_(std::make_unique<Walk>(observation_codes)) {}
Skimmer::~Skimmer() = default;
Skimmer::Skimmer(Skimmer&& other) noexcept = default;

std::optional<Skimmed> Skimmer::skim(std::string_view text, std::size_t readable) {
    return walk_->over(text, readable);
}

}  // namespace rules
