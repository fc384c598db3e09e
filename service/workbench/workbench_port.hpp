// The workbench's port: plain HTTP on loopback, for the browser of whoever started it. Files of the page are open;
// what is asked below /api/ needs the token that the program printed. A page of another site is not let in: the names
// of host and origin must be this port's own, which no name of the net can bring about (DNS rebinding).
#pragma once

#include "service/http/port.hpp"
#include "service/workbench/api.hpp"
#include "service/workbench/page_files.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace service {

/// What a body may have at most: a patient is as large as in a population (rules::PopulationOptions).
inline constexpr std::size_t most_workbench_body = std::size_t{64} * 1024 * 1024;

class WorkbenchPort final : public Port {
  public:
    /// \param workbench  outlives the port. \param pool  for all that takes longer than a file.
    WorkbenchPort(Workbench& workbench, PageFiles files, std::string token, boost::asio::any_io_executor pool)
        : workbench_(workbench), files_(std::move(files)), token_(std::move(token)), pool_(std::move(pool)) {}

    /// Says which port it became; before the first request.
    void listens_at(std::uint16_t port);

    boost::asio::awaitable<Admission> admit(const RequestHead& head) const override;
    Reply failure(const RequestHead& head, Fault fault) const override;

  private:
    bool is_from_here(const RequestHead& head) const;
    bool has_token(const RequestHead& head) const;
    Admission admit_api(const RequestHead& head) const;
    boost::asio::awaitable<Reply> answer(const ApiRoute& route, std::string id, std::string_view body) const;

    Workbench& workbench_;
    const PageFiles files_;
    const std::string token_;
    boost::asio::any_io_executor pool_;
    std::vector<std::string> hosts_;
};

}  // namespace service
