#include "cuda/kernels.h"
#include "cuda/launch.h"

namespace lenet::cuda {
namespace {

template <int kBlock, int kKernel, int kParts>
void contract(Stream& stream, const Contraction& s) {
  const ContractionKernel<kBlock, kKernel, kParts> kernel(s);
  launch_blocks(stream, kernel, kernel.blocks());
}

/// Cuts the sums into parts where the tasks alone are too few warps.
template <int kBlock, int kKernel>
void contract(Stream& stream, const Contraction& s) {
  const std::int64_t warps =
      ContractionKernel<kBlock, kKernel, 1>::tasks_of(s) * (s.images / kWarp);
  if (warps < kBusyWarps / 2 && s.in_channels >= 8) return contract<kBlock, kKernel, 4>(stream, s);
  if (warps < kBusyWarps && s.in_channels >= 4) return contract<kBlock, kKernel, 2>(stream, s);
  contract<kBlock, kKernel, 1>(stream, s);
}

/// The kernel's size, if there is a specialised form for it.
int known_kernel(const Contraction& s) {
  const std::int64_t size = s.height.kernel;
  const bool slides_by_1 = s.height.stride == 1 && s.width.stride == 1;
  return slides_by_1 && s.width.kernel == size && (size == 3 || size == 5) ? static_cast<int>(size)
                                                                           : 0;
}

/// The same as a product of matrices, if every output sums all of x with weights of its own.
bool is_linear(const Contraction& s) {
  const auto whole = [](const Axis& axis) {
    return axis.out == 1 && axis.kernel == axis.in && axis.pad == 0;
  };
  return whole(s.height) && whole(s.width);
}

template <int kBlock>
void multiply(Stream& stream, const Contraction& s) {
  LinearKernel<kBlock> kernel{s};
  kernel.s.in_channels *= std::int64_t{s.height.in} * s.width.in;
  launch_blocks(stream, kernel, kernel.blocks());
}

template <int kBlock>
void contract(Stream& stream, const Contraction& s) {
  if (is_linear(s)) return multiply<kBlock>(stream, s);
  switch (known_kernel(s)) {
    case 3:
      return contract<kBlock, 3>(stream, s);
    case 5:
      return contract<kBlock, 5>(stream, s);
    default:
      return contract<kBlock, 0>(stream, s);
  }
}

template <int kOutputs, int kTaps>
void conv2d_gradient(Stream& stream, const Conv2dGradient& s) {
  if (s.width.stride == 1) {
    const Conv2dGradientKernel<kOutputs, kTaps, 4> kernel{s};
    return launch_blocks(stream, kernel, kernel.blocks());
  }
  const Conv2dGradientKernel<kOutputs, kTaps, 1> kernel{s};
  launch_blocks(stream, kernel, kernel.blocks());
}

template <int kTaps>
void conv2d_gradient(Stream& stream, const Conv2dGradient& s) {
  if (Conv2dGradient::outputs_of(s.out_channels) == 3) return conv2d_gradient<3, kTaps>(stream, s);
  conv2d_gradient<4, kTaps>(stream, s);
}

/// A grid with a thread for each channel.
ImageGrid by_channel(const ChannelSizes& s) { return {pieces(s.channels, kWarp), kWarp}; }

/// A grid with a thread for each group of each image.
ImageGrid by_group(const ChannelSizes& s, const GroupLayout& layout) {
  return {s.channels / layout.channels, s.stride};
}

/// A grid with a thread for each value.
ImageGrid by_value(const ChannelSizes& s) { return {s.channels * s.positions, s.stride}; }

}  // namespace

void launch(Stream& stream, const Contraction& kernel) {
  if (channel_block(kernel.out_channels) == 6) return contract<6>(stream, kernel);
  contract<4>(stream, kernel);
}

void launch(Stream& stream, const Conv2dGradient& kernel) {
  const std::int64_t width = kernel.width.kernel;
  if (width % 5 == 0) return conv2d_gradient<5>(stream, kernel);
  if (width % 3 == 0) return conv2d_gradient<3>(stream, kernel);
  if (width == 1) return conv2d_gradient<1>(stream, kernel);
  conv2d_gradient<4>(stream, kernel);
}

void launch(Stream& stream, const LinearGradient& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const GroupedForward& kernel) {
  launch_images(stream, kernel, {kernel.s.outputs(), kernel.s.images});
}

void launch(Stream& stream, const GroupedInputGradient& kernel) {
  launch_images(stream, kernel, {kernel.s.inputs(), kernel.s.images});
}

void launch(Stream& stream, const GroupedWeightGradient& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const Pool2dForward& kernel) {
  const Pool2dSizes& s = kernel.s;
  launch_images(stream, kernel, {s.channels * s.height.out * s.width.out, s.images});
}

void launch(Stream& stream, const Pool2dBackward& kernel) {
  const Pool2dSizes& s = kernel.s;
  constexpr int kSmall = 16;  // elements that one thread can see to
  const auto side_by_side = [](const PoolAxis& axis) {
    return axis.disjoint() && axis.stride == axis.kernel;
  };
  if (side_by_side(s.height) && side_by_side(s.width) && s.area(0, 0) <= kSmall) {
    return launch_images(stream, Pool2dSideBySideBackward(kernel),
                         {s.channels * s.height.out * s.width.out, s.images});
  }
  launch_images(stream, kernel, {s.channels * s.height.in * s.width.in, s.images});
}

void launch(Stream& stream, const ChannelStatistics& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const ChannelGradients& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const NormPreparation& kernel) {
  launch_images(stream, kernel, by_channel(kernel.s));
}

void launch(Stream& stream, const NormGradientMeans& kernel) {
  launch_images(stream, kernel, by_channel(kernel.s));
}

void launch(Stream& stream, const ChannelForward& kernel) {
  launch_images(stream, kernel, by_value(kernel.s));
}

void launch(Stream& stream, const ChannelBackward& kernel) {
  launch_images(stream, kernel, by_value(kernel.s));
}

void launch(Stream& stream, const GroupNormGradients& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const GroupNormForward& kernel) {
  launch_images(stream, kernel, by_group(kernel.s, kernel.layout));
}

void launch(Stream& stream, const GroupNormBackward& kernel) {
  launch_images(stream, kernel, by_group(kernel.s, kernel.by));
}

void launch(Stream& stream, const Dropout4& kernel) {
  launch_images(stream, kernel, {pieces(kernel.elements, 4), kernel.images});
}

void launch(Stream& stream, const PReLUForward& kernel) {
  launch_images(stream, kernel, by_value(kernel.s));
}

void launch(Stream& stream, const PReLUBackward& kernel) {
  launch_images(stream, kernel, by_value(kernel.s));
}

void launch(Stream& stream, const PReLUGradients& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const UpsampleForward& kernel) {
  launch_images(stream, kernel, {kernel.s.outputs(), kernel.s.images});
}

void launch(Stream& stream, const UpsampleBackward& kernel) {
  launch_images(stream, kernel, {kernel.s.inputs(), kernel.s.images});
}

void launch(Stream& stream, const ScaleForward& kernel) {
  launch_images(stream, kernel, {kernel.s.gates * kernel.s.positions, kernel.s.images});
}

void launch(Stream& stream, const ScaleGateGradient& kernel) {
  launch_images(stream, kernel, {kernel.s.gates, kernel.s.images});
}

void launch(Stream& stream, const ZeroPad2dForward& kernel) {
  launch_images(stream, kernel, {kernel.s.outputs(), kernel.s.images});
}

void launch(Stream& stream, const ZeroPad2dBackward& kernel) {
  launch_images(stream, kernel, {kernel.s.inputs(), kernel.s.images});
}

template <class Loss>
void launch(Stream& stream, const LossKernel<Loss>& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

template void launch(Stream& stream, const LossKernel<CrossEntropy>& kernel);
template void launch(Stream& stream, const LossKernel<SoftCrossEntropy>& kernel);
template void launch(Stream& stream,
                     const LossKernel<RowLoss<formula::BinaryCrossEntropy<float>>>& kernel);
template void launch(Stream& stream,
                     const LossKernel<RowLoss<formula::SquaredError<float>>>& kernel);
template void launch(Stream& stream,
                     const LossKernel<RowLoss<formula::AbsoluteError<float>>>& kernel);

void launch(Stream& stream, const GatherBytes& kernel) {
  launch_images(stream, kernel, kernel.grid());
}

void launch(Stream& stream, const GatherChanged& kernel) {
  launch_images(stream, kernel, kernel.s.grid());
}

void launch(Stream& stream, const GatherFloats& kernel) {
  launch_images(stream, kernel, kernel.grid());
}

void launch(Stream& stream, const SquareSum& kernel) {
  launch_blocks(stream, kernel, kernel.blocks());
}

void launch(Stream& stream, const KeepBuffers& kernel) {
  launch_images(stream, kernel, {pieces(kernel.count, kWarp), kWarp});
}

void launch(Stream& stream, const FunctionForward& kernel, std::int64_t values) {
  launch_images(stream, kernel, {values, kernel.images});
}

void launch(Stream& stream, const FunctionBackward& kernel, std::int64_t values) {
  launch_images(stream, kernel, {values, kernel.images});
}

void launch(Stream& stream, const Add& kernel, std::int64_t values) {
  launch_images(stream, kernel, {values, kernel.images});
}

void launch(Stream& stream, const Update& kernel, std::int64_t runs) {
  launch_images(stream, kernel, {runs, kWarp});
}

void launch(Stream& stream, const LayOut& kernel, std::int64_t runs) {
  launch_images(stream, kernel, {runs, kWarp});
}

}  // namespace lenet::cuda
