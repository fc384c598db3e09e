#include "service/out/name_lookups.hpp"

#include "tests/service/loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

namespace service {
namespace {

using namespace std::chrono_literals;
namespace ip = boost::asio::ip;
using Clock = NameLookups::Clock;

const Addresses somewhere = {ip::make_address("192.0.2.1")};  // TEST-NET-1, RFC 5737

/// A name service: knows some names, says nothing of others until the test is over, and counts.
class NameService {
  public:
    ~NameService() { give_up(); }

    Addresses ask(const std::string& name) {
        std::unique_lock lock(mutex_);
        ++asked_[name];
        changed_.notify_all();
        if (name.ends_with(".silent.example")) changed_.wait(lock, [this] { return given_up_; });
        return name.ends_with(".living.example") ? somewhere : Addresses{};
    }
    int asked(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return asked_[name];
    }
    void wait_until_asked(std::size_t names) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_.size() >= names; });
    }
    void give_up() {
        const std::lock_guard lock(mutex_);
        given_up_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, int> asked_;
    bool given_up_ = false;
};

std::atomic<long> moved_ms = 0;
Clock::time_point moved_time() {
    return Clock::now() + std::chrono::milliseconds(moved_ms);
}

class NameLookupsTest : public testing::Test {
  protected:
    NameLookupsTest()
        : names_([service = service_](const std::string& name) { return service->ask(name); }, moved_time) {
        moved_ms = 0;
    }
    ~NameLookupsTest() override { service_->give_up(); }

    std::optional<Addresses> lookup(const std::string& name, std::chrono::milliseconds patience = 60s) {
        return loop_.run(names_.addresses_of(name, Clock::now() + patience));
    }

    std::shared_ptr<NameService> service_ = std::make_shared<NameService>();
    Loop loop_;
    NameLookups names_;
};

TEST_F(NameLookupsTest, FindANameAndRememberIt) {
    EXPECT_EQ(lookup("one.living.example"), somewhere);
    EXPECT_EQ(lookup("one.living.example"), somewhere);
    EXPECT_EQ(service_->asked("one.living.example"), 1);
    moved_ms = 10'000;
    EXPECT_EQ(lookup("one.living.example"), somewhere);
    EXPECT_EQ(service_->asked("one.living.example"), 2) << "a name may come to mean another address";
}

TEST_F(NameLookupsTest, RememberAFailureForLess) {
    EXPECT_EQ(lookup("unknown.example"), Addresses{});
    EXPECT_EQ(lookup("unknown.example"), Addresses{});
    EXPECT_EQ(service_->asked("unknown.example"), 1);
    moved_ms = 2'000;
    EXPECT_EQ(lookup("unknown.example"), Addresses{});
    EXPECT_EQ(service_->asked("unknown.example"), 2);
}

TEST_F(NameLookupsTest, AskNobodyAboutAnAddress) {
    EXPECT_EQ(lookup("192.0.2.1"), somewhere);
    EXPECT_EQ(lookup("2001:db8::1"), Addresses{ip::make_address("2001:db8::1")});
    EXPECT_EQ(service_->asked("192.0.2.1") + service_->asked("2001:db8::1"), 0);
}

TEST_F(NameLookupsTest, LetEachCallerGoAtItsDeadline) {
    EXPECT_EQ(lookup("a.silent.example", 20ms), std::nullopt);
}

// Twenty calls that wait for a silent name cost one thread; a name that is known is found beside them.
TEST_F(NameLookupsTest, AskOnceForAllWhoWaitForTheSameName) {
    boost::asio::io_context io;
    int waiting = 20;
    for (int i = 0; i < 20; ++i) {
        boost::asio::co_spawn(io, names_.addresses_of("a.silent.example", Clock::now() + 1h),
                              [&](const std::exception_ptr&, const std::optional<Addresses>& found) {
                                  EXPECT_EQ(found, Addresses{});
                                  --waiting;
                              });
    }
    io.poll();
    service_->wait_until_asked(1);
    EXPECT_EQ(lookup("b.living.example"), somewhere);
    EXPECT_EQ(waiting, 20) << "it was found while they waited";
    service_->give_up();
    io.restart();
    io.run();
    EXPECT_EQ(waiting, 0);
    EXPECT_EQ(service_->asked("a.silent.example"), 1);
}

// The bound that is promised: so many silent names but one, and the living are still found.
TEST_F(NameLookupsTest, FindALivingNameBesideAsManySilentOnesAsPromised) {
    boost::asio::io_context io;
    for (std::size_t i = 0; i + 1 < NameLookups::most_under_way; ++i) {
        boost::asio::co_spawn(io, names_.addresses_of(std::to_string(i) + ".silent.example", Clock::now() + 1h),
                              [](const std::exception_ptr&, const std::optional<Addresses>&) {});
    }
    io.poll();
    service_->wait_until_asked(NameLookups::most_under_way - 1);
    EXPECT_EQ(lookup("b.living.example"), somewhere);
    service_->give_up();
    io.restart();
    io.run();
}

// Beyond the bound names wait for a thread; who has given up by then is not asked for.
TEST_F(NameLookupsTest, ForgetANameThatNobodyWaitsForAnyLonger) {
    boost::asio::io_context io;
    for (std::size_t i = 0; i < NameLookups::most_under_way; ++i) {
        boost::asio::co_spawn(io, names_.addresses_of(std::to_string(i) + ".silent.example", Clock::now() + 1h),
                              [](const std::exception_ptr&, const std::optional<Addresses>&) {});
    }
    io.poll();
    service_->wait_until_asked(NameLookups::most_under_way);
    EXPECT_EQ(lookup("late.living.example", 20ms), std::nullopt);
    service_->give_up();
    EXPECT_EQ(lookup("next.living.example"), somewhere);
    io.restart();
    io.run();
    EXPECT_LE(service_->asked("late.living.example"), 0);
}

// By the system itself: RFC 6761, sections 6.3 and 6.4.
TEST(AddressesBySystem, KnowLocalhostAndNothingOfInvalid) {
    const Addresses local = addresses_by_system("localhost");
    ASSERT_FALSE(local.empty());
    for (const ip::address& address : local) EXPECT_TRUE(address.is_loopback()) << address.to_string();
    EXPECT_TRUE(addresses_by_system("nothing.invalid").empty());
}

}  // namespace
}  // namespace service
