// How the rules' own tools read a record at hand: as a call about it would be read.
#pragma once

#include "rules/record/sources_at_hand.hpp"

namespace service {

rules::SourcesOf reader_of_records();

}  // namespace service
