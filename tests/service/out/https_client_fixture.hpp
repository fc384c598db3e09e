// An HttpsClient that may reach the tests' servers on loopback, run until its answer is there.
#pragma once

#include "service/out/https_client.hpp"
#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace service {

using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;
using Answer = boost::system::result<HttpAnswer, FetchFault>;
using Clock = HttpsClient::Clock;

inline AddressPolicy loopback_allowed() {
    return {.development = true, .networks = {}};
}

class HttpsClientFixture : public testing::Test {
  protected:
    static constexpr std::chrono::seconds patience{20};

    Answer get(HttpsClient& client, HttpGet request, std::chrono::milliseconds time = patience) {
        return loop.run(client.get(std::move(request), Clock::now() + time));
    }
    Answer get(HttpsClient& client, const std::string& url, std::chrono::milliseconds time = patience) {
        HttpGet request;
        request.url = url;
        return get(client, request, time);
    }

    Loop loop;
};

}  // namespace service
