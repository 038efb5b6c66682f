#include <algorithm>
#include <iterator>
#include <map>

#include "data/test_files.h"
#include "formats/fashion_mnist_files.h"
#include "formats/https.h"
#include "formats/https_server.h"
#include "lenet/load_data.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kDebianFolder = "/usr/share/datasets/fashion-mnist";
const std::string kFirstFile = "train-images-idx3-ubyte.gz";

class Download : public TestFolder {
 protected:
  Download() {
    fs::create_directories(served_);
    fs::create_directories(shared_);
  }

  fs::path find(const FashionMnistOptions& options) const {
    return find_or_download({.shared = {shared_}, .cache = cache_}, options);
  }
  std::string failure(const std::string& mirror) const {
    return error_of(ErrorKind::kIo, [&] { find({.mirrors = {mirror}}); });
  }
  void fill(const fs::path& dir) const {
    fs::create_directories(dir);
    for (const FashionMnistFile& file : kFashionMnistFiles) write_file(dir / file.name, "");
  }
  std::ptrdiff_t files_in_cache() const {
    return std::distance(fs::directory_iterator(cache_), fs::directory_iterator());
  }

  const fs::path served_ = dir_ / "served";
  const fs::path shared_ = dir_ / "shared";
  const fs::path cache_ = dir_ / "home" / "cache";
  const ScopedEnv no_proxy_{"no_proxy", "*"};
};

TEST_F(Download, IsNotNeededForFilesThatAreThere) {
  fill(cache_);
  EXPECT_EQ(find({.mirrors = {"https://127.0.0.1:1/"}}), cache_);
  fill(shared_);
  EXPECT_EQ(find({.mirrors = {"https://127.0.0.1:1/"}}), shared_);
}

TEST_F(Download, ListsEveryPlaceAndTheWayOutWhenOffline) {
  const std::string message = failure("https://127.0.0.1:1/");
  EXPECT_TRUE(contains(message, shared_.string()));
  EXPECT_TRUE(contains(message, cache_.string()));
  EXPECT_TRUE(contains(message, "https://127.0.0.1:1/" + kFirstFile));
  EXPECT_TRUE(contains(message, "sudo apt install dataset-fashion-mnist"));
}

TEST_F(Download, IsNotTriedWithoutMirrors) {
  const std::string message = error_of(ErrorKind::kIo, [&] { find({.mirrors = {}}); });
  EXPECT_FALSE(contains(message, "download"));
  EXPECT_FALSE(fs::exists(cache_));
}

TEST_F(Download, SaysThatTheCacheCannotBeCreated) {
  write_file(dir_ / "home", "a file where the folder should be");
  EXPECT_TRUE(contains(failure("https://127.0.0.1:1/"), cache_.string() + ": cannot create"));
}

TEST_F(Download, RefusesMirrorsWithoutHttps) {
  for (const std::string mirror : {"http://127.0.0.1:1/", "file:///tmp/", "ftp://127.0.0.1/"}) {
    EXPECT_TRUE(
        contains(error_of(ErrorKind::kUsage, [&] { find({.mirrors = {mirror}}); }), mirror));
  }
}

TEST_F(Download, NeverFollowsAUrlWithoutHttps) {
  EXPECT_TRUE(contains(fetch_https("http://127.0.0.1:1/", 9, {}).failure, "Protocol \"http\""));
  EXPECT_TRUE(contains(fetch_https("file:///etc/passwd", 9, {}).failure, "Protocol \"file\""));
}

TEST_F(Download, StoresTheFourFilesAndFetchesThemOnce) {
  ASSERT_TRUE(fs::exists(kDebianFolder)) << "install dataset-fashion-mnist";
  for (const FashionMnistFile& file : kFashionMnistFiles) {
    const std::string name = std::string(file.name) + ".gz";
    fs::create_symlink(kDebianFolder / name, served_ / name);
  }
  std::map<std::string, std::int64_t, std::less<>> received;
  FashionMnistOptions options;
  options.progress = [&](std::string_view name, std::int64_t bytes, std::int64_t) {
    received[std::string(name)] = bytes;
  };
  {
    const HttpsServer server(served_, HttpsServer::Files::kContent);
    const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
    options.mirrors = {"https://127.0.0.1:1/", server.url()};
    EXPECT_EQ(find(options), cache_);
  }
  EXPECT_EQ(files_in_cache(), 4);
  for (const auto& entry : fs::directory_iterator(cache_)) {
    const fs::path original = kDebianFolder / entry.path().filename();
    EXPECT_EQ(read_file(entry.path(), 1 << 30), read_file(original, 1 << 30));
    EXPECT_EQ(received[entry.path().filename().string()],
              static_cast<std::int64_t>(fs::file_size(original)));
  }
  EXPECT_EQ(find(options), cache_);  // the server is gone
  EXPECT_EQ(load_idx_folder(cache_).second.size(), 10'000);
}

TEST_F(Download, FetchesOnlyWhatTheCacheLacks) {
  ASSERT_TRUE(fs::exists(kDebianFolder)) << "install dataset-fashion-mnist";
  fill(cache_);
  fs::remove(cache_ / "t10k-labels-idx1-ubyte");
  fs::create_symlink(kDebianFolder / "t10k-labels-idx1-ubyte.gz",
                     served_ / "t10k-labels-idx1-ubyte.gz");
  const HttpsServer server(served_, HttpsServer::Files::kContent);
  const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
  EXPECT_EQ(find({.mirrors = {server.url()}}), cache_);
  EXPECT_TRUE(fs::exists(cache_ / "t10k-labels-idx1-ubyte.gz"));
}

TEST_F(Download, RefusesAnUntrustedCertificate) {
  write_file(served_ / kFirstFile, "x");
  const HttpsServer server(served_, HttpsServer::Files::kContent);
  const ScopedEnv unset("SSL_CERT_FILE", std::nullopt);
  EXPECT_TRUE(contains(failure(server.url()), "certificate"));
}

TEST_F(Download, StoresNothingWhoseHashIsWrong) {
  write_file(served_ / kFirstFile, gzip(std::string(47'040'016, '\0')));
  const HttpsServer server(served_, HttpsServer::Files::kContent);
  const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
  EXPECT_TRUE(contains(failure(server.url()), "SHA-256"));
  EXPECT_EQ(files_in_cache(), 0);
}

TEST_F(Download, StopsAtTheSizeLimit) {
  write_file(served_ / "f", std::string(100'000, 'x'));
  const HttpsServer server(served_, HttpsServer::Files::kContent);
  const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
  EXPECT_EQ(fetch_https(server.url() + "f", 100'000, {}).content, std::string(100'000, 'x'));
  EXPECT_TRUE(
      contains(fetch_https(server.url() + "f", 99'999, {}).failure, "more than 99999 bytes"));
}

TEST_F(Download, RefusesARedirectToHttpAndAnErrorPage) {
  write_file(served_ / "moved", "HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:1/moved\r\n\r\n");
  write_file(served_ / "gone", "HTTP/1.0 404 Not Found\r\n\r\nno such file");
  const HttpsServer server(served_, HttpsServer::Files::kResponse);
  const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
  EXPECT_TRUE(contains(fetch_https(server.url() + "moved", 99, {}).failure, "Protocol \"http\""));
  EXPECT_TRUE(contains(fetch_https(server.url() + "gone", 99, {}).failure, "404"));
}

TEST_F(Download, StopsWhenTheProgressCallbackThrows) {
  write_file(served_ / kFirstFile, "x");
  const HttpsServer server(served_, HttpsServer::Files::kContent);
  const ScopedEnv trust("SSL_CERT_FILE", server.certificate());
  struct Stopped {};
  FashionMnistOptions options{.mirrors = {server.url()}};
  options.progress = [](std::string_view, std::int64_t, std::int64_t) { throw Stopped(); };
  EXPECT_THROW(find(options), Stopped);
  EXPECT_EQ(files_in_cache(), 0);
}

}  // namespace
}  // namespace lenet
