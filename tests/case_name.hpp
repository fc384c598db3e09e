// The name of a table's case, for INSTANTIATE_TEST_SUITE_P: the case's `name`.
#pragma once

#include <gtest/gtest.h>

#include <string>

struct CaseName {
    template <typename Case>
    std::string operator()(const testing::TestParamInfo<Case>& tested) const {
        return std::string(tested.param.name);
    }
};
