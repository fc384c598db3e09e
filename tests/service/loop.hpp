// One thread's io_context, for tests of coroutines: runs one to its end and hands back what it returned.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace service {

class Loop {
  public:
    boost::asio::any_io_executor executor() { return io_.get_executor(); }

    template <typename Result>
    Result run(boost::asio::awaitable<Result> coroutine) {
        std::optional<Result> result;
        boost::asio::co_spawn(io_, std::move(coroutine), [&](const std::exception_ptr& error, Result value) {
            if (error) std::rethrow_exception(error);
            result.emplace(std::move(value));
        });
        io_.restart();
        io_.run();
        if (!result) throw std::runtime_error("the coroutine never ended");
        return std::move(*result);
    }

  private:
    boost::asio::io_context io_;
};

}  // namespace service
