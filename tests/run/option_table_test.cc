// The table of options: each once, and read as it is written.
#include "run/option_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/errors.h"
#include "data/test_files.h"
#include "run/option_page.h"
#include "run/run_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

TEST(OptionTable, NamesEachOptionAndEachMemberOnce) {
  RunOptions options;
  std::set<std::string> names, members;
  const std::vector<RunOption> table = option_table(options);
  for (const RunOption& o : table) {
    names.insert(o.name);
    members.insert(o.member);
    EXPECT_NE(std::ranges::find(option_groups(), o.group), option_groups().end()) << o.name;
    for (const OptionReader& r : o.readers) {
      EXPECT_NE(std::ranges::find(table, std::string(r.option), &RunOption::name), table.end());
    }
  }
  EXPECT_EQ(names.size(), table.size());
  EXPECT_EQ(members.size(), table.size());
}

/// Another value of each option, as JSON.
const Json& other_values() {
  static const Json values = Json::parse(R"({
    "data": "bands", "size": "28x28", "test_split": 0.1, "split": "letters", "transpose": true,
    "skip_broken": true, "model": "lenet5", "weights": "w.safetensors", "weights_by": "order",
    "new_head": true, "freeze": ["0.weight", "3.*"], "epochs": 3, "batch_size": 20, "lr": 0.1,
    "seed": 18446744073709551615, "shuffle": false, "threads": 2, "device": "cpu",
    "optimizer": "adamw", "momentum": 0.9, "dampening": 0.1, "nesterov": true,
    "weight_decay": 0.0005, "betas": [0.8, 0.99], "eps": 1e-06, "clip_norm": 1.0, "ema": 0.99,
    "on_nan": "rollback", "schedule": "step", "warmup": 1.5, "step_epochs": 2.0, "gamma": 0.5,
    "min_lr": 0.01, "pct_start": 0.2, "div_factor": 10.0, "final_div_factor": 100.0,
    "anneal": "linear", "label_smoothing": 0.1, "class_weights": "balanced", "sample": "balanced",
    "loss": "bce", "teacher": "t.safetensors",
    "temperature": 2.0, "teacher_weight": 0.5, "targets": "a,b", "floats": true, "alpha": 0.9, "augment": "flip,shift=1", "normalize": true,
    "holdout": 0.1, "keep_best": true, "patience": 2, "max_steps": 7})");
  return values;
}

TEST(OptionTable, WritesWhatItReads) {
  RunOptions options;
  read_options(other_values(), "test", options);
  EXPECT_EQ(nlohmann::json(options_document(options)), nlohmann::json(other_values()));
  EXPECT_EQ(other_values().size(), option_table(options).size());
  EXPECT_EQ(options.fit.optimizer.beta2, 0.99);
  EXPECT_EQ(options.fit.rollbacks, 5);
  EXPECT_EQ(options.fit.max_steps, 7);
}

TEST(OptionTable, ReadsTextsAsTheCommandLineHasThem) {
  RunOptions options, by_text;
  read_options(other_values(), "test", options);
  Json texts = Json::object();
  for (const auto& [key, value] : other_values().items()) {
    Json words = Json::array();
    for (const Json& v : value.is_array() ? value : Json::array({value})) {
      words.push_back(v.is_string() ? v : Json(v.dump()));
    }
    texts[key] = words;
  }
  texts["betas"] = "0.8,0.99";
  read_options(texts, "test", by_text);
  EXPECT_EQ(options_document(by_text), options_document(options));
}

TEST(OptionTable, SetsOneMemberAnOption) {
  const Json usual = options_document({});
  for (const auto& [key, value] : other_values().items()) {
    RunOptions options;
    read_options({{key, value}}, "test", options);
    Json changed = options_document(options);
    EXPECT_EQ(changed[key], value) << key;
    changed.erase(key);
    Json others = usual;
    others.erase(key);
    EXPECT_EQ(changed, others) << key;
  }
}

TEST(OptionTable, RefusesValuesThatAnOptionDoesNotTake) {
  const auto refused = [](const char* text, const std::string& part) {
    RunOptions options;
    const std::string why =
        error_of(ErrorKind::kUsage, [&] { read_options(Json::parse(text), "file.json", options); });
    EXPECT_TRUE(why.starts_with("file.json: --")) << why;
    EXPECT_TRUE(contains(why, part)) << why;
  };
  refused(R"({"epochs": "many"})", "--epochs: found 'many', want a whole number from 1");
  refused(R"({"epochs": 1.5})", "found '1.5', want a whole number");
  refused(R"({"epochs": null})", "found 'null'");
  refused(R"({"epochs": []})", "--epochs: found ''");
  refused(R"({"lr": -1})", "want a number above 0");
  refused(R"({"lr": [1, 2]})", "found '1,2'");
  refused(R"({"nesterov": "yes"})", "--nesterov: found 'yes', want true or false");
  refused(R"({"nesterov": 1})", "want true or false");
  refused(R"({"betas": [0.9]})", "--betas: found '0.9', want FLOAT,FLOAT");
  refused(R"({"optimizer": "sofia"})", "want sgd, adam, adamw, lion");
  refused(R"({"augment": "spin=3"})", "spin");
  refused(R"({"holdout": 1})", "want a share");
  refused(R"({"epoch": 2})", "--epoch: no such option; did you mean --epochs?");
}

/// Written by `lenet manual --options`.
TEST(OptionTable, IsThePageOfTheDocumentation) {
  const std::string page =
      read_file(std::filesystem::path(LENET_GOLDEN_DIR) / "../../docs/options.md", 1 << 20);
  EXPECT_EQ(page, option_page());
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = page.find('\n', begin);
    EXPECT_LE(end - begin, 100u) << page.substr(begin, end - begin);
    begin = end + 1;
  }
}

}  // namespace
}  // namespace lenet
