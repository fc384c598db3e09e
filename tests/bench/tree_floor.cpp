// The floor of a population's reading: each document, or each line, parsed into a Boost.JSON tree in a monotonic
// resource, and nothing else. Prints the bytes and the trees.
//
//     tree_floor THREADS PATH...
#include "rules/bulk/line_source.hpp"
#include "rules/bulk/population_files.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace json = boost::json;

constexpr std::size_t longest = 64U << 20;

class Floor {
  public:
    explicit Floor(std::vector<std::string> files) : files_(std::move(files)) {}

    void work() {
        std::vector<unsigned char> block(1U << 20);
        json::parse_options options;
        options.max_depth = 64;
        json::parser parser({}, options);
        rules::LineBatch batch;
        const auto parse = [&](std::string_view text) {
            if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
            json::monotonic_resource memory(block.data(), block.size());
            parser.reset(&memory);
            boost::system::error_code error;
            parser.write(text.data(), text.size(), error);
            if (error) {
                std::cerr << "no JSON\n";
                std::exit(1);
            }
            const json::value tree = parser.release();
            trees_ += tree.is_object() ? 1 : 0;
        };
        while (next(batch)) {
            if (batch.is_document) {
                parse(batch.text);
                continue;
            }
            for (std::string_view rest = batch.text; !rest.empty();) {
                const std::size_t end = std::min(rest.find('\n'), rest.size());
                parse(rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
    }

    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t trees() const { return trees_; }

  private:
    bool next(rules::LineBatch& batch) {
        const std::lock_guard lock(mutex_);
        while (true) {
            if (source_ && source_->next(batch)) {
                bytes_ += batch.bytes;
                return true;
            }
            source_.reset();
            if (next_file_ == files_.size()) return false;
            auto opened = rules::LineSource::open(files_[next_file_++], nullptr, longest);
            if (opened) source_.emplace(std::move(*opened));
        }
    }

    std::mutex mutex_;  // of what follows
    std::vector<std::string> files_;
    std::size_t next_file_ = 0;
    std::optional<rules::LineSource> source_;
    std::atomic<std::uint64_t> bytes_{0}, trees_{0};
};

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "tree_floor THREADS PATH...\n";
        return 2;
    }
    const auto files = rules::find_population_files({arguments + 2, arguments + count});
    if (!files) {
        std::cerr << files.error() << '\n';
        return 3;
    }
    Floor floor(files->read);
    {
        std::vector<std::jthread> threads;
        for (int i = 1; i < std::atoi(arguments[1]); ++i) threads.emplace_back([&floor] { floor.work(); });
        floor.work();
    }
    std::cout << "{\"bytes\": " << floor.bytes() << ", \"trees\": " << floor.trees() << "}\n";
    return 0;
}
