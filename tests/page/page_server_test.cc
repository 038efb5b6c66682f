// The page of runs, and what must not come through it.
#include "page/page_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/file.h"
#include "data/bands.h"
#include "data/test_files.h"
#include "lenet/error.h"
#include "lenet/run.h"
#include "lenet/safetensors.h"
#include "page/live_run.h"
#include "page/raw_client.h"
#include "page/report.h"
#include "page/run_finder.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using namespace std::chrono_literals;
using test::answer_to;
using test::get;
using test::RawClient;
using test::status_of;

std::vector<std::unique_ptr<PageRun>> runs_in(const fs::path& folder) {
  return RunFinder({folder}, [](const std::string&) {}).find();
}

class Page : public TestFolder {
 protected:
  Page() { write_bands(dir_ / "bands"); }

  RunOptions options() const {
    RunOptions options;
    options.data.path = (dir_ / "bands").string();
    options.model = "Flatten Linear(3)";
    options.fit.epochs = 3;
    options.fit.batch_size = 20;
    options.fit.lr = 0.5;
    options.fit.threads = 1;
    return options;
  }

  RunSettings settings(const std::string& out) const {
    return {.out = dir_ / "runs" / out, .figure = nullptr};
  }

  void train(const std::string& out) const { train_run(options(), settings(out)); }

  /// A folder that holds these files and says that it is a run.
  fs::path folder(const std::string& name, const std::string& record,
                  const std::string& points) const {
    const fs::path path = dir_ / "runs" / name;
    fs::create_directories(path);
    write_file(path / "run.json", record);
    write_file(path / "metrics.jsonl", points);
    return path;
  }
};

/// A server on any port, and its requests.
class Browsed {
 public:
  explicit Browsed(std::vector<std::unique_ptr<PageRun>> runs, PageServer::Finder find = {})
      : server_({.port = 0}, std::move(runs), std::move(find)) {
    const std::string& url = server_.url();
    const std::size_t colon = url.rfind(':'), slash = url.find('/', colon);
    port_ = std::stoi(url.substr(colon + 1, slash - colon - 1));
    token_ = url.substr(slash);
  }

  int port() const { return port_; }
  const std::string& token() const { return token_; }  ///< "/TOKEN/"
  const PageServer& server() const { return server_; }

  std::string ask(const std::string& path) const { return answer_to(port_, get(token_ + path)); }
  int status(const std::string& path) const { return status_of(ask(path)); }
  std::string body(const std::string& path) const {
    const std::string answer = ask(path);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  Json json(const std::string& path) const { return Json::parse(body(path)); }

  /// The same, asked again while it is being made ready.
  Json json_in_time(const std::string& path) const {
    while (status(path) == 202) std::this_thread::sleep_for(20ms);
    return json(path);
  }

  /// The runs that a new stream begins with.
  Json hello() const {
    RawClient client(port_);
    client.send(get(token_ + "events"));
    const std::string all = client.receive(5s, "}\n\n");
    const std::size_t data = all.find("data: ");
    return Json::parse(all.substr(data + 6, all.find('\n', data) - data - 6));
  }

 private:
  PageServer server_;
  int port_;
  std::string token_;
};

TEST_F(Page, ShowsARunThatHasEnded) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  const Json run = page.hello()["runs"][0];
  EXPECT_EQ(run["name"], "a");
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["metric"], "test_acc");
  EXPECT_EQ(run["epochs_done"], 3);
  EXPECT_EQ(run["steps"], 15);
  const Json points = page.json("run/0/points.json");
  EXPECT_EQ(points["next"], 18);
  EXPECT_EQ(points["columns"]["test_acc"][5],
            page.json("run/0/points.json?from=5")["columns"]["test_acc"][0]);
  EXPECT_EQ(points["columns"]["step"][17], 45);
}

TEST_F(Page, ShowsWhatItsModelSaysOfTheTestImages) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  const Json evaluation = page.json_in_time("run/0/evaluation.json");
  EXPECT_EQ(evaluation["epoch"], 3);
  EXPECT_EQ(evaluation["classes"].size(), 3u);
  std::int64_t images = 0;
  for (const Json& row : evaluation["confusion"]) {
    for (const Json& count : row) images += count.get<std::int64_t>();
  }
  EXPECT_EQ(images, 100);
  const Json cell = page.json("run/0/cell.json?true=1&predicted=1");
  EXPECT_EQ(cell.size(), evaluation["confusion"][1][1]);
  const std::int64_t image = cell[0]["image"];
  const SafeTensors file =
      parse_safetensors(page.body(fmt::format("run/0/images?ids={},0", image)), "images");
  ASSERT_EQ(file.tensors.size(), 1u);
  EXPECT_EQ(file.tensors[0].shape[0], 2);
  EXPECT_EQ(page.status("run/0/images?ids=100"), 400);
  EXPECT_EQ(page.status("run/0/images?ids=-1"), 400);
  EXPECT_EQ(page.status("run/0/cell.json?true=3&predicted=0"), 400);
  EXPECT_EQ(page.status("run/0/cell.json"), 400);
}

TEST_F(Page, ShowsTheNetworkAndWhatItMakesOfAnImage) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  EXPECT_TRUE(page.json("run/0/weights.json")["epochs"].empty()) << "nothing was read yet";
  const Json network = page.json_in_time("run/0/network.json");
  ASSERT_EQ(network["layers"].size(), 2u);
  EXPECT_EQ(network["layers"][1]["text"], "Linear(3)");
  EXPECT_EQ(network["layers"][1]["shape"], Json::parse("[3]"));
  EXPECT_EQ(network["test_images"], 100);
  const SafeTensors layers = parse_safetensors(page.body("run/0/layers?image=7"), "layers");
  ASSERT_EQ(layers.tensors.size(), 2u);
  EXPECT_EQ(layers.tensors[1].name, "1");
  EXPECT_EQ(layers.tensors[1].values.size(), 3u);
  const SafeTensors parameters = parse_safetensors(page.body("run/0/parameters"), "parameters");
  EXPECT_EQ(parameters.tensors[0].name, "1.weight");
  EXPECT_EQ(page.json("run/0/weights.json")["tensors"][0]["name"], "1.weight");
  EXPECT_EQ(page.status("run/0/layers?image=100"), 400);
}

TEST_F(Page, NetworkSaysHowPixelsCount) {
  RunOptions normalized = options();
  normalized.fit.normalize = true;
  train_run(normalized, settings("a"));
  train("b");
  const Browsed page(runs_in(dir_ / "runs"));
  EXPECT_EQ(page.json_in_time("run/0/network.json")["normalization"]["mean"].size(), 1u);
  EXPECT_FALSE(page.json_in_time("run/1/network.json").contains("normalization"));
}

TEST_F(Page, PredictsAnImageThatIsSent) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  const Json network = page.json_in_time("run/0/network.json");
  const auto post = [&](const std::string& lines, const std::string& body) {
    return answer_to(page.port(), fmt::format("POST {}run/0/predict HTTP/1.1\r\nHost: "
                                              "localhost\r\n{}Content-Length: {}\r\n\r\n{}",
                                              page.token(), lines, body.size(), body));
  };
  const Shape input = network["input"];
  const std::string image(static_cast<std::size_t>(element_count(input)), '\x40');
  const std::string answer = post("", image);
  ASSERT_EQ(status_of(answer), 200);
  const SafeTensors file =
      parse_safetensors(answer.substr(answer.find("\r\n\r\n") + 4), "prediction");
  EXPECT_EQ(file.tensors.back().name, "probabilities");
  float sum = 0;
  for (const float p : file.tensors.back().values) sum += p;
  EXPECT_NEAR(sum, 1, 1e-5);
  EXPECT_EQ(status_of(post("", image + "x")), 400);
  EXPECT_EQ(status_of(post("", "")), 400);
  EXPECT_EQ(status_of(post("", std::string((1 << 20) + 1, 'x'))), 413);
  EXPECT_EQ(status_of(post("Origin: http://evil.example\r\n", image)), 403);
  EXPECT_EQ(status_of(post("Origin: null\r\n", image)), 403);
  EXPECT_EQ(status_of(post("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                           "Sec-Fetch-Dest: document\r\n",
                           image)),
            403);
  EXPECT_EQ(page.status("run/0/predict"), 405);
}

TEST_F(Page, FollowsARunFromInside) {
  auto live = std::make_unique<LiveRun>();
  LiveRun& run = *live;
  std::vector<std::unique_ptr<PageRun>> runs;
  runs.push_back(std::move(live));
  const Browsed page(std::move(runs));
  EXPECT_TRUE(page.hello()["runs"].empty()) << "it has not begun";
  EXPECT_EQ(page.status("run/0/points.json"), 404);
  RawClient watcher(page.port());
  watcher.send(get(page.token() + "events"));
  watcher.receive(5s, "hello");
  RunSettings following = settings("a");
  following.follow = [&](RunStart& start) { run.follow(start); };
  train_run(options(), following);
  run.note("a note");
  run.end();
  EXPECT_NE(watcher.receive(5s, "\"batch_loss\"").find("event: rows"), std::string::npos);
  while (page.hello()["runs"][0]["state"] != "finished") std::this_thread::sleep_for(20ms);
  const Json info = page.hello()["runs"][0];
  EXPECT_EQ(info["state"], "finished");
  EXPECT_EQ(info["notes"], Json::parse("[\"a note\"]"));
  EXPECT_EQ(info["evaluation"], 3);
  EXPECT_EQ(page.json("run/0/steps.json")["next"], 45);
  Browsed finished(runs_in(dir_ / "runs"));
  const Json live_points = page.json("run/0/points.json")["columns"];
  const Json points = finished.json("run/0/points.json")["columns"];
  for (const char* column : {"epoch", "train_loss", "train_acc", "test_acc"}) {
    EXPECT_EQ(live_points[column], points[column]) << column;
  }
  const Json weights = page.json("run/0/weights.json");
  EXPECT_EQ(weights["epochs"].back(), 3) << "of epochs that follow so fast some are left out";
  EXPECT_TRUE(weights["tensors"][0]["update"][0].is_null());
  const Json evaluation = page.json_in_time("run/0/evaluation.json");
  EXPECT_EQ(evaluation, finished.json_in_time("run/0/evaluation.json"));
}

TEST_F(Page, FollowsARunThatGoesOn) {
  RunSettings stopping = settings("a");
  int asked = 0;
  stopping.stop = [&] { return ++asked == 35; };
  ASSERT_TRUE(train_run(options(), stopping).report.stopped);
  auto live = std::make_unique<LiveRun>();
  LiveRun& run = *live;
  std::vector<std::unique_ptr<PageRun>> runs;
  runs.push_back(std::move(live));
  const Browsed page(std::move(runs));
  run.note("an early note");
  RunSettings following = settings("");
  following.follow = [&](RunStart& start) { run.follow(start); };
  resume_run(dir_ / "runs/a", following);
  run.end();
  while (page.hello()["runs"].empty() || page.hello()["runs"][0]["state"] != "finished")
    std::this_thread::sleep_for(20ms);
  const Json info = page.hello()["runs"][0];
  const Json folder = Browsed(runs_in(dir_ / "runs")).hello()["runs"][0];
  for (const char* key : {"best", "last", "metric", "epochs_done"})
    EXPECT_EQ(info[key], folder[key]) << key;
  EXPECT_EQ(info["notes"], Json::parse("[\"an early note\"]"));
  EXPECT_EQ(page.json("run/0/points.json")["next"], 18);
}

TEST_F(Page, KnowsTheMetricOfOtherTargets) {
  std::string csv = "price,a,b,c,d\n";
  for (int i = 0; i < 80; ++i) {
    const int a = i * 37 % 256, b = i * 101 % 256;
    csv += fmt::format("{},{},{},{},{}\n", (a + b) / 510.0, a, b, a, b);
  }
  write_file(dir_ / "prices.csv", csv);
  RunOptions of_prices = options();
  of_prices.data.path = (dir_ / "prices.csv").string();
  of_prices.data.test_split = 0.25;
  of_prices.data.targets = "price";
  of_prices.model = "Flatten Linear(1)";
  of_prices.fit.lr = 0.01;
  auto live = std::make_unique<LiveRun>();
  LiveRun& run = *live;
  std::vector<std::unique_ptr<PageRun>> runs;
  runs.push_back(std::move(live));
  const Browsed page(std::move(runs));
  RunSettings following = settings("a");
  following.follow = [&](RunStart& start) { run.follow(start); };
  train_run(of_prices, following);
  run.end();
  while (page.hello()["runs"].empty() || page.hello()["runs"][0]["state"] != "finished")
    std::this_thread::sleep_for(20ms);
  const Json info = page.hello()["runs"][0];
  EXPECT_EQ(info["metric"], "test_mae");
  EXPECT_EQ(info["larger_is_better"], false);
  EXPECT_EQ(page.json_in_time("run/0/network.json")["outputs"], Json::parse("[\"price\"]"));
  EXPECT_EQ(page.status("run/0/evaluation.json"), 404);
}

TEST_F(Page, FollowsARunFromOutside) {
  train("a");
  auto finder =
      std::make_shared<RunFinder>(std::vector<fs::path>{dir_ / "runs"}, [](const std::string&) {});
  auto runs = finder->find();
  const Browsed page(std::move(runs), [finder] { return finder->find(); });
  train("b");
  for (int i = 0; i < 400 && page.hello()["runs"].size() < 2; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(page.hello()["runs"][1]["name"], "b");
}

TEST_F(Page, HasTheSameBitsWithAndWithoutReaders) {
  train("plain");
  for (const int readers : {0, 1, 64}) {
    auto live = std::make_unique<LiveRun>();
    LiveRun& run = *live;
    std::vector<std::unique_ptr<PageRun>> runs;
    runs.push_back(std::move(live));
    const Browsed page(std::move(runs));
    std::vector<std::unique_ptr<RawClient>> stalled;
    for (int i = 0; i < readers; ++i) {
      stalled.push_back(std::make_unique<RawClient>(page.port(), 2048));
      stalled.back()->send(get(page.token() + "events"));
    }
    const std::string out = fmt::format("with{}", readers);
    RunSettings following = settings(out);
    following.follow = [&](RunStart& start) { run.follow(start); };
    train_run(options(), following);
    run.end();
    for (const char* file : {"model.safetensors", "metrics.jsonl", "curves.svg"}) {
      EXPECT_EQ(read_file(dir_ / "runs" / out / file, 1 << 20),
                read_file(dir_ / "runs/plain" / file, 1 << 20))
          << readers << " " << file;
    }
  }
}

TEST_F(Page, AnswersNobodyWithoutItsToken) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  const std::string token = page.token();
  std::set<std::string> answers;
  const auto refuse = [&](const std::string& target) {
    const std::string answer = answer_to(page.port(), get(target));
    EXPECT_EQ(status_of(answer), 404) << target;
    answers.insert(answer);
  };
  for (const char* target : {"/", "/events", "/run/0/points.json", "/favicon.ico", "/%2e%2e/"}) {
    refuse(target);
  }
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    std::string wrong = token;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    refuse(wrong);
    if (i > 1) refuse(token.substr(0, i) + "/");
    refuse(token.substr(0, i) + fmt::format("%{:02x}", token[i]) + token.substr(i + 1));
  }
  refuse(token.substr(0, token.size() - 1));
  refuse("/x" + token);
  EXPECT_EQ(answers.size(), 1u) << "all of them have the same answer";
  EXPECT_NE(Browsed(runs_in(dir_ / "runs")).token(), token);
}

TEST_F(Page, ServesFromATableAndNeverFromPaths) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  for (const char* path : {"../",
                           "run/../0/points.json",
                           "run/%2e%2e%2f0/points.json",
                           "run/0/..%5cpoints.json",
                           "run/0/%252e/",
                           "run//0/points.json",
                           "@fs/etc/passwd?raw??",
                           "run/0/run.json",
                           "run/0/model.safetensors",
                           "run/0/images/../../x",
                           "run/-1/points.json",
                           "run/1/points.json",
                           "run/18446744073709551616/points.json",
                           "run/+0/points.json",
                           "run/0x0/points.json",
                           "run/ /points.json",
                           "run/0/",
                           "run/0",
                           "run/",
                           "Events",
                           "%c0%ae%c0%ae/"}) {
    const std::string target = page.token() + path;
    const int status = status_of(answer_to(page.port(), get(target)));
    EXPECT_TRUE(status == 404 || status == 400) << target << ": " << status;
  }
  EXPECT_EQ(status_of(answer_to(page.port(), get(page.token() + "#/../.."))), 400);
}

TEST_F(Page, RefusesForeignHostsAndOriginsEverywhere) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  for (const char* path : {"", "events", "run/0/points.json", "run/0/evaluation.json", "nothing"}) {
    const std::string target = page.token() + path;
    for (const char* host : {"evil.example", "127.0.0.1.evil.com", "0.0.0.0", ""}) {
      EXPECT_EQ(status_of(answer_to(page.port(), get(target, host))), 403) << target << host;
    }
    for (const char* line : {"Origin: http://evil.example\r\n", "Origin: null\r\n",
                             "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
      const std::string answer = answer_to(page.port(), get(target, "127.0.0.1", line));
      EXPECT_EQ(status_of(answer), 403) << target << line;
      EXPECT_EQ(answer.find("Access-Control"), answer.npos);
    }
    EXPECT_EQ(status_of(answer_to(page.port(), fmt::format("OPTIONS {} HTTP/1.1\r\nHost: "
                                                           "localhost\r\n\r\n",
                                                           target))),
              405);
    EXPECT_EQ(status_of(answer_to(page.port(), fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n"
                                                           "Content-Length: 0\r\n\r\n",
                                                           target))),
              405);
  }
}

TEST_F(Page, TellsABrowserWhatItMayDo) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  for (const char* path : {"", "run/0/points.json", "nothing"}) {
    const std::string answer = page.ask(path);
    for (const char* line :
         {"\r\nContent-Security-Policy: default-src 'none'; script-src 'sha256-",
          "frame-ancestors 'none'", "\r\nX-Content-Type-Options: nosniff\r\n",
          "\r\nReferrer-Policy: no-referrer\r\n",
          "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
          "\r\nCross-Origin-Opener-Policy: same-origin\r\n", "\r\nCache-Control: no-store\r\n"}) {
      EXPECT_NE(answer.find(line), answer.npos) << path << line;
    }
    EXPECT_EQ(answer.find("Access-Control"), answer.npos);
    EXPECT_EQ(answer.find("unsafe"), answer.npos);
  }
}

TEST_F(Page, ListensOnThisMachineAlone) {
  train("a");
  const Browsed page(runs_in(dir_ / "runs"));
  const std::string port = fmt::format("{:04X}", page.port());
  std::set<std::string> listening;
  for (const char* file : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    std::ifstream table(file);
    for (std::string line; std::getline(table, line);) {
      const std::size_t colon = line.find(":", line.find(":") + 1);
      if (colon == line.npos || line.substr(colon + 1, 4) != port) continue;
      if (line.find(" 0A ") == line.npos) continue;  // LISTEN
      const std::size_t first = line.find(": ") + 2;
      listening.insert(line.substr(first, colon - first));
    }
  }
  listening.erase("00000000000000000000000001000000");
  EXPECT_EQ(listening, std::set<std::string>{"0100007F"});
}

TEST_F(Page, HostileFoldersHurtNoOther) {
  train("good");
  const std::string record =
      R"json({"model": "Flatten Linear(3)", "data": "bands", "epochs": 4})json";
  folder("a-line-of-1-MB", record, std::string(1 << 20, 'x') + "\n");
  folder("beyond-double", record, "{\"epoch\":1e999}\n");
  folder("deep", std::string(10'000, '[') + std::string(10'000, ']'), "");
  folder("no-utf8", "{\"name\": \"\xff\xfe\", \"epochs\": 4}", "");
  folder("twice", R"json({"name": "a", "name": "b"})json", "");
  folder("paths",
         R"json({"name": "../../etc", "model": "x", "data": "/etc/passwd", "epochs": 4})json",
         "{\"epoch\":1.0,\"test_acc\":0.7}\n");
  const fs::path linked = folder("linked", record, "");
  fs::remove(linked / "metrics.jsonl");
  fs::create_symlink("/etc/passwd", linked / "metrics.jsonl");
  const fs::path pipe = folder("pipe", record, "");
  fs::remove(pipe / "metrics.jsonl");
  ASSERT_EQ(::mkfifo((pipe / "metrics.jsonl").c_str(), 0600), 0);
  write_file(folder("weights", record, "{\"epoch\":1.0,\"test_acc\":0.7}\n") / "model.safetensors",
             "no safetensors");
  const fs::path empty = folder("no-parameters", R"json({"model": "Flatten", "epochs": 4})json",
                                "{\"epoch\":1.0,\"test_acc\":0.7}\n");
  write_safetensors(empty / "model.safetensors", {},
                    {{"model", "Flatten"}, {"input_shape", "1x28x28"}});
  const Browsed page(runs_in(dir_ / "runs"));
  const Json runs = page.hello()["runs"];
  EXPECT_EQ(runs.size(), 10u + 1u);
  for (const Json& run : runs) {
    const std::string id = run["id"].dump(), name = run["folder"];
    EXPECT_EQ(page.status("run/" + id + "/points.json"), 200) << name;
    while (page.status("run/" + id + "/evaluation.json") == 202) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(page.status("run/" + id + "/evaluation.json"), name.ends_with("good") ? 200 : 404)
        << name;
  }
  const auto good = std::ranges::find_if(
      runs, [](const Json& run) { return run["folder"].get<std::string>().ends_with("good"); });
  fs::remove_all(dir_ / "runs/good");
  const std::size_t id = (*good)["id"];
  for (int i = 0; i < 400 && page.hello()["runs"][id]["state"] != "damaged"; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(page.hello()["runs"][id]["state"], "damaged");
}

TEST_F(Page, CommandIsOneForAShell) {
  train("a b'; echo");
  const Browsed page(runs_in(dir_ / "runs"));
  const std::string command = page.hello()["runs"][0]["command"];
  EXPECT_EQ(command, "lenet reproduce '" + (dir_ / "runs/a b").string() + "'\\''; echo'");
}

TEST_F(Page, ReportHoldsItsDataAndNoMarkup) {
  train("a");
  RunSettings named = settings("b");
  named.name = "</script><img src=x onerror=alert(1)>";
  train_run(options(), named);
  std::vector<std::unique_ptr<PageRun>> runs = runs_in(dir_ / "runs");
  std::vector<std::string> notes;
  const std::string html = report_html(runs, [&](const std::string& n) { notes.push_back(n); });
  EXPECT_TRUE(notes.empty());
  EXPECT_EQ(html.find("<img src=x"), html.npos);
  const std::size_t first = html.find("id=\"data\">") + 10;
  const Json data = Json::parse(html.substr(first, html.find("</script>", first) - first));
  EXPECT_EQ(data["runs"][1]["name"], named.name);
  EXPECT_EQ(data["rows"][0]["next"], 18);
  EXPECT_EQ(data["evaluations"].size(), 2u);
  EXPECT_EQ(data["networks"][1]["layers"][1]["text"], "Linear(3)");
  EXPECT_EQ(data["weights"][0]["epochs"], Json::parse("[3]"));
  EXPECT_FALSE(data["layers"]["0"].empty());
  std::set<std::int64_t> shown(data["images"]["0"]["ids"].begin(),
                               data["images"]["0"]["ids"].end());
  for (const auto& [cell, images] : data["cells"]["0"].items()) {
    for (const Json& image : images) EXPECT_TRUE(shown.contains(image["image"])) << cell;
  }
  fs::remove(dir_ / "runs/a/model.safetensors");
  std::vector<std::unique_ptr<PageRun>> again = runs_in(dir_ / "runs");
  report_html(again, [&](const std::string& n) { notes.push_back(n); });
  EXPECT_TRUE(notes.empty()) << "a run without a model has no evaluation to miss";
}

}  // namespace
}  // namespace lenet
