// `~` of collections asks whether their items can be paired, each with one that it is equivalent to. Equivalence of
// numbers is not transitive (1 ~ 1.2 and 1 ~ 1.4, but not 1.2 ~ 1.4), so the first that fits may be the wrong one.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace fhir::path {

/// An item to be paired, by numbers that say where to look for its partner.
struct Pairable {
    std::size_t exact = 0;            ///< shared by those that are the same however closely one looks: tried first
    std::vector<std::size_t> stands;  ///< where others find it
    std::vector<std::size_t> looks;   ///< where it finds others: all that it may be equivalent to
    bool is_settled = false;          ///< what is equivalent to it has its `exact`, and is equivalent among itself
};

/// Asked of item number `left` of the one and number `right` of the other list. Nothing more is asked after `go_on`,
/// which is asked for each look at an item, has once said no; then the answer means nothing.
struct PairingQuestions {
    std::function<bool(std::size_t left, std::size_t right)> fits;
    std::function<bool()> go_on;
};

/// Whether each of `left` can have a partner of its own in `right`. Linear where most have one with their `exact`;
/// else at worst the square of how many stand in one place. Precondition: the lists are equally long.
bool can_be_paired(const std::vector<Pairable>& left, const std::vector<Pairable>& right,
                   const PairingQuestions& questions);

}  // namespace fhir::path
