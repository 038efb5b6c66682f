#include "page/http_request.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace lenet {
namespace {

constexpr std::size_t kMostBody = 784;

HttpHead head_of(const std::string& bytes) { return read_head(bytes, kMostBody); }

/// A request of this line and these headers, each with its end of line.
int refused(const std::string& line, const std::string& headers = "Host: localhost\r\n") {
  const HttpHead head = head_of(line + "\r\n" + headers + "\r\n");
  EXPECT_EQ(head.bytes == 0, head.refused != 0) << line << headers;
  return head.refused;
}

TEST(HttpRequest, HasMethodTargetHeadersAndLength) {
  const std::string bytes =
      "POST /a/b?c=1&d=%41 HTTP/1.1\r\nHost: localhost:6160\r\nX-Two: a\r\nx-two:\tb \r\n"
      "Content-Length: 12\r\nEmpty:\r\n\r\nbody";
  const HttpHead head = head_of(bytes);
  EXPECT_EQ(head.refused, 0);
  EXPECT_EQ(head.bytes, bytes.size() - 4);
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.target, "/a/b?c=1&d=%41");
  EXPECT_EQ(head.request.body_bytes, 12u);
  EXPECT_EQ(head.request.all("x-two"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(head.request.all("empty"), (std::vector<std::string_view>{""}));
  EXPECT_TRUE(head.request.all("none").empty());
}

TEST(HttpRequest, IsNotWholeBeforeItsLastByte) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const HttpHead head = head_of(bytes.substr(0, size));
    EXPECT_EQ(head.bytes, 0u) << size;
    EXPECT_EQ(head.refused, 0) << size;
  }
  EXPECT_EQ(head_of(bytes).bytes, bytes.size());
}

TEST(HttpRequest, OfAnotherVersionIsRefused) {
  EXPECT_EQ(refused("GET / HTTP/1.0"), 0);
  EXPECT_EQ(refused("GET / HTTP/2.0"), 505);
  EXPECT_EQ(refused("PRI * HTTP/2.0"), 505);
  EXPECT_EQ(refused("GET / HTTP/1.10"), 505);
  EXPECT_EQ(refused("GET /"), 400);  // HTTP/0.9
  EXPECT_EQ(refused("GET / http/1.1"), 400);
}

TEST(HttpRequest, OfAnotherMethodIsRefused) {
  for (const char* method : {"OPTIONS", "PUT", "DELETE", "CONNECT", "TRACE", "get"}) {
    EXPECT_EQ(refused(std::string(method) + " / HTTP/1.1"), 405) << method;
  }
  EXPECT_EQ(refused("G@T / HTTP/1.1"), 400);
}

TEST(HttpRequest, TargetIsAPathInVisibleAscii) {
  for (const char* target :
       {"*", "http://127.0.0.1/", "http://evil.example/", "//evil.example/", "", "a", "/a b",
        "/a#b", "/a\tb", "/a\x01", "/a\x7f", "/\xc3\xa4", "/a\rb", "/\x1b[2J"}) {
    EXPECT_EQ(refused("GET " + std::string(target) + " HTTP/1.1"), 400) << target;
  }
  EXPECT_EQ(refused(std::string("GET /a\0b HTTP/1.1", 17)), 400);
}

TEST(HttpRequest, LinesEndByCrLfAlone) {
  EXPECT_EQ(head_of("GET / HTTP/1.1\nHost: localhost\r\n\r\n").refused, 400);
  EXPECT_EQ(head_of("GET / HTTP/1.1\r\nHost: localhost\n\r\n").refused, 400);
  EXPECT_EQ(head_of("GET / HTTP/1.1\r\nHost: localhost\r\n\n").refused, 400);
  EXPECT_EQ(head_of("\r\nGET / HTTP/1.1\r\n\r\n").refused, 400);
}

TEST(HttpRequest, HeadersHaveANameAColonAndNoControls) {
  for (const char* header : {"no colon\r\n", ": no name\r\n", "a b: c\r\n", "a : b\r\n",
                             "a: b\r\n folded\r\n", "a: b\rc\r\n", "a: \x1b[2J\r\n", " a: b\r\n"}) {
    EXPECT_EQ(refused("GET / HTTP/1.1", header), 400) << header;
  }
  EXPECT_EQ(refused("GET / HTTP/1.1", std::string("a: b\0c\r\n", 8)), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1", std::string("a\0: b\r\n", 7)), 400);
}

TEST(HttpRequest, HasAtMost8KibAnd64Headers) {
  std::string headers;
  for (int i = 0; i < 64; ++i) headers += "a: b\r\n";
  EXPECT_EQ(refused("GET / HTTP/1.1", headers), 0);
  EXPECT_EQ(refused("GET / HTTP/1.1", headers + "a: b\r\n"), 431);
  EXPECT_EQ(refused("GET / HTTP/1.1", "a: " + std::string(8192, 'b') + "\r\n"), 431);
  EXPECT_EQ(head_of(std::string(8193, 'a')).refused, 431);
  EXPECT_EQ(head_of(std::string(8192, 'a')).refused, 0);  // more may come
}

TEST(HttpRequest, HasOneLengthAndNoTransferEncoding) {
  const std::string post = "POST / HTTP/1.1";
  EXPECT_EQ(refused(post, "Content-Length: 784\r\n"), 0);
  EXPECT_EQ(refused(post, "Content-Length: 785\r\n"), 413);
  EXPECT_EQ(refused(post, "Content-Length: 1073741824\r\n"), 413);
  EXPECT_EQ(refused(post, ""), 411);
  for (const char* length : {"+5", "-1", "0x10", "18446744073709551616", "5 5", "5,5", "", "1e2"}) {
    EXPECT_EQ(refused(post, "Content-Length: " + std::string(length) + "\r\n"), 400) << length;
  }
  EXPECT_EQ(refused(post, "Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
  EXPECT_EQ(refused(post, "Content-Length: 5\r\ncontent-length: 6\r\n"), 400);
  for (const char* coding : {"chunked", "identity", "gzip, chunked", "xchunked"}) {
    const std::string line = "Transfer-Encoding: " + std::string(coding) + "\r\n";
    EXPECT_EQ(refused(post, "Content-Length: 5\r\n" + line), 400) << coding;
    EXPECT_EQ(refused(post, line), 400) << coding;
  }
  EXPECT_EQ(refused("GET / HTTP/1.1", "Content-Length: 5\r\n"), 400);
  EXPECT_EQ(refused("GET / HTTP/1.1", "Content-Length: 0\r\n"), 0);
}

TEST(HttpRequest, AnyBytesAreReadOrRefused) {
  std::mt19937 random(1);
  const std::string good =
      "POST /a?b=c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc";
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    const HttpHead head = head_of(bytes);
    EXPECT_LE(head.bytes, bytes.size());
    if (head.bytes > 0) {
      EXPECT_EQ(head.refused, 0);
      EXPECT_TRUE(head.request.target.starts_with('/'));
    }
  }
}

}  // namespace
}  // namespace lenet
