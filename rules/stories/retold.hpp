// Stories of a pack told once more as a laboratory of the site would have reported their results: what its bands do to
// patients shows only then, since no story of the pack names it.
#pragma once

#include "rules/stories/story.hpp"

#include <vector>

namespace rules {

/// The stories without settings of their own in which a test of `site`'s laboratories with own bands is resulted, each
/// with that laboratory as the performer of every result. A default laboratory needs none: it reports them anyway.
std::vector<Story> retold_by_laboratories(const Pack& pack, const std::vector<Story>& stories, const Site& site);

}  // namespace rules
