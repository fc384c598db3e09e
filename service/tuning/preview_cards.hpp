// evaluate --format html: the cards of one call as each client shows them.
#pragma once

#include "service/base/command.hpp"
#include "service/call/hook_call.hpp"

#include <string>
#include <vector>

namespace service {

struct PreviewOptions {
    std::vector<const ClientProfile*> clients;  ///< empty: every product that is known
    unsigned width_px = 0;                      ///< of each card; 0: of the client's own screen
};

/// Bounds of PreviewOptions::width_px.
inline constexpr unsigned least_preview_width = 120, most_preview_width = 4000;

/// The page for a call. \param body  of the request, which each client's profile reads for itself.
/// \returns the first problem of the request.
boost::system::result<std::string, Problem> preview_of(const std::vector<const ServedService*>& called,
                                                       const std::string& body, const ClinicalTime& time,
                                                       const PreviewOptions& options);

}  // namespace service
