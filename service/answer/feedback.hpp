// What users did with cards, as clients report it (CDS Hooks, "Feedback"; ): one message read and checked
// whole. Either every item of it is good, or the message is refused and nothing of it counts.
//
// What may hold anything about a patient does not leave this file: of the user's comment is kept that there is one, a
// reason only if it is one that we offered or that the configuration names, ids only if they have the form of those
// that we made. What is dropped is counted. No clock: the time is an argument.
//
// Epic says `overrideReasons`, one object or several, and may give a reason of the site's own in its `extension`, by
// members of an object (fhir.epic.com, CDS Hooks, "Feedback").
#pragma once

#include "service/base/wall_time.hpp"
#include "service/http/problem.hpp"
#include "service/observe/log.hpp"
#include "service/store/store.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <vector>

namespace service {

inline constexpr std::size_t feedback_items_limit = 1000;  ///< of one message

/// A reason that a client added itself and nobody named, or a code of ours under a name that is not ours.
inline const Reason other_reason = {"", "other"};

struct FeedbackReading {
    std::vector<Reason> offered;   ///< the override reasons of our cards
    bool strict = false;           ///< the client's: optional members sent empty are refused (R-006)
    std::vector<Reason> own = {};  ///< the client's own reasons; in an extension the system is the name of a member
};

/// A message that is in order.
struct FeedbackMessage {
    std::vector<Feedback> items;
    std::size_t not_ours = 0;  ///< items about cards whose id we cannot have made: answered like the others (R-116)
    std::size_t ahead = 0;     ///< items from the future, by the clock of the client (R-117)
    FeedbackLeftOut left_out;  ///< of items that are ours
};

/// Reads a message. \returns the first problem, with its place: "feedback[2].outcome".
boost::system::result<FeedbackMessage, Problem> read_feedback(const boost::json::value& message,
                                                              const FeedbackReading& reading, WallTime now);

}  // namespace service
