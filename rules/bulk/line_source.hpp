// Lines of a file, of a compressed one, or of standard input, in batches that are worked on by themselves.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Some lines one after the other, or a whole document.
struct LineBatch {
    std::string text;                     ///< with Skimmer::room_behind in its capacity
    std::size_t file = 0;                 ///< position in the list of files
    std::uint64_t first_line = 1;         ///< number of the line that `text` begins with
    bool is_document = false;             ///< the text is one JSON value, over many lines
    std::vector<std::uint64_t> too_long;  ///< lines that were left out because of their length
    std::uint64_t bytes = 0;              ///< of the file, as it lies on the disk
    std::string fault;                    ///< what was wrong with the file itself; it ends here
};

/// One open file.
class LineSource {
  public:
    /// Bytes one after the other; a file, a compressed one, a stream.
    class Bytes {
      public:
        virtual ~Bytes() = default;
        /// \returns how many were read; 0 at the end; -1 if that fails.
        virtual long read(char* to, std::size_t most) = 0;
        /// Of the file on the disk, so far.
        virtual std::uint64_t position() const = 0;
    };

    /// \param path      "-" for `input`; what ends in .gz is decompressed.
    /// \param longest   of a line or document, in bytes: longer ones are left out, and named.
    static boost::system::result<LineSource, std::string> open(const std::string& path, std::istream* input,
                                                               std::size_t longest);

    /// The next lines; false at the end. Lines that are one JSON document together come as one.
    bool next(LineBatch& batch);

  private:
    LineSource(std::unique_ptr<Bytes> bytes, bool is_ndjson, std::size_t longest)
        : bytes_(std::move(bytes)), longest_(longest), knows_form_(is_ndjson) {}

    /// Adds what comes next to `text`, and leaves room behind it.
    bool read_more(std::string& text);
    void find_form(LineBatch& batch);
    bool looks_like_document() const;
    void take_document(LineBatch& batch);
    void take_lines(LineBatch& batch);
    void skip_long_line(LineBatch& batch);

    std::unique_ptr<Bytes> bytes_;
    std::size_t longest_;
    bool knows_form_;  ///< whether it is known to be lines
    bool is_document_ = false, at_end_ = false, failed_ = false;
    std::string pending_;
    std::uint64_t line_ = 1, told_ = 0;
};

}  // namespace rules
