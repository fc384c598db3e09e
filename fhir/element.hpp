// One JSON object of a resource, read member by member with the kind that FHIR gives it.
//
// Lenient, never silent: what has the wrong kind or value is skipped and leaves an Issue with the element's path. The
// path is only put together when there is something to say, so reading a sound resource allocates nothing here. An
// Element borrows the tree, its parent Element and the list of issues; it lives on the stack of the reader.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/decimal.hpp"
#include "fhir/issue.hpp"
#include "fhir/member.hpp"

#include <boost/json.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace fhir {

class Element {
  public:
    /// \param name  how paths begin: the resource type. All arguments are borrowed.
    Element(const boost::json::object& object, std::string_view name, Issues& issues)
        : object_(&object), name_(name), issues_(&issues) {}

    const boost::json::object& json() const { return *object_; }

    /// Whether a member of this name is there, whatever its kind.
    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// The member as a string; empty if absent, empty or no string. Borrowed from the tree.
    std::string_view text(std::string_view name) const {
        const boost::json::value* member = find(name);
        if (!member) return {};
        if (is_text(*member)) return member->get_string();
        report(name, IssueCode::wrong_type);
        return {};
    }

    std::optional<bool> boolean(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<Decimal> decimal(std::string_view name) const;
    std::optional<Date> date(std::string_view name) const;
    /// A dateTime or instant; one without seconds or offset is read as it stands and reported.
    std::optional<DateTime> date_time(std::string_view name) const;

    /// The member as an object; nothing if absent or no object. The result borrows this Element.
    std::optional<Element> child(std::string_view name) const&;
    std::optional<Element> child(std::string_view name) const&& = delete;

    /// Calls `read` with each object of a list; one object in place of a list counts as a list of one.
    /// \returns how many there were.
    template <std::invocable<const Element&> Read>
    std::size_t each(std::string_view name, Read read) const {
        const boost::json::value* member = find(name);
        return member ? each_of(*member, name, read) : 0;
    }

    /// What `read` makes of each object of a list, as `each` visits them.
    template <std::invocable<const Element&> Read>
    auto list(std::string_view name, Read read) const {
        std::vector<std::invoke_result_t<Read, const Element&>> values;
        const boost::json::value* member = find(name);
        if (!member) return values;
        values.reserve(member->is_array() ? member->get_array().size() : 1);
        each_of(*member, name, [&](const Element& element) { values.push_back(read(element)); });
        return values;
    }

    /// Adds an issue about the member `name`, or about this object if `name` is empty.
    void report(std::string_view name, IssueCode code) const;

    /// Such as Observation.component[1].
    std::string path() const;

  private:
    const boost::json::value* find(std::string_view name) const { return find_member(*object_, name); }

    template <typename Read>
    std::size_t each_of(const boost::json::value& member, std::string_view name, Read read) const {
        if (const boost::json::object* single = member.if_object()) {
            report(name, IssueCode::not_a_list);
            read(Element(*single, name, no_index, *this));
            return 1;
        }
        const boost::json::array* list = member.if_array();
        if (!list) return report(name, IssueCode::wrong_type), 0;
        std::size_t count = 0;
        for (std::size_t index = 0; index < list->size(); ++index) {
            if (const boost::json::object* object = (*list)[index].if_object()) {
                read(Element(*object, name, index, *this));
                ++count;
            } else {
                report(name, IssueCode::wrong_type);
            }
        }
        return count;
    }

    static constexpr std::size_t no_index = std::size_t(-1);

    Element(const boost::json::object& object, std::string_view name, std::size_t index, const Element& parent)
        : object_(&object), name_(name), index_(index), parent_(&parent), issues_(parent.issues_) {}

    const boost::json::object* object_;
    std::string_view name_;
    std::size_t index_ = no_index;
    const Element* parent_ = nullptr;
    Issues* issues_;
};

}  // namespace fhir
