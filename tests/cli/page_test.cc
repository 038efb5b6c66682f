// The page of a run, a board and a report as a user asks for them.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "cli/cli_test.h"

namespace lenet {
namespace {

using namespace std::chrono_literals;

class PageCommand : public Cli {
 protected:
  /// What the program has written to its standard error once that holds `text`.
  static std::string err_with(const RunningProgram& program, const std::string& text) {
    for (int i = 0; i < 500; ++i) {
      const std::string err = program.err_so_far();
      if (err.find(text) != err.npos) return err;
      std::this_thread::sleep_for(20ms);
    }
    ADD_FAILURE() << "no " << text << " in " << program.err_so_far();
    return "";
  }
};

TEST_F(PageCommand, RunHasTheSameFilesWithAPage) {
  EXPECT_EQ(train("plain").exit_code, 0);
  const Outcome shown = train("shown", {"--page", "--page-port", "0"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.err.find("the page: http://127.0.0.1:"), std::string::npos);
  for (const char* file : {"model.safetensors", "metrics.jsonl", "curves.svg"}) {
    EXPECT_EQ(content(std::string("shown/") + file), content(std::string("plain/") + file)) << file;
  }
  EXPECT_EQ(content("shown/run.json").find("page"), std::string::npos) << "no token is kept";
}

TEST_F(PageCommand, WishesAreWords) {
  EXPECT_EQ(train("a", {"--page=must", "--page-port", "0"}).exit_code, 0);
  const Outcome wrong = train("b", {"--page=later"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.err.find("on, open, must"), std::string::npos) << wrong.err;
  EXPECT_EQ(train("c", {"--page", "--page-port", "70000"}).exit_code, 2);
  EXPECT_EQ(train("d", {"--page", "--page-host", "192.0.2.1"}).exit_code, 0) << "goes on without";
  EXPECT_EQ(train("e", {"--page=must", "--page-host", "192.0.2.1"}).exit_code, 5);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "e"));
}

TEST_F(PageCommand, BoardStaysUntilItIsStopped) {
  EXPECT_EQ(train("runs/a").exit_code, 0);
  RunningProgram board({"board", "--page-port", "0"}, {.folder = dir_});
  err_with(board, "the page: http://127.0.0.1:");
  board.send(SIGINT);
  EXPECT_EQ(board.wait().exit_code, 0);
}

TEST_F(PageCommand, BoardAndReportWantRuns) {
  std::filesystem::create_directory(dir_ / "empty");
  for (const char* command : {"board", "report"}) {
    Words words = {command, "empty"};
    if (words[0] == "report") words.insert(words.end(), {"-o", "a.html"});
    const Outcome none = run(words);
    EXPECT_EQ(none.exit_code, 2) << command;
    EXPECT_NE(none.err.find("empty: no run and no sweep in there"), std::string::npos) << none.err;
  }
  EXPECT_EQ(run({"board", "nowhere"}).exit_code, 5);
}

TEST_F(PageCommand, ReportIsOneFile) {
  EXPECT_EQ(train("a").exit_code, 0);
  const Outcome report = run({"report", "a", "-o", "a.html"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_EQ(report.err, "");
  const std::string html = content("a.html");
  EXPECT_NE(html.find("<!DOCTYPE html>"), std::string::npos);
  EXPECT_EQ(html.find("id=\"data\">null<"), std::string::npos);
  EXPECT_EQ(run({"report", "a", "-o", "a.txt"}).exit_code, 2);
  EXPECT_EQ(run({"report", "a"}).exit_code, 2);
}

}  // namespace
}  // namespace lenet
