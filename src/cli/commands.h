// The commands of the program, one file each. A command declares its options and, once they are
// parsed, runs.
#pragma once

#include <CLI/App.hpp>

namespace lenet::cli {

void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_summary(CLI::App& app);
void add_bench(CLI::App& app);
void add_recipe(CLI::App& app);
void add_reproduce(CLI::App& app);
void add_sweep(CLI::App& app);
void add_data_command(CLI::App& app);
void add_completion(CLI::App& app);
void add_manual(CLI::App& app);
void add_export(CLI::App& app);
void add_import(CLI::App& app);

}  // namespace lenet::cli
