// backpain-cds impact: whom a change of pack or site file touches, counted over a population.
#pragma once

#include "service/base/command.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct ImpactOptions {
    std::filesystem::path from, to;                  ///< packs; without `to` the same one
    std::filesystem::path site_from, site_to;        ///< empty: the pack's own defaults
    std::vector<std::string> population;             ///< files, folders, manifests; "-": standard input
    std::vector<std::string> merge;                  ///< partial results, in place of a population
    std::string at;                                  ///< empty: now; of captured requests when they were captured
    std::string events = "now";                      ///< or "encounters", from `since` to `until`
    std::string since, until;                        ///< days
    std::string budget;                              ///< "+2%": of cards, for captured requests
    std::string json_file, html_file, partial_file;  ///< "-": standard output
    std::filesystem::path temp;
    std::size_t threads = 0;   ///< 0: one per core
    std::size_t examples = 0;  ///< patients named for each rule and what happens
    bool quiet = false, strict = false;
};

ExitCode run_impact(const ImpactOptions& options, const Streams& streams);

}  // namespace service
