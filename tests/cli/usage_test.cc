// Commands and options: what is accepted, what is refused, and how.
#include <ostream>
#include <sstream>

#include "base/gpus.h"
#include "cli/cli_test.h"
#include "lenet/simd.h"

namespace lenet {
namespace {

constexpr int kUsage = 2;

class CliUsage : public Cli {};

TEST_F(CliUsage, HelpNamesEveryOptionOfItsCommand) {
  const std::map<std::string, Words> promised = {
      {"train",
       {"--data", "--model", "--epochs", "--batch-size", "--lr", "--seed", "--threads", "--weights",
        "--no-shuffle", "--max-steps", "--out", "--force", "--device", "--json"}},
      {"eval", {"MODEL", "--data", "--json"}},
      {"export", {"MODEL", "--out", "--format", "--name", "--int8", "--calibrate", "--data"}},
      {"summary", {"MODEL", "--d2l"}},
      {"bench", {"--json"}}};
  for (const auto& [command, options] : promised) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    for (const std::string& option : options) EXPECT_TRUE(contains(outcome.out, option));
  }
}

TEST_F(CliUsage, HelpShowsTheDefaultsOfTheChapter) {
  const std::string help = run({"train", "--help"}).out;
  for (const char* part : {"[10]", "[256]", "[0.9]", "[0]", "[lenet]", "[auto]"}) {
    EXPECT_TRUE(contains(help, part));
  }
}

TEST_F(CliUsage, HelpOfTrainIsInGroupsTheMostUsedFirst) {
  const std::string help = run({"train", "--help"}).out;
  std::size_t at = 0;
  for (const char* part :
       {"\nData:\n  --data", "\nModel:\n  --model", "\nOptimisation:\n  --epochs", "\n  --lr",
        "\n  --eps", "\nSchedule:\n  --schedule", "\nAugmentation:\n  --augment",
        "\nRun:\n  --seed"}) {
    const std::size_t found = help.find(part, at);
    ASSERT_NE(found, std::string::npos) << part;
    at = found;
  }
}

TEST_F(CliUsage, NamesAnOptionThatThereIsNotAndTheLikelyOne) {
  expect_refusal(run({"train", "--epoch", "2"}), kUsage,
                 {"no option --epoch; did you mean --epochs?", "lenet train --help"});
  expect_refusal(run({"train", "--epohcs=2"}), kUsage,
                 {"no option --epohcs; did you mean --epochs?"});
  expect_refusal(run({"train", "--rubbish"}), kUsage, {"no option --rubbish\n"});
  expect_refusal(run({"data", "bands", "more"}), kUsage, {"found 'more', which nothing takes"});
  expect_refusal(run({"train", "--epochs", "2", "--epochs", "3"}), kUsage,
                 {"--epochs: given more than once"});
  expect_refusal(run({"train", "--epochs"}), kUsage, {"--epochs: a value is missing"});
  write_file(dir_ / "options.json", "{\"epocs\": 2}");
  expect_refusal(run({"train", "--config", "options.json"}), kUsage,
                 {"--epocs: no such option; did you mean --epochs?"});
}

TEST_F(CliUsage, RefusesWhatIsOutOfRangeBeforeItLooksForTheData) {
  const auto refused = [&](const Words& options, const std::string& part) {
    Words words = {"train", "--data", "none"};
    words.insert(words.end(), options.begin(), options.end());
    expect_refusal(run(words), kUsage, {part});
  };
  refused({"--holdout", "2"}, "--holdout: found '2', want a share from 0 to below 1, as in 0.1");
  refused({"--test-split", "20"}, "--test-split: found '20', want a share");
  refused({"--keep-best"}, "as in --holdout 0.1");
  refused({"--patience", "3"}, "as in --holdout 0.1");
  refused({"--ema", "2"}, "averages: 2");
  refused({"--momentum", "-1"}, "momentum: -1");
  refused({"--label-smoothing", "3"}, "label smoothing: 3");
}

TEST_F(CliUsage, HelpHasAtMostAHundredColumns) {
  for (const char* command : {"", "train", "sweep", "eval", "predict", "export", "bench"}) {
    const Words words = *command == '\0' ? Words{"--help"} : Words{command, "--help"};
    std::istringstream lines(run(words).out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST_F(CliUsage, ProgramAloneShowsThreeCommandsToBeginWith) {
  expect_refusal(run({}), kUsage, {"lenet train", "lenet eval runs/latest", "lenet predict"});
}

TEST_F(CliUsage, HelpOfTheProgramNamesCommandsExitCodesAndVariables) {
  const std::string help = run({"--help"}).out;
  for (const char* part :
       {"train", "eval", "summary", "bench", "0 done", "1 failed", "2 wrong usage",
        "3 bad input file", "4 training diverged", "5 I/O error", "LENET_SIMD=avx512|avx2|ssse3"}) {
    EXPECT_TRUE(contains(help, part));
  }
}

TEST_F(CliUsage, VersionNamesVersionCompilerAndSimdTarget) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.out.starts_with("lenet " LENET_VERSION " (")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, LENET_COMPILER));
  EXPECT_TRUE(contains(outcome.out, simd_targets().front()));
}

TEST_F(CliUsage, VariableForcesEachSimdTargetOfTheMachine) {
  for (const std::string& target : simd_targets()) {
    const Outcome outcome =
        run_program({"--version"}, {.folder = dir_, .variables = {{"LENET_SIMD", target}}});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_TRUE(contains(outcome.out, "SIMD target " + target + ")"));
  }
}

TEST_F(CliUsage, UnknownSimdTargetIsRefusedWithThoseThatThereAre) {
  const Outcome outcome =
      run_program({"summary"}, {.folder = dir_, .variables = {{"LENET_SIMD", "avx1024"}}});
  expect_refusal(outcome, kUsage, {"'avx1024'", simd_targets().front(), "LENET_SIMD"});
}

struct Refused {
  std::string name;
  Words words;
  Words parts;  ///< of the message
};

void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class CliRefuses : public CliUsage, public testing::WithParamInterface<Refused> {};

TEST_P(CliRefuses, WithTwoAndNamesWhatIsWrong) {
  const Words before = entries();
  expect_refusal(run(GetParam().words), kUsage, GetParam().parts);
  EXPECT_EQ(entries(), before);
}

/// A run on the small data set with one option more.
Refused refused_option(const std::string& name, const std::string& option, const std::string& value,
                       const Words& more_parts = {}) {
  Refused refused{name, {"train", "--data", "bands", option, value}, {option, "'" + value + "'"}};
  refused.parts.insert(refused.parts.end(), more_parts.begin(), more_parts.end());
  return refused;
}

INSTANTIATE_TEST_SUITE_P(
    Arguments, CliRefuses,
    testing::Values(
        Refused{"NoCommand", {}, {"no command", "lenet --help"}},
        Refused{
            "UnknownCommand", {"tarin"}, {"'tarin'", "train, sweep, find-lr, reproduce, eval, "}},
        Refused{"UnknownShell", {"completion", "csh"}, {"'csh'", "bash, zsh, fish"}},
        Refused{"UnknownOption", {"train", "--epoch", "3"}, {"--epoch", "lenet train --help"}},
        Refused{"UnknownOptionBeforeTheCommand", {"--jsn"}, {"--jsn"}},
        Refused{"OneWordTooMany", {"eval", "a", "b"}, {"b", "lenet eval --help"}},
        Refused{"TwoCommands", {"summary", "lenet", "bench"}, {"bench"}},
        Refused{"OptionWithoutItsArgument", {"train", "--epochs"}, {"--epochs"}},
        Refused{"EvalWithoutAModel", {"eval"}, {"MODEL", "lenet eval --help"}},
        Refused{"OptionGivenTwice", {"train", "--seed", "1", "--seed", "2"}, {"--seed"}},
        Refused{"OptionForAPath", {"train", "--out=", "--json"}, {"--out", "'--json'"}},
        Refused{"EmptyOut", {"train", "--out", ""}, {"--out", "empty"}},
        Refused{"EmptyData", {"train", "--data", ""}, {"--data", "empty"}},
        Refused{"EmptyWeights", {"train", "--weights", ""}, {"--weights", "empty"}},
        Refused{"SummaryOfAnInputWithoutChannels",
                {"summary", "--input", "28x28"},
                {"'28x28'", "1x28x28"}},
        Refused{"SummaryOfAnInputThatOverflows",
                {"summary", "--input", "99999999999x99999999999x1"},
                {"99999999999"}},
        Refused{"BenchOfNoRounds", {"bench", "--rounds", "0"}, {"--rounds", "'0'"}},
        Refused{"BenchOfAnEmptyBatch", {"bench", "--batch-size", "0"}, {"--batch-size", "'0'"}},
        Refused{"BenchOfABatchBeyondMemory",
                {"bench", "--batch-size", "1000000000000"},
                {"--batch-size"}}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Numbers, CliRefuses,
    testing::Values(refused_option("NoEpochs", "--epochs", "0", {"from 1"}),
                    refused_option("NegativeEpochs", "--epochs", "-3"),
                    refused_option("EpochsThatAreNoNumber", "--epochs", "ten"),
                    refused_option("EpochsWithAFraction", "--epochs", "1.5"),
                    refused_option("EpochsWithALeadingZero", "--epochs", "010"),
                    refused_option("EpochsInHexadecimal", "--epochs", "0x10"),
                    refused_option("EpochsBeyond64Bits", "--epochs", "99999999999999999999"),
                    refused_option("EmptyBatch", "--batch-size", "0"),
                    refused_option("NegativeBatch", "--batch-size", "-1"),
                    refused_option("LearningRateNan", "--lr", "nan"),
                    refused_option("LearningRateZero", "--lr", "0", {"above 0"}),
                    refused_option("NegativeLearningRate", "--lr", "-0.1", {"above 0"}),
                    refused_option("LearningRateInfinity", "--lr", "inf"),
                    refused_option("LearningRateBeyondAFloat", "--lr", "1e39"),
                    refused_option("LearningRateBelowAFloat", "--lr", "1e-60"),
                    refused_option("LearningRateWithARest", "--lr", "0.9x"),
                    refused_option("NegativeSeed", "--seed", "-1", {"from 0"}),
                    refused_option("SeedBeyond64Bits", "--seed", "18446744073709551616"),
                    refused_option("NoThreads", "--threads", "0", {"from 1 to 1024"}),
                    refused_option("TooManyThreads", "--threads", "1025"),
                    refused_option("NoSteps", "--max-steps", "0"),
                    Refused{"UnknownDevice",
                            {"train", "--data", "bands", "--device", "tpu"},
                            {"device 'tpu'", "auto, cpu, cuda"}},
                    Refused{"NegativeCard",
                            {"train", "--data", "bands", "--device", "cuda:-1"},
                            {"device 'cuda:-1'", "cuda:INDEX"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(CliUsage, BatchAboveTheDataIsRefusedWithTheSizeOfTheData) {
  expect_refusal(run({"train", "--data", "bands", "--batch-size", "301"}), kUsage,
                 {"batch size", "301", "300 training images"});
}

TEST_F(CliUsage, BatchOfAllTheDataIsTaken) {
  EXPECT_EQ(run({"train", "--data", "bands", "--batch-size", "300", "--epochs", "1"}).exit_code, 0);
}

TEST_F(CliUsage, LargestSeedIsTaken) {
  const Outcome outcome = train("out", {"--seed", "18446744073709551615", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out).at("seed"), 18446744073709551615u);
}

TEST_F(CliUsage, CudaIsRefusedAsThisBuildHasNone) {
  const int cards = find_gpus().count;
  for (const std::string& device : {"cuda:" + std::to_string(cards), std::string("cuda:99")}) {
    expect_refusal(train("out", {"--device", device}), 1, {"device cuda:", "use cpu"});
  }
  EXPECT_EQ(entries(), Words{"bands"});
}

struct BadModel {
  std::string name, text;
  Words parts;
};

void PrintTo(const BadModel& refused, std::ostream* out) { *out << refused.name; }

class CliRefusesModel : public CliUsage, public testing::WithParamInterface<BadModel> {};

TEST_P(CliRefusesModel, WithTwoAndShowsWhere) {
  const Outcome outcome =
      run({"train", "--data", "bands", "--batch-size", "20", "--model", GetParam().text});
  expect_refusal(outcome, kUsage, GetParam().parts);
  EXPECT_EQ(entries(), Words{"bands"});
}

INSTANTIATE_TEST_SUITE_P(
    Text, CliRefusesModel,
    testing::Values(
        BadModel{"UnknownLayer", "Flatten Linaer(3)", {"line 1, column 9", "Linaer", "Linear"}},
        BadModel{"UnclosedParenthesis", "Flatten Linear(3", {"line 1, column 17", "the end"}},
        BadModel{"SecondLine", "Flatten\n Lin", {"line 2, column 2", "Lin"}},
        BadModel{"NoOutputs", "Flatten Linear(0)", {"column 9", "0"}},
        BadModel{"Nothing", "", {"no layer"}},
        BadModel{"WordThatIsNoPreset",
                 "lenett",
                 {"'lenett'", "did you mean lenet?", "no preset", "no file"}},
        BadModel{"FileThatIsNotThere", "none/net.txt", {"'none/net.txt'", "no file"}},
        BadModel{"LinearWithoutFlatten", "Linear(3)", {"Linear(3)", "1x12x12", "Flatten"}},
        BadModel{"WindowBeyondTheImage",
                 "Conv2d(2, 13) Flatten Linear(3)",
                 {"Conv2d(2, 13)", "13x13", "1x12x12"}},
        BadModel{"FewerOutputsThanClasses",
                 "Flatten Linear(2)",
                 {"3 classes", "2 outputs", "Linear(3)"}},
        BadModel{"TooManyParameters",
                 "Flatten Linear(1000000) Linear(1000000)",
                 {"Linear(1000000)", "too large"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(CliUsage, BrokenTextOfAModelInAFileIsABadFileThatIsNamed) {
  write_file(dir_ / "net.txt", "Flatten\nLinear(");
  expect_refusal(run({"train", "--data", "bands", "--model", "net.txt"}), 3,
                 {"net.txt", "line 2, column 8"});
  expect_refusal(run({"summary", "net.txt"}), 3, {"net.txt", "line 2, column 8"});
}

}  // namespace
}  // namespace lenet
