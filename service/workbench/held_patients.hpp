// The patients that the page can show: the samples of the product, the stories of the pack, and what a person opened.
// What is opened stays in this process and is nowhere else.
#pragma once

#include "rules/stories/story.hpp"
#include "service/workbench/api_answer.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace service {

struct HeldPatient {
    std::string id, title;
    std::string at = {};                             ///< when a story plays; empty: whenever
    std::vector<boost::json::value> resources = {};  ///< of a record: objects
    std::vector<boost::json::value> drafts = {};     ///< draft orders
    std::vector<std::string> selections = {};        ///< of these
    std::string why_closed = {};                     ///< why a story cannot be asked about here; empty: it can be
    std::string request = {};                        ///< a CDS Hooks request as it was sent; empty of a record
};

/// A patient as a list shows it.
struct PatientTitle {
    std::string id, title;
};

/// Reads what a person opened: resources, a Bundle or one a line, or a CDS Hooks request. \returns or why it cannot be.
boost::system::result<HeldPatient, ApiError> read_patient(std::string_view text);

/// A copy of a record in which one resource is another one, or new, or gone: { "resource": {…} } or { "remove":
/// "Condition/x" }. \returns or why there is none.
boost::system::result<HeldPatient, ApiError> changed_copy(const HeldPatient& patient,
                                                          const boost::json::object& change);

/// Stories as patients, "story/<rule>/<n>", in their order.
std::vector<HeldPatient> stories_as_patients(const std::vector<rules::Story>& stories);
/// Safe from every thread.
class OpenedPatients {
  public:
    /// Keeps a patient, the last 20 of them. \returns its id: "p1", "p2", …
    std::string keep(HeldPatient patient);
    /// Null if there is none.
    std::shared_ptr<const HeldPatient> find(std::string_view id) const;

  private:
    static constexpr std::size_t most_kept = 20;

    mutable std::mutex mutex_;
    std::size_t opened_ = 0;
    std::deque<std::shared_ptr<const HeldPatient>> kept_;  ///< the oldest first
};

/// The sample patients of the product, as they lie in `folder`; empty if they are not installed.
class SamplePatients {
  public:
    explicit SamplePatients(std::filesystem::path folder);

    const std::vector<PatientTitle>& titles() const { return titles_; }
    /// \param id  "sample/ada-quill". Null if there is none.
    std::shared_ptr<const HeldPatient> find(std::string_view id) const;

  private:
    std::filesystem::path folder_;
    std::vector<PatientTitle> titles_;
};

}  // namespace service
