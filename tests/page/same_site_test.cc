#include "page/same_site.h"

#include <gtest/gtest.h>

namespace lenet {
namespace {

HttpRequest request_of(std::vector<std::pair<std::string, std::string>> headers) {
  return {.method = "GET", .target = "/", .headers = std::move(headers)};
}

int of_host(const std::string& host) { return site_refusal(request_of({{"host", host}}), {}); }

int beside_host(const std::string& name, const std::string& value) {
  return site_refusal(request_of({{"host", "localhost:6160"}, {name, value}}), {});
}

TEST(SameSite, HostIsOfThisMachine) {
  for (const char* host : {"localhost", "localhost.", "LOCALHOST", "127.0.0.1", "[::1]",
                           "localhost:6160", "127.0.0.1:9000", "[::1]:6160", "localhost.:1"}) {
    EXPECT_EQ(of_host(host), 0) << host;
  }
}

TEST(SameSite, OtherHostsAreRefused) {
  for (const char* host : {"evil.example",
                           "127.0.0.1.evil.com",
                           "localhost.evil.com",
                           "evil.com:6160",
                           "user@127.0.0.1",
                           "0.0.0.0",
                           "2130706433",
                           "0x7f.1",
                           "[::ffff:127.0.0.1]",
                           "",
                           "::1",
                           "localhost:",
                           "localhost:x",
                           "localhost:99999999",
                           "[::1",
                           "[::1]x",
                           "localhost:6160:6160",
                           "127.0.0.1/",
                           "127.1",
                           "localhost..",
                           "[::1]:6160:1"}) {
    EXPECT_EQ(of_host(host), 403) << host;
  }
}

TEST(SameSite, ThereIsOneHost) {
  EXPECT_EQ(site_refusal(request_of({}), {}), 400);
  EXPECT_EQ(site_refusal(request_of({{"host", "localhost"}, {"host", "localhost"}}), {}), 400);
}

TEST(SameSite, HostsMayBeAdded) {
  EXPECT_TRUE(is_own_host("Tunnel.Example:443", {"tunnel.example"}));
  EXPECT_FALSE(is_own_host("other.example", {"tunnel.example"}));
  EXPECT_TRUE(is_own_host("[fe80::1]:6160", {"[fe80::1]"}));
}

TEST(SameSite, OriginIsTheHost) {
  EXPECT_EQ(beside_host("origin", "http://localhost:6160"), 0);
  EXPECT_EQ(beside_host("origin", "https://localhost:6160"), 0);
  for (const char* origin : {"http://evil.example", "null", "http://localhost:6161", "",
                             "http://localhost", "file://", "http://localhost:6160.evil.com"}) {
    EXPECT_EQ(beside_host("origin", origin), 403) << origin;
  }
}

TEST(SameSite, BrowsersSayThatItIsTheSameSite) {
  EXPECT_EQ(beside_host("sec-fetch-site", "same-origin"), 0);
  EXPECT_EQ(beside_host("sec-fetch-site", "none"), 0);
  EXPECT_EQ(beside_host("sec-fetch-site", "cross-site"), 403);
  EXPECT_EQ(beside_host("sec-fetch-site", "same-site"), 403);
}

TEST(SameSite, LinkThatIsFollowedMayBeAnywhere) {
  const auto from_elsewhere = [](const std::string& mode, const std::string& dest,
                                 const std::string& method) {
    HttpRequest request = request_of({{"host", "localhost"},
                                      {"sec-fetch-site", "cross-site"},
                                      {"sec-fetch-mode", mode},
                                      {"sec-fetch-dest", dest}});
    request.method = method;
    return site_refusal(request, {});
  };
  EXPECT_EQ(from_elsewhere("navigate", "document", "GET"), 0);
  EXPECT_EQ(from_elsewhere("navigate", "document", "POST"), 403);
  EXPECT_EQ(from_elsewhere("navigate", "iframe", "GET"), 403);
  EXPECT_EQ(from_elsewhere("navigate", "object", "GET"), 403);
  EXPECT_EQ(from_elsewhere("no-cors", "script", "GET"), 403);
  EXPECT_EQ(from_elsewhere("cors", "empty", "GET"), 403);
}

}  // namespace
}  // namespace lenet
