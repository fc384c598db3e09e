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

/// What stays of a resource of which rules read no more: its name, its version, whether it counts and when it was.
constexpr std::array<std::string_view, 4> names = {"resourceType", "id", "meta", "status"};
constexpr std::array<std::string_view, 5> dates = {"issued", "effectiveDateTime", "effectiveInstant", "effectivePeriod",
                                                   "period"};

/// Who performs tests (FHIR R4, Observation.performer): a laboratory's bands are found by its name.
constexpr std::array<std::string_view, 5> performers = {"Organization", "Practitioner", "PractitionerRole", "CareTeam",
                                                        "RelatedPerson"};

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
}

/// Whether a date in the JSON of a member may be `day` or a later one.
bool may_reach(std::string_view raw, std::string_view day) {
    for (std::size_t quote = raw.find('"'); quote != std::string_view::npos; quote = raw.find('"', quote + 1)) {
        std::string_view text = raw.substr(quote + 1, day.size());
        text = text.substr(0, text.find('"'));
        if (text.empty()) continue;
        const bool is_date = text.front() >= '0' && text.front() <= '9';
        if (is_date ? text >= day : text.front() == '\\') return true;
    }
    return false;
}

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
    Walk(const Codes* codes, std::string_view dates_from) : codes_(codes), dates_from_(dates_from) {}

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
        needs_all_names_ = keeps_all_names_ = false;
        auto found = once_over(text, readable);
        if (!found || !needs_all_names_) return found;
        keeps_all_names_ = true;
        return once_over(text, readable);
    }

  private:
    /// What was seen of one resource so far.
    struct Seen {
        std::string_view type, id;
        Use use = Use::unknown;
        bool has_code = false, has_contained = false, has_focus = false, has_entries = false;
        bool has_escapes = false, may_be_new = false;
    };
    enum class Left : std::uint8_t { broken, nothing, something };

    std::optional<Skimmed> once_over(std::string_view text, std::size_t readable) {
        lean_.clear();
        od::document document;
        od::object object;
        if (parser_.iterate(text.data(), text.size(), readable).get(document)) return std::nullopt;
        if (document.get_object().get(object)) return std::nullopt;
        Skimmed found;
        std::string_view raw;
        if (resource(object, &found) == Left::broken || !raw_of(object, raw) ||
            document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
            return std::nullopt;
        }
        found.kept = lean_.empty() ? text : std::string_view(lean_);
        return found;
    }

    /// Adds to `lean_` what rules can read of a resource. At the top nothing is added where that is all of it, and
    /// `top` is filled.
    Left resource(od::object& object, Skimmed* top) {
        const std::size_t begin = lean_.size();
        lean_ += '{';
        Seen seen;
        bool is_sound = true;
        const bool is_walked = each_member(object, seen.has_escapes, [&](std::string_view name, od::value value) {
            is_sound = member(name, value, seen, top);
            return is_sound && !is_settled(seen, top != nullptr);
        });
        if (!is_walked || !is_sound) return Left::broken;
        if (top) fill(*top, seen);
        const bool is_thinned = top && seen.type == "Bundle" && seen.has_entries;
        if (!top && is_passed_by(seen)) {
            lean_.resize(begin);
            return Left::nothing;
        }
        if (!seen.has_escapes && (is_thinned || !is_whole(seen))) {
            lean_ += '}';
            return Left::something;
        }
        lean_.resize(begin);
        if (top) return Left::something;
        std::string_view raw;
        if (!raw_of(object, raw)) return Left::broken;
        lean_.append(raw);
        needs_all_names_ = needs_all_names_ || may_name_its_focus(seen);
        return Left::something;
    }

    void fill(Skimmed& top, const Seen& seen) const {
        top.type = seen.type;
        top.id = seen.id;
        top.has_contained = seen.has_contained;
        top.has_escapes = top.has_escapes || seen.has_escapes;
        top.is_passed_by = is_passed_by(seen);
    }

    /// Whether nothing of it stays.
    bool is_passed_by(const Seen& seen) const {
        if (keeps_all_names_ || seen.has_escapes || is_whole(seen)) return false;
        if (seen.use == Use::name) return !is_one_of(performers, seen.type);
        return !dates_from_.empty() && !seen.may_be_new;
    }

    /// Whether it is told by a name what a result of it is about (Observation.focus).
    static bool may_name_its_focus(const Seen& seen) {
        const bool has_results = seen.use == Use::result || seen.use == Use::if_contains;
        return has_results && (seen.has_focus || seen.has_contained || seen.has_escapes);
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
        } else if (name == "focus") {
            seen.has_focus = true;
        } else if (is_one_of(dates, name)) {
            return add_date(name, value, seen);
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
        if (seen.use == Use::name) return !seen.id.empty() || (!is_top && is_passed_by(seen));
        if (is_top || seen.use == Use::unknown || !is_whole(seen)) return false;
        return seen.use == Use::whole || keeps_all_names_ || may_name_its_focus(seen);
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

    bool keep(std::string_view name, od::value& value) { return !is_one_of(names, name) || add(name, value); }

    bool add_date(std::string_view name, od::value& value, Seen& seen) {
        const std::size_t before = lean_.size();
        if (!add(name, value)) return false;
        seen.may_be_new = seen.may_be_new || may_reach(std::string_view(lean_).substr(before), dates_from_);
        return true;
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
        if (codes_ == nullptr || seen.has_code || !is_array(value)) return true;
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
        const bool is_sound = each_element(array, [&](od::value& one) {
            const std::size_t before = lean_.size();
            if (lean_.back() != '[') lean_ += ',';
            const Left left = entry(one);
            if (left == Left::nothing) lean_.resize(before);
            return left != Left::broken;
        });
        lean_ += ']';
        return is_sound;
    }

    /// Where a resource stands and what rules can read of it. Without a resource it says perhaps that one was deleted.
    Left entry(od::value& value) {
        std::string_view raw;
        if (!is_object(value)) return raw_of(value, raw) ? add_raw(raw) : Left::broken;
        od::object object;
        if (value.get_object().get(object)) return Left::broken;
        const std::size_t begin = lean_.size();
        lean_ += '{';
        bool has_escapes = false;
        Left left = Left::something;
        bool has_resource = false;
        const bool is_walked = each_member(object, has_escapes, [&](std::string_view name, od::value member) {
            if (name == "fullUrl") {
                left = add(name, member) ? left : Left::broken;
            } else if (name == "resource" && is_object(member)) {
                od::object resource_object;
                has_resource = true;
                add_name(name);
                left = member.get_object().get(resource_object) ? Left::broken : resource(resource_object, nullptr);
            }
            return left == Left::something;
        });
        if (!is_walked || left == Left::broken) return Left::broken;
        if (left == Left::nothing) return left;
        if (has_resource && !has_escapes) {
            lean_ += '}';
            return left;
        }
        lean_.resize(begin);
        return raw_of(object, raw) ? add_raw(raw) : Left::broken;
    }

    Left add_raw(std::string_view raw) {
        lean_.append(raw);
        return Left::something;
    }

    const Codes* codes_;
    std::string dates_from_;
    od::parser parser_;
    std::string copy_, lean_;
    bool needs_all_names_ = false, keeps_all_names_ = false;
};

Skimmer::Skimmer(const Codes* observation_codes, std::string_view dates_from)
    : walk_(std::make_unique<Walk>(observation_codes, dates_from)) {}
Skimmer::~Skimmer() = default;
Skimmer::Skimmer(Skimmer&& other) noexcept = default;

std::optional<Skimmed> Skimmer::skim(std::string_view text, std::size_t readable) {
    return walk_->over(text, readable);
}

}  // namespace rules
