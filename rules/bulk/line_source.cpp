#include "rules/bulk/line_source.hpp"

#include "rules/bulk/skim.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <istream>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace rules {
namespace {

constexpr std::size_t chunk = 256U << 10;

class PlainFile : public LineSource::Bytes {
  public:
    explicit PlainFile(int descriptor) : descriptor_(descriptor) {}
    ~PlainFile() override { ::close(descriptor_); }
    PlainFile(const PlainFile&) = delete;
    PlainFile& operator=(const PlainFile&) = delete;

    long read(char* to, std::size_t most) override {
        long got = 0;
        do {
            got = ::read(descriptor_, to, most);
        } while (got < 0 && errno == EINTR);
        if (got > 0) position_ += static_cast<std::uint64_t>(got);
        return got;
    }
    std::uint64_t position() const override { return position_; }

  private:
    int descriptor_;
    std::uint64_t position_ = 0;
};

class CompressedFile : public LineSource::Bytes {
  public:
    explicit CompressedFile(gzFile file) : file_(file) { gzbuffer(file_, 256U << 10); }
    ~CompressedFile() override { gzclose_r(file_); }
    CompressedFile(const CompressedFile&) = delete;
    CompressedFile& operator=(const CompressedFile&) = delete;

    long read(char* to, std::size_t most) override {
        const int got = gzread(file_, to, static_cast<unsigned>(most));
        if (got > 0) return got;
        int code = Z_OK;
        gzerror(file_, &code);  // a file that breaks off says so at its end only
        return got == 0 && code == Z_OK ? 0 : -1;
    }
    std::uint64_t position() const override {
        const auto offset = gzoffset(file_);
        return offset > 0 ? static_cast<std::uint64_t>(offset) : 0;
    }

  private:
    gzFile file_;
};

class Stream : public LineSource::Bytes {
  public:
    explicit Stream(std::istream& in) : in_(in) {}

    long read(char* to, std::size_t most) override {
        in_.read(to, static_cast<std::streamsize>(most));
        const long got = in_.gcount();
        position_ += static_cast<std::uint64_t>(got);
        return got == 0 && in_.bad() ? -1 : got;
    }
    std::uint64_t position() const override { return position_; }

  private:
    std::istream& in_;
    std::uint64_t position_ = 0;
};

/// Whether the name says that there is one value a line.
bool is_named_ndjson(std::string_view path) {
    if (path.ends_with(".gz")) path.remove_suffix(3);
    return path.ends_with(".ndjson") || path.ends_with(".jsonl");
}

std::string_view without_blanks_before(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

}  // namespace

boost::system::result<LineSource, std::string> LineSource::open(const std::string& path, std::istream* input,
                                                                std::size_t longest) {
    if (path == "-") {
        if (input == nullptr) return std::string("There is no standard input.");
        return LineSource(std::make_unique<Stream>(*input), false, longest);
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return path + " cannot be read: " + std::strerror(errno) + ".";
    const bool is_ndjson = is_named_ndjson(path);
    if (!path.ends_with(".gz")) return LineSource(std::make_unique<PlainFile>(descriptor), is_ndjson, longest);
    gzFile file = gzdopen(descriptor, "rb");
    if (file == nullptr) {
        ::close(descriptor);
        return path + " cannot be decompressed: no memory for it.";
    }
    return LineSource(std::make_unique<CompressedFile>(file), is_ndjson, longest);
}

bool LineSource::read_more(std::string& text) {
    if (at_end_) return false;
    const std::size_t before = text.size();
    text.resize(before + chunk + Skimmer::room_behind);
    const long got = bytes_->read(text.data() + before, chunk);
    text.resize(before + static_cast<std::size_t>(std::max(got, 0L)));
    failed_ = failed_ || got < 0;
    at_end_ = got <= 0;
    return !at_end_;
}

/// Pretty-printed JSON shows in its first two lines: neither is a whole value.
bool LineSource::looks_like_document() const {
    const std::string_view begun = without_blanks_before(pending_);
    const std::size_t end = begun.find('\n');
    if (end == std::string_view::npos) return false;  // one line
    Skimmer skimmer;
    if (skimmer.skim(begun.substr(0, end))) return false;
    const std::string_view second = without_blanks_before(begun.substr(end));
    return !skimmer.skim(second.substr(0, second.find('\n')));
}

void LineSource::find_form(LineBatch& batch) {
    const auto has_two_lines = [this] {
        const std::string_view begun = without_blanks_before(pending_);
        const std::size_t end = begun.find('\n');
        return end != std::string_view::npos &&
               without_blanks_before(begun.substr(end)).find('\n') != std::string_view::npos;
    };
    while (!has_two_lines() && pending_.size() <= longest_ && read_more(pending_)) {
    }
    knows_form_ = true;
    is_document_ = looks_like_document();
    if (is_document_) take_document(batch);
}

void LineSource::take_document(LineBatch& batch) {
    batch.text.assign(pending_);
    pending_.clear();
    while (batch.text.size() <= longest_ && read_more(batch.text)) {
    }
    batch.is_document = true;
    if (batch.text.size() <= longest_) return;
    batch.too_long.push_back(line_);
    do {
        batch.text.clear();
    } while (read_more(batch.text));
}

/// Reads past a line that does not end within the limit.
void LineSource::skip_long_line(LineBatch& batch) {
    batch.too_long.push_back(line_++);
    std::size_t end = pending_.find('\n');
    while (end == std::string::npos) {
        pending_.clear();
        if (!read_more(pending_)) break;
        end = pending_.find('\n');
    }
    pending_.erase(0, end == std::string::npos ? pending_.size() : end + 1);
}

void LineSource::take_lines(LineBatch& batch) {
    std::size_t end = pending_.rfind('\n');
    while (end == std::string::npos && pending_.size() <= longest_ && read_more(pending_)) end = pending_.rfind('\n');
    if (end == std::string::npos && pending_.size() > longest_) return skip_long_line(batch);
    end = end == std::string::npos ? pending_.size() : end + 1;
    std::swap(batch.text, pending_);  // of what is handed on only the line that has not ended is copied
    pending_.assign(batch.text, end);
    batch.text.resize(end);
    line_ += static_cast<std::uint64_t>(std::ranges::count(batch.text, '\n'));
}

bool LineSource::next(LineBatch& batch) {
    batch.text.clear();
    batch.too_long.clear();
    batch.fault.clear();
    batch.is_document = false;
    batch.first_line = line_;
    if (is_document_) return false;
    if (!knows_form_) find_form(batch);
    if (!is_document_) {
        if (pending_.find('\n') == std::string::npos) read_more(pending_);
        take_lines(batch);
    }
    if (failed_) batch.fault = "cannot be read to its end";
    failed_ = false;
    const std::uint64_t position = bytes_->position();
    batch.bytes = position - told_;
    told_ = position;
    return !batch.text.empty() || !batch.too_long.empty() || !batch.fault.empty();
}

}  // namespace rules
