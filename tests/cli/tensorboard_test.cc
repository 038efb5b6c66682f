// lenet train --tensorboard.
#include <cstring>

#include "cli/cli_test.h"
#include "io/event_file.h"

namespace lenet {
namespace {

class CliTensorBoard : public Cli {
 protected:
  Words event_files(const std::string& folder) const {
    Words files = entries(folder);
    std::erase_if(
        files, [](const std::string& name) { return !name.starts_with("events.out.tfevents."); });
    return files;
  }

  /// The messages of a file, all of whose checksums are right.
  Words messages(const std::filesystem::path& file) const {
    const std::string bytes = content(file);
    Words all;
    for (std::size_t at = 0; at < bytes.size();) {
      std::uint64_t size = 0;
      std::memcpy(&size, bytes.data() + at, sizeof size);
      all.push_back(bytes.substr(at + 12, size));
      EXPECT_EQ(bytes.substr(at, size + 16), event_record(all.back()));
      at += size + 16;
    }
    return all;
  }

  static std::int64_t with(const Words& messages, const std::string& part) {
    return std::ranges::count_if(
        messages, [&](const std::string& message) { return message.find(part) != message.npos; });
  }
};

TEST_F(CliTensorBoard, HasTheCurvesTheWeightsAndTheOptions) {
  ASSERT_EQ(train("plain", {"--epochs", "2"}).exit_code, 0);
  const Outcome outcome = train("out", {"--epochs", "2", "--tensorboard"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(content("out/model.safetensors"), content("plain/model.safetensors"));
  EXPECT_EQ(event_files("plain"), Words());
  ASSERT_EQ(event_files("out").size(), 1u);
  const Words found = messages("out/" + event_files("out")[0]);
  EXPECT_TRUE(contains(found[0], "brain.Event:2"));
  EXPECT_EQ(with(found, "accuracy/test"), 2);
  EXPECT_EQ(with(found, "weights/1.weight"), 2);
  EXPECT_EQ(with(found, "updates/1.weight"), 1);
  EXPECT_EQ(with(found, "confusion"), 2);
  EXPECT_EQ(with(found, "run/options"), 1);
  EXPECT_EQ(with(found, "_hparams_/session_start_info"), 1);
  EXPECT_EQ(with(found, "_hparams_/session_end_info"), 1);
  EXPECT_EQ(with(found, "\x89PNG"), 2);
}

TEST_F(CliTensorBoard, ARunThatGoesOnHasAFileMore) {
  ASSERT_EQ(train("out", {"--epochs", "1", "--tensorboard"}).exit_code, 0);
  const Words on = {"train", "--resume",       "out",    "--epochs",
                    "2",     "--allow-change", "epochs", "--tensorboard"};
  ASSERT_EQ(run(on).exit_code, 0);
  const Words files = event_files("out");
  ASSERT_EQ(files.size(), 2u);
  std::int64_t restarts = 0;
  for (const std::string& file : files)
    restarts += with(messages("out/" + file), "\x3a\x02\x08\x01");
  EXPECT_EQ(restarts, 1);  // field 7, a session that starts
  ASSERT_EQ(train("out", {"--epochs", "1", "--force"}).exit_code, 0);
  EXPECT_EQ(event_files("out"), Words()) << "those of the run that is replaced";
}

TEST_F(CliTensorBoard, ARunThatHasEndedGetsItsCurves) {
  ASSERT_EQ(train("runs/a", {"--epochs", "2"}).exit_code, 0);
  ASSERT_EQ(train("runs/b", {"--epochs", "2", "--tensorboard"}).exit_code, 0);
  const Outcome outcome = run({"board", "runs", "--tensorboard"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "runs/a: written\nruns/b: left out: it has its events already\n");
  ASSERT_EQ(event_files("runs/a").size(), 1u);
  ASSERT_EQ(event_files("runs/b").size(), 1u);
  const Words later = messages("runs/a/" + event_files("runs/a")[0]);
  const Words live = messages("runs/b/" + event_files("runs/b")[0]);
  for (const char* tag : {"loss/train", "accuracy/train", "accuracy/test", "run/options",
                          "_hparams_/session_start_info", "_hparams_/session_end_info"}) {
    EXPECT_EQ(with(later, tag), with(live, tag)) << tag;
  }
}

}  // namespace
}  // namespace lenet
