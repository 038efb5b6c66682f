// An HTTPS server on the loopback interface, for the tests of the download.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace lenet {

/// `openssl s_server` over the files of a folder, with a certificate of its own for localhost.
/// Throws std::runtime_error if it does not start.
class HttpsServer {
 public:
  enum class Files {
    kContent,   ///< what a client gets (-WWW)
    kResponse,  ///< the whole HTTP response, headers included (-HTTP)
  };

  /// Writes key.pem and cert.pem into `dir`.
  HttpsServer(const std::filesystem::path& dir, Files files);
  ~HttpsServer();
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  std::string url() const;
  std::string certificate() const { return (dir_ / "cert.pem").string(); }

 private:
  std::filesystem::path dir_;
  pid_t pid_ = -1;
  int output_ = -1;
  std::string port_;
};

}  // namespace lenet
