// One item of a fact: what it holds, and the table of its members, from which come their types in expressions, their
// JSON, the words that they may be compared with and their room on a card.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/path/types.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Why an order was placed, as far as the pack knows the code.
struct StatedReason {
    std::string_view label;
    std::vector<std::string_view> sets;
};

/// One item of a fact. Texts are borrowed from the program and the record.
struct Item {
    std::string_view label;
    std::optional<fhir::Date> date;
    std::optional<long> age_days;
    bool is_at_least = false;  ///< the date is partial or only a record's: it began then or before
    bool is_recorded = false;  ///< the date is that of the record: when it began is not known
    bool lasts = false;        ///< a problem or a treatment, which is "since" a date
    bool is_doubtful = false;  ///< it counts only because it keeps cards away
    std::string_view words;    ///< the pack's stem by which alone it was found: "carcinoma"; empty: by its code
    std::vector<std::string_view> sets;
    std::string reference;
    std::optional<long> days_on_treatment;
    std::string_view intent, group, status;
    std::vector<StatedReason> reasons;
    bool is_repeated = false;  ///< a draft of a test for which an earlier draft of the basket asks already
};

/// A member of an item, as expressions and templates see it. One that is added needs its row, and whoever fills the
/// Item.
struct ItemMember {
    std::string_view name;
    std::optional<fhir::path::TypeId> type;  ///< nothing: for people only; none: a reason, which has a type of its own
    boost::json::value (*of)(const Item& item, const boost::json::storage_ptr& storage);  ///< null: it has none
    std::size_t longest = 0;                       ///< on a card, in characters; 0: as long as a label
    std::span<const std::string_view> words = {};  ///< all that it can hold; none: anything
    bool is_collection = false;
};
std::span<const ItemMember> item_members();

/// The members that `item` has.
boost::json::object item_json(const Item& item, const boost::json::storage_ptr& storage);

}  // namespace rules
