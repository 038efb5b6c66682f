#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "lenet/fashion_mnist.h"

namespace lenet::cli {

void add_data(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--data", options.data,
                  "Folder with the four IDX files of Fashion-MNIST, MNIST or the like, .gz or not. "
                  "Default: $LENET_DATA, Debian's dataset-fashion-mnist, the cache, a download")
      ->check(given_path());
}

void add_threads(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--threads", options.threads,
                  "Threads, 1 to 1024. Default: the CPUs that this process may use")
      ->check(whole_number(1, 1024));
}

void add_device(CLI::App& command, CommonOptions& options) {
  command.add_option("--device", options.device, "auto, cpu, cuda or cuda:INDEX")
      ->capture_default_str();
}

void add_json(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON document");
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return CLI::Validator(
      [=](const std::string& text) -> std::string {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = error == std::errc() && fmt::format("{}", value) == text;
        if (whole && value >= least && value <= most) return "";
        return fmt::format("found '{}', want a whole number from {} to {}", text, least, most);
      },
      "");
}

CLI::Validator positive_float() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        float value = 0;
        const char* const last = text.data() + text.size();
        const auto [end, error] = std::from_chars(text.data(), last, value);
        if (error == std::errc() && end == last && value > 0 && std::isfinite(value)) return "";
        return fmt::format("found '{}', want a number above 0 that fits a float", text);
      },
      "");
}

CLI::Validator finite_number() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        double value = 0;
        const char* const last = text.data() + text.size();
        const auto [end, error] = std::from_chars(text.data(), last, value);
        if (error == std::errc() && end == last && std::isfinite(value)) return "";
        return fmt::format("found '{}', want a number", text);
      },
      "");
}

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](const std::string& text) -> std::string {
        if (std::ranges::find(words, text) != words.end()) return "";
        return fmt::format("found '{}', want {}", text, fmt::join(words, ", "));
      },
      "");
}

CLI::Validator given_path() {
  return CLI::Validator(
      [](const std::string& path) -> std::string {
        if (path.empty()) return "found an empty string, want a path";
        if (!path.starts_with("--")) return "";
        return fmt::format("found the option '{0}', want a path (./{0} for that name)", path);
      },
      "");
}

std::string json_text(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::pair<Dataset, Dataset> load_data(const CommonOptions& options) {
  FashionMnistOptions where;
  where.dir = options.data;
  std::string last;
  where.progress = [&last](std::string_view name, std::int64_t bytes, std::int64_t total) {
    const std::string line = fmt::format("downloading {}: {} of {} KiB", name, bytes / 1024,
                                         total > 0 ? fmt::format("{}", total / 1024) : "?");
    if (stderr_is_terminal()) {
      if (line != last) fmt::print(stderr, "\r\x1b[K{}{}", line, bytes == total ? "\n" : "");
    } else if (bytes == total && total > 0 && line != last) {
      fmt::print(stderr, "{}\n", line);
    }
    last = line;
  };
  return load_data_fashion_mnist(where);
}

bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term && std::string_view(term) != "dumb";
}

bool stderr_wants_color() {
  const char* no_color = std::getenv("NO_COLOR");
  return stderr_is_terminal() && (!no_color || *no_color == '\0');
}

}  // namespace lenet::cli
