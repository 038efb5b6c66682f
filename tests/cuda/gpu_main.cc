// Runs the tests on a graphics card; says why, and ends with 77, where there is none.
#include <gtest/gtest.h>

#include <cstdio>

#include "base/gpus.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const lenet::Gpus gpus = lenet::find_gpus();
  if (gpus.count > 0) return RUN_ALL_TESTS();
  std::printf("skipped: %s\n", gpus.why_none.c_str());
  return 77;
}
