// A run with a live curve. Stopped by Ctrl-C or anything worse, it goes on when it is started
// again.
#include <lenet/run.h>

#include <cstdio>

int main(int argc, char** argv) {
  const char* folder = argc > 1 ? argv[1] : "clothes-run";
  lenet::RunOptions options = lenet::recipe_options("fast");
  options.fit.epochs = 1;
  const lenet::RunSettings settings = {.out = folder, .checkpoint_every = "200steps"};
  const lenet::TrainedRun run = lenet::has_checkpoint(folder) ? lenet::resume_run(folder, settings)
                                                              : lenet::train_run(options, settings);
  std::printf("test accuracy %.3f, in %s\n", run.report.test_acc(), run.folder.c_str());
}
