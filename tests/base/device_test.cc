#include "lenet/device.h"

#include "base/errors.h"

namespace lenet {
namespace {

TEST(Device, CpuAndAutoNameTheCpuWhereThereIsNothingElse) {
  EXPECT_EQ(parse_device("cpu"), Device{});
  EXPECT_EQ(parse_device("auto"), try_gpu());
  EXPECT_EQ(to_string(Device{}), "cpu");
  EXPECT_EQ(to_string(Device{Device::Kind::kCuda, 1}), "cuda:1");
}

TEST(Device, RefusesOtherNames) {
  for (const char* name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda: 1",
                           "cuda:99999999999", "cpu:0"}) {
    const std::string message = error_of(ErrorKind::kUsage, [&] { parse_device(name); });
    EXPECT_TRUE(contains(message, "auto, cpu, cuda")) << name;
  }
}

TEST(Device, SaysThatThisBuildCannotUseAGraphicsCard) {
  for (const char* name : {"cuda", "cuda:0", "cuda:3"}) {
    EXPECT_TRUE(
        contains(error_of(ErrorKind::kFailed, [&] { parse_device(name); }), "no CUDA back end"));
  }
}

TEST(TryGpu, IsTheCpuWhereTheCardCannotBeUsed) {
  for (const int i : {0, 3, -1}) EXPECT_EQ(try_gpu(i), Device{});
}

}  // namespace
}  // namespace lenet
