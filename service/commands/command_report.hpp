// backpain-cds report: what became of cards, and what was silent, from the store of a deployment; with
// --drift, what went quiet in it.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>

namespace service {

enum class ReportFormat { text, json, csv, html };

struct ReportOptions {
    std::filesystem::path config;
    std::string since;  ///< "2026-01-01"; empty: thirteen weeks
    ReportFormat format = ReportFormat::text;
    bool drift = false;
    std::string until;  ///< of drift: the last day; empty: yesterday
};

/// Reads the store and changes nothing. \returns environment if the store cannot be read;
/// does_not_hold if something went quiet.
ExitCode run_report(const ReportOptions& options, const Streams& streams);

}  // namespace service
