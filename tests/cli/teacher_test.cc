// lenet train --teacher.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliTeacher : public Cli {
 protected:
  CliTeacher() { EXPECT_EQ(train("teacher", {"--epochs", "3"}).exit_code, 0); }
};

TEST_F(CliTeacher, TeachesARunThatCanGoOnAndBeRepeated) {
  const Outcome taught =
      train("out", {"--teacher", "teacher", "--temperature", "2", "--epochs", "3"});
  ASSERT_EQ(taught.exit_code, 0) << taught.err;
  const Json record = Json::parse(content("out/run.json"));
  EXPECT_EQ(record.at("teacher"), (dir_ / "teacher").string());
  EXPECT_EQ(record.at("temperature"), 2.0);
  EXPECT_EQ(record.at("teacher_sha256").get<std::string>().size(), 64u);
  EXPECT_NE(content("out/model.safetensors"), content("teacher/model.safetensors"));
  const Outcome again = run({"reproduce", "out"});
  EXPECT_EQ(again.exit_code, 0) << again.err << again.out;
  EXPECT_EQ(
      run({"train", "--resume", "out", "--allow-change", "epochs", "--epochs", "4"}).exit_code, 0);
  ASSERT_EQ(train("teacher", {"--force", "--epochs", "2"}).exit_code, 0);
  expect_refusal(run({"reproduce", "out"}), 3, {"teacher", "was taught by other weights"});
}

TEST_F(CliTeacher, TeachesSweepsAndTheFinderOfRates) {
  const Outcome sweep =
      run({"sweep", "--data", "bands", "--model", "Flatten Linear(3)", "--batch-size", "20",
           "--epochs", "1", "--teacher", "teacher", "--grid", "lr=0.1,0.5", "--out", "sweep"});
  EXPECT_EQ(sweep.exit_code, 0) << sweep.err;
  const Outcome found = run({"find-lr", "--data", "bands", "--model", "Flatten Linear(3)",
                             "--batch-size", "20", "--teacher", "teacher"});
  EXPECT_EQ(found.exit_code, 0) << found.err;
}

TEST_F(CliTeacher, IsRefusedWhereItDoesNotFit) {
  expect_refusal(train("out", {"--temperature", "2"}), 2,
                 {"--temperature: no effect", "--teacher"});
  expect_refusal(train("out", {"--teacher", "nobody"}), 5, {"nobody"});
  expect_refusal(train("out", {"--teacher", "teacher", "--teacher-weight", "2"}), 2,
                 {"weight of a teacher: 2"});
  ASSERT_EQ(run({"train", "--targets", "input", "--data", "bands", "--model", "Flatten Linear(144)",
                 "--batch-size", "20", "--epochs", "1", "--lr", "0.01", "--out", "own"})
                .exit_code,
            0);
  expect_refusal(train("out", {"--teacher", "own"}), 2,
                 {"--teacher own: has 144 outputs", "want a teacher of these classes"});
}

}  // namespace
}  // namespace lenet
