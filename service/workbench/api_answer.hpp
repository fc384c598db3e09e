// What a question of the page comes to: the text of a JSON document, or why there is none.
#pragma once

#include "fhir/json_text.hpp"
#include "rules/text/diagnostic.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace service {

struct ApiRequest {
    std::string id;             ///< what stood for {id} in the address
    std::string_view body;      ///< as it came; borrowed
    boost::json::object asked;  ///< the same, read; of addresses that take JSON
};

struct ApiError {
    unsigned status = 400;
    std::string says;  ///< one sentence, with the mend
    rules::Diagnostics findings = {};
    boost::json::object more = {};  ///< members besides "error" and "findings"
};

using ApiAnswer = boost::system::result<std::string, ApiError>;

/// { "error", "findings" }, and what there is more.
std::string print_api_error(const ApiError& error);

inline ApiAnswer answered(const boost::json::value& document) {
    return fhir::print_json(document);
}

/// The text of a member; empty if it is not there, or is no text.
std::string text_asked(const boost::json::object& asked, std::string_view member);

}  // namespace service
