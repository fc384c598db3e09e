#include "service/answer/feedback.hpp"

#include "fhir/json_text.hpp"
#include "service/base/timestamp.hpp"
#include "service/base/uuid.hpp"

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace service {

namespace json = boost::json;
using boost::system::result;

namespace {

constexpr std::chrono::minutes clock_difference{1};
constexpr std::size_t suggestions_limit = 100;
constexpr std::size_t reasons_limit = 20;
constexpr std::array<std::string_view, 6> known_members = {
    "card", "outcome", "outcomeTimestamp", "acceptedSuggestions", "overrideReason", "overrideReasons"};

Problem problem(Fault fault, std::string place) {
    return Problem{fault, {std::move(place)}, std::nullopt};
}

bool is_empty(const json::value& value) {
    if (value.is_null()) return true;
    if (value.is_array()) return value.get_array().empty();
    if (value.is_object()) return value.get_object().empty();
    const auto text = fhir::text_of(value);
    return text && text->find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// A uuid, bare or as a URN (CDS Hooks 3.0, logical model of feedback; RFC 8141: "urn:uuid:" in any case). Nothing for
/// what we cannot have made.
std::optional<std::string> id_of(std::string_view text) {
    constexpr std::string_view urn = "urn:uuid:";
    const bool prefixed =
        text.size() > urn.size() && boost::urls::grammar::ci_is_equal(text.substr(0, urn.size()), urn);
    return uuid_of(prefixed ? text.substr(urn.size()) : text);
}

/// Reads one item; stops at its first problem.
class ItemReader {
  public:
    ItemReader(const json::object& item, std::string place, const FeedbackReading& reading)
        : item_(item), place_(std::move(place)), reading_(reading) {}

    /// What of the item is not kept; after read().
    const FeedbackLeftOut& left_out() const { return left_out_; }

    /// \param ours  becomes false if the card's id is none of ours.
    result<Feedback, Problem> read(bool& ours) {
        const auto card = required_text("card");
        if (!card) return card.error();
        const auto outcome = required_text("outcome");
        if (!outcome) return outcome.error();
        if (*outcome != "accepted" && *outcome != "overridden") return problem(Fault::bad_value, at("outcome"));
        const auto time = required_text("outcomeTimestamp");
        if (!time) return time.error();
        const auto instant = parse_timestamp(*time);
        if (!instant) return problem(Fault::bad_value, at("outcomeTimestamp"));

        const auto uuid = id_of(*card);  // of the form that we make, or not ours
        ours = uuid.has_value();
        Feedback feedback;
        feedback.card = uuid.value_or("");
        feedback.outcome = *outcome == "accepted" ? Outcome::accepted : Outcome::overridden;
        feedback.at = *instant;
        auto fault = feedback.outcome == Outcome::accepted ? read_suggestions(feedback) : read_reason(feedback);
        if (fault) return std::move(*fault);
        for (const auto& [name, value] : item_) {
            const std::string_view known(name.data(), name.size());
            if (std::ranges::find(known_members, known) == known_members.end()) ++left_out_.unknown_members;
        }
        return feedback;
    }

  private:
    std::string at(std::string_view member) const { return place_ + "." + std::string(member); }

    result<std::string_view, Problem> required_text(std::string_view name) const {
        const json::value* member = item_.if_contains(name);
        if (member == nullptr) return problem(Fault::member_missing, at(name));
        if (is_empty(*member)) return problem(Fault::member_empty, at(name));
        const auto text = fhir::text_of(*member);
        if (!text) return problem(Fault::wrong_type, at(name));
        return *text;
    }

    std::optional<Problem> read_suggestions(Feedback& feedback) {
        constexpr std::string_view name = "acceptedSuggestions";
        const json::value* member = item_.if_contains(name);
        if (member == nullptr) return problem(Fault::member_missing, at(name));
        if (is_empty(*member)) return problem(Fault::member_empty, at(name));
        if (!member->is_array()) return problem(Fault::wrong_type, at(name));
        if (member->get_array().size() > suggestions_limit) return problem(Fault::too_many_values, at(name));
        std::size_t index = 0;
        for (const json::value& entry : member->get_array()) {
            const std::string place = at(name) + "[" + std::to_string(index++) + "]";
            const json::object* suggestion = entry.if_object();
            if (suggestion == nullptr) return problem(Fault::wrong_type, place);
            const json::value* id = suggestion->if_contains("id");
            if (id == nullptr) return problem(Fault::member_missing, place + ".id");
            if (is_empty(*id)) return problem(Fault::member_empty, place + ".id");
            const auto text = fhir::text_of(*id);
            if (!text) return problem(Fault::wrong_type, place + ".id");
            if (auto uuid = id_of(*text)) {
                feedback.suggestions.push_back(std::move(*uuid));
            } else {
                ++left_out_.foreign_suggestions;
            }
        }
        std::ranges::sort(feedback.suggestions);
        const auto repeated = std::unique(feedback.suggestions.begin(), feedback.suggestions.end());
        feedback.suggestions.erase(repeated, feedback.suggestions.end());
        return std::nullopt;
    }

    /// Why the card was overridden, which need not be told.
    std::optional<Problem> read_reason(Feedback& feedback) {
        for (const std::string_view name : {"overrideReason", "overrideReasons"}) {
            const json::value* member = item_.if_contains(name);
            if (member == nullptr) continue;
            if (is_empty(*member)) {
                if (auto fault = empty_optional(name)) return fault;
            } else if (member->is_array()) {
                if (auto fault = read_reasons(member->get_array(), at(name), feedback)) return fault;
            } else if (auto fault = read_reason(*member, at(name), feedback)) {
                return fault;
            }
        }
        return std::nullopt;
    }

    std::optional<Problem> read_reasons(const json::array& reasons, const std::string& place, Feedback& feedback) {
        if (reasons.size() > reasons_limit) return problem(Fault::too_many_values, place);
        std::size_t index = 0;
        for (const json::value& reason : reasons) {
            if (auto fault = read_reason(reason, place + "[" + std::to_string(index++) + "]", feedback)) return fault;
        }
        return std::nullopt;
    }

    std::optional<Problem> read_reason(const json::value& value, const std::string& place, Feedback& feedback) {
        if (!value.is_object()) return problem(Fault::wrong_type, place);
        const json::object& members = value.get_object();
        const json::value* comment = members.if_contains("userComment");
        if (comment != nullptr && !comment->is_null()) {
            if (!fhir::is_text(*comment)) return problem(Fault::wrong_type, place + ".userComment");
            ++left_out_.comments;
            feedback.has_comment = true;
        }
        for (const auto& [name, member] : members) {
            if (name == "extension") {
                if (!is_empty(member)) keep_own(member, feedback);
            } else if (name != "reason" && name != "userComment") {
                ++left_out_.unknown_members;
            }
        }
        const json::value* reason = members.if_contains("reason");
        if (reason == nullptr) return std::nullopt;
        const std::string reason_place = place + ".reason";
        if (is_empty(*reason)) return empty_value(reason_place);
        if (!reason->is_object()) return problem(Fault::wrong_type, reason_place);
        return read_coding(reason->get_object(), reason_place, feedback);
    }

    std::optional<Problem> read_coding(const json::object& coding, const std::string& place, Feedback& feedback) {
        const json::value* code = coding.if_contains("code");
        if (code == nullptr) return problem(Fault::member_missing, place + ".code");
        if (is_empty(*code)) return problem(Fault::member_empty, place + ".code");
        const json::value* system = coding.if_contains("system");
        const bool system_sent = system != nullptr && !is_empty(*system);
        if (!fhir::is_text(*code)) return problem(Fault::wrong_type, place + ".code");
        if (system_sent && !fhir::is_text(*system)) return problem(Fault::wrong_type, place + ".system");
        if (!system_sent && reading_.strict) return problem(Fault::member_missing, place + ".system");
        // The reference client leaves out the system of reasons that had none.
        const auto is_sent = [&](const Reason& known) {
            return known.code == *fhir::text_of(*code) && (!system_sent || known.system == *fhir::text_of(*system));
        };
        for (const std::vector<Reason>* list : {&reading_.offered, &reading_.own}) {
            const auto known = std::ranges::find_if(*list, is_sent);
            if (known == list->end()) continue;
            keep(*known, feedback);
            return std::nullopt;
        }
        ++left_out_.unknown_reasons;
        keep(other_reason, feedback);
        return std::nullopt;
    }

    /// There is a reason, and it is the site's own: that which the configuration names, if it does.
    void keep_own(const json::value& extension, Feedback& feedback) {
        const json::object* members = extension.if_object();
        for (const Reason& known : reading_.own) {
            const json::value* member = members == nullptr ? nullptr : members->if_contains(known.system);
            if (member == nullptr || fhir::text_of(*member) != known.code) continue;
            return keep(known, feedback);
        }
        ++left_out_.own_reasons;
        keep(other_reason, feedback);
    }

    /// One reason a card is kept: the first that has a name, else that there was one.
    void keep(const Reason& reason, Feedback& feedback) {
        const bool replaces = !feedback.reason || (*feedback.reason == other_reason && reason != other_reason);
        if (feedback.reason) ++left_out_.further_reasons;
        if (replaces) feedback.reason = reason;
    }

    std::optional<Problem> empty_optional(std::string_view name) const { return empty_value(at(name)); }

    std::optional<Problem> empty_value(std::string place) const {
        if (!reading_.strict) return std::nullopt;
        return problem(Fault::member_empty, std::move(place));
    }

    const json::object& item_;
    std::string place_;
    const FeedbackReading& reading_;
    FeedbackLeftOut left_out_;
};

void add(const FeedbackLeftOut& more, FeedbackLeftOut& sum) {
    for (const auto& [name, count] : feedback_left_out) sum.*count += more.*count;
}

}  // namespace

result<FeedbackMessage, Problem> read_feedback(const json::value& message, const FeedbackReading& reading,
                                               WallTime now) {
    const json::object* root = message.if_object();
    if (root == nullptr) return Problem{Fault::wrong_type, {}, std::nullopt};
    const json::value* items = root->if_contains("feedback");
    if (items == nullptr) return problem(Fault::member_missing, "feedback");
    if (!items->is_array()) return problem(items->is_null() ? Fault::member_empty : Fault::wrong_type, "feedback");
    if (items->get_array().empty() && reading.strict) return problem(Fault::member_empty, "feedback");
    if (items->get_array().size() > feedback_items_limit) return problem(Fault::too_many_values, "feedback");

    FeedbackMessage read;
    std::size_t index = 0;
    for (const json::value& item : items->get_array()) {
        std::string place = "feedback[" + std::to_string(index++) + "]";
        if (!item.is_object()) return problem(Fault::wrong_type, std::move(place));
        bool ours = true;
        ItemReader reader(item.get_object(), std::move(place), reading);
        auto feedback = reader.read(ours);
        if (!feedback) return feedback.error();
        if (feedback->at > now + clock_difference) ++read.ahead;
        if (ours) {
            read.items.push_back(std::move(*feedback));
            add(reader.left_out(), read.left_out);
        } else {
            ++read.not_ours;
        }
    }
    return read;
}

}  // namespace service
