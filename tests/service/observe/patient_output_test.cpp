#include "service/observe/patient_output.hpp"

#include "service/observe/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

namespace service {
namespace {

using namespace std::chrono_literals;

class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() {
        close_reader();
        close(ends_[1]);
    }
    int writer() const { return ends_[1]; }
    void close_reader() {
        if (ends_[0] >= 0) close(ends_[0]);
        ends_[0] = -1;
    }
    std::string read_all() {
        fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::string all;
        std::array<char, 65536> piece{};
        for (ssize_t size = 0; (size = read(ends_[0], piece.data(), piece.size())) > 0;) {
            all.append(piece.data(), static_cast<std::size_t>(size));
        }
        return all;
    }

  private:
    std::array<int, 2> ends_{};
};

TEST(PatientOutput, WritesWhatIsRead) {
    Pipe pipe;
    PatientOutput output(pipe.writer());
    EXPECT_TRUE(output.write("one\n"));
    EXPECT_TRUE(output.write(std::string(20'000, 'x')));
    EXPECT_EQ(pipe.read_all(), "one\n" + std::string(20'000, 'x'));
}

TEST(PatientOutput, WaitsForAReaderUntilItIsToldToHurry) {
    Pipe pipe;
    PatientOutput output(pipe.writer());
    bool written = true;
    std::jthread writer([&] {
        while (written) written = output.write(std::string(4096, 'x'));
    });
    output.hurry(PatientOutput::Clock::now());
    writer.join();
    EXPECT_FALSE(written);
    EXPECT_GE(pipe.read_all().size(), 4096U) << "what there was room for is there";
}

TEST(PatientOutput, SaysThatThereIsNoReader) {
    std::signal(SIGPIPE, SIG_IGN);  // as serve does
    Pipe pipe;
    pipe.close_reader();
    PatientOutput output(pipe.writer());
    EXPECT_FALSE(output.write("one\n"));
    PatientOutput closed(-1);
    EXPECT_FALSE(closed.write("one\n"));
}

// A pipe holds 64 KiB (pipe(7)), the queue 8192 lines: of more than both hold some are lost, none unnoticed.
TEST(Log, CountsTheLinesThatNobodyReads) {
    Pipe pipe;
    constexpr std::size_t lines = 3 * queued_log_lines;
    std::size_t dropped = 0;
    {
        const auto log = open_log({}, pipe.writer());
        for (std::size_t i = 0; i < lines; ++i) log->write(StopRequested{});
        EXPECT_GT(log->dropped(), 0U);
        log->flush();
        dropped = log->dropped();
    }
    const std::string read = pipe.read_all();
    const auto whole = static_cast<std::size_t>(std::ranges::count(read, '\n'));
    EXPECT_LE(whole + dropped, lines + 1) << "a line that went out in part counts on both sides at most once";
    EXPECT_GE(whole + dropped, lines);
}

TEST(Log, IsWrittenToItsEndWhereSomebodyReads) {
    Pipe pipe;
    {
        const auto log = open_log({}, pipe.writer());
        log->write(StopRequested{});
        log->write(ServiceStopped{2, true});
        EXPECT_EQ(log->dropped(), 0U);
    }
    const std::string read = pipe.read_all();
    EXPECT_NE(read.find(R"("level":"info","event":"stop-requested"})"), std::string::npos);
    EXPECT_NE(read.find(R"("level":"warning","event":"service-stopped","aborted":2,"leftBehind":true})"),
              std::string::npos)
        << read;
}

}  // namespace
}  // namespace service
