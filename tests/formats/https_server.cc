#include "formats/https_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace lenet {
namespace {

/// Starts a program in `dir`, its stdout and stderr going to `output`.
pid_t start(std::vector<std::string> command, const std::filesystem::path& dir, int output) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (chdir(dir.c_str()) == 0) execvp(argv[0], argv.data());
  _exit(127);
}

void make_certificate(const std::filesystem::path& dir, int output) {
  const pid_t pid =
      start({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"},
            dir, output);
  int status = -1;
  waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error("openssl req failed");
}

/// The port in the server's line "ACCEPT 127.0.0.1:PORT".
std::string read_port(int output) {
  std::string line;
  for (char c; read(output, &c, 1) == 1;) {
    if (c != '\n') {
      line += c;
    } else if (line.starts_with("ACCEPT ")) {
      return line.substr(line.rfind(':') + 1);
    } else {
      line.clear();
    }
  }
  throw std::runtime_error("openssl s_server did not start: " + line);
}

}  // namespace

HttpsServer::HttpsServer(const std::filesystem::path& dir, Files files) : dir_(dir) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  output_ = ends[0];
  make_certificate(dir, ends[1]);
  pid_ = start({"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key",
                "key.pem", files == Files::kContent ? "-WWW" : "-HTTP"},
               dir, ends[1]);
  close(ends[1]);
  port_ = read_port(output_);
}

HttpsServer::~HttpsServer() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  close(output_);
}

std::string HttpsServer::url() const { return "https://localhost:" + port_ + "/"; }

}  // namespace lenet
