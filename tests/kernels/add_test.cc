#include "kernels/add.h"

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

TEST(Add, IsTheSumOnEveryTargetAndMayGoOverWhatItAdds) {
  const std::vector<float> a = random_floats(5 * kPack, 1), b = random_floats(5 * kPack, 2);
  for (const auto& sums : run_on_every_target([&] {
         const AlignedFloats one = aligned(a), other = aligned(b), y = unwritten(one.size());
         add(y.size(), one.data(), other.data(), y.data());
         add(y.size(), one.data(), other.data(), one.data());
         std::vector<float> all(y.data(), y.data() + y.size());
         all.insert(all.end(), one.data(), one.data() + one.size());
         return all;
       })) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(sums[i], a[i] + b[i]);
      EXPECT_EQ(sums[a.size() + i], a[i] + b[i]);
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
