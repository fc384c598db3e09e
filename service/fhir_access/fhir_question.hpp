// What a FHIR server was asked, and whether what came back can be the answer to it: a connection, a proxy or a server
// that is out of step answers another question, and the data of that one must not be used.
//
// Here is what the answer says of itself: type and id, the link "self", the types of its entries. Whose its resources
// are is looked at where sources are read (patient_match), for sent and fetched data alike.
#pragma once

#include <boost/json.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace service {

class FhirQuestion {
  public:
    /// Takes "Type/id" or "Type?…" apart; nothing if it is neither, or not a query below the base.
    static std::optional<FhirQuestion> of(std::string_view query);

    const std::string& type() const { return type_; }
    bool is_search() const { return id_.empty(); }

    /// Whether `resource` can be the answer: of a read the resource itself; of a search a page of it.
    bool may_be_answered_by(const boost::json::value& resource) const;

  private:
    using Parameters = std::map<std::string, std::set<std::string>>;

    static Parameters telling_parameters(std::string_view url);
    bool may_be_told_by(std::string_view self_link) const;
    bool may_hold(const boost::json::object& bundle) const;

    std::string type_;
    std::string id_;         ///< of a read; empty: it is a search
    Parameters parameters_;  ///< of a search: whose, and which codes
};

}  // namespace service
