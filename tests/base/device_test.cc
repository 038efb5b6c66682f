#include "lenet/device.h"

#include "base/errors.h"
#include "base/gpus.h"

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

TEST(Device, SaysWhyAGraphicsCardCannotBeUsed) {
  const Gpus gpus = find_gpus();
  const std::string beyond = "cuda:" + std::to_string(gpus.count);
  const std::string message = error_of(ErrorKind::kFailed, [&] { parse_device(beyond); });
  EXPECT_TRUE(contains(message, "device " + beyond)) << message;
  EXPECT_TRUE(contains(message, gpus.count == 0 ? gpus.why_none : "want 0 to")) << message;
}

TEST(Device, AnErrorSaysWhyThereIsNoGraphicsCard) {
  EXPECT_EQ(find_gpus().count == 0, !find_gpus().why_none.empty());
}

TEST(TryGpu, IsTheCpuWhereTheCardCannotBeUsed) {
  for (const int i : {find_gpus().count, 1000, -1}) EXPECT_EQ(try_gpu(i), Device{});
}

}  // namespace
}  // namespace lenet
