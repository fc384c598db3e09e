// What one JSON object is, and what of it rules can read, found by walking over the text without making a tree of it:
// most of a population is of no use to rules, and should cost no more than to be passed by (simdjson, on demand).
//
// A resource that rules read is kept as it stands. Of others in a Bundle the names of who performs tests stay, since a
// laboratory is known by them, and of what happened at a time when that was, unless it was long ago: whether a record
// is newer than a day is told by it. Where a result says what it is about, all names stay: that is told by a name, too.
// What is passed by is checked no further than brackets, strings and UTF-8.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace rules {

/// Borrowed from the text, `kept` perhaps from the Skimmer. Strings are as they stand there; where one that counts has
/// an escape, `has_escapes`.
struct Skimmed {
    std::string_view type;  ///< resourceType
    std::string_view id;
    std::string_view subject;  ///< subject.reference
    std::string_view patient;  ///< patient.reference
    bool has_hook = false;     ///< a member `hook`: a CDS Hooks request
    bool has_link = false;     ///< Patient.link, perhaps
    bool has_contained = false;
    bool has_escapes = false;
    bool is_passed_by = false;  ///< happened long ago, and rules read no more of it: counts as there, nothing else
    std::string_view kept;      ///< what rules can read of it: JSON, the whole text or less
};

/// Whether rules read it, it brings results along, or it says when somebody came.
bool is_read(const Skimmed& resource);

using Codes = std::set<std::string, std::less<>>;

/// Walks over one text after the other; for one thread.
class Skimmer {
  public:
    /// Bytes behind a text that may be read too, so that it need not be copied.
    static constexpr std::size_t room_behind = 64;

    /// \param observation_codes  Observations are read that have one of these, in whatever system; null: all. Borrowed.
    /// \param dates_from  a day, YYYY-MM-DD. Of other Observations, of reports and of visits only those stay that may
    /// have been on that day or later; empty: all of them. A later version without such a date does not undo one with
    /// it.
    explicit Skimmer(const Codes* observation_codes = nullptr, std::string_view dates_from = {});
    ~Skimmer();
    Skimmer(Skimmer&& other) noexcept;

    /// Nothing if `text` is not one whole object, as far as brackets and strings show: what is inside may still be no
    /// JSON. What it gives lasts until the next call.
    /// \param readable  how many bytes may be read from where the text begins; enough if `room_behind` more than it has
    std::optional<Skimmed> skim(std::string_view text, std::size_t readable = 0);

  private:
    class Walk;
    std::unique_ptr<Walk> walk_;
};

}  // namespace rules
