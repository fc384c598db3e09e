// backpain-cds report: what became of cards, and what was silent, from the store of a deployment.
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
};

/// Reads the store and changes nothing. \returns environment if the store cannot be read.
ExitCode run_report(const ReportOptions& options, const Streams& streams);

}  // namespace service
