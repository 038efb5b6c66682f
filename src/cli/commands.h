// The commands of the program, one file each. A command declares its options and, once they are
// parsed, runs.
#pragma once

#include "cli/command_line.h"

namespace lenet::cli {

void add_train(const Command& app);
void add_eval(const Command& app);
void add_predict(const Command& app);
void add_runs(const Command& app);
void add_plot(const Command& app);
void add_watch(const Command& app);
void add_board(const Command& app);
void add_report(const Command& app);
void add_show(const Command& app);
void add_summary(const Command& app);
void add_bench(const Command& app);
void add_recipe(const Command& app);
void add_reproduce(const Command& app);
void add_sweep(const Command& app);
void add_find_lr(const Command& app);
void add_data_command(const Command& app);
void add_completion(const Command& app);
void add_manual(const Command& app);
void add_export(const Command& app);
void add_import(const Command& app);

}  // namespace lenet::cli
