// Which requirements a test shows: the numbers of tests/conformance/requirements.tsv. They land in the report of the
// run, from which tests/conformance/coverage.py makes the table. A test that fails or is skipped shows nothing.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>

/// Says that the running test shows these requirements: shows({"R-058", "R-060"}).
inline void shows(std::initializer_list<const char*> requirements) {
    for (const char* requirement : requirements) testing::Test::RecordProperty(requirement, "shown");
}
