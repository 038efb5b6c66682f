// Queues a kernel on a stream: one function for each.
#pragma once

#include "cuda/channels.h"
#include "cuda/contraction.h"
#include "cuda/conv2d_gradient.h"
#include "cuda/elementwise.h"
#include "cuda/gather.h"
#include "cuda/group_norm.h"
#include "cuda/grouped_conv2d.h"
#include "cuda/linear.h"
#include "cuda/linear_gradient.h"
#include "cuda/loss.h"
#include "cuda/pooling.h"
#include "cuda/prelu.h"
#include "cuda/runtime.h"
#include "cuda/update.h"
#include "cuda/upsample.h"

namespace lenet::cuda {

void launch(Stream& stream, const Contraction& kernel);
void launch(Stream& stream, const Conv2dGradient& kernel);
void launch(Stream& stream, const GroupedForward& kernel);
void launch(Stream& stream, const GroupedInputGradient& kernel);
void launch(Stream& stream, const GroupedWeightGradient& kernel);
void launch(Stream& stream, const LinearGradient& kernel);
void launch(Stream& stream, const Pool2dForward& kernel);
void launch(Stream& stream, const Pool2dBackward& kernel);
void launch(Stream& stream, const ChannelStatistics& kernel);
void launch(Stream& stream, const ChannelGradients& kernel);
void launch(Stream& stream, const NormPreparation& kernel);
void launch(Stream& stream, const NormGradientMeans& kernel);
void launch(Stream& stream, const ChannelForward& kernel);
void launch(Stream& stream, const ChannelBackward& kernel);
void launch(Stream& stream, const GroupNormGradients& kernel);
void launch(Stream& stream, const GroupNormForward& kernel);
void launch(Stream& stream, const GroupNormBackward& kernel);
void launch(Stream& stream, const Dropout4& kernel);
void launch(Stream& stream, const PReLUForward& kernel);
void launch(Stream& stream, const PReLUBackward& kernel);
void launch(Stream& stream, const PReLUGradients& kernel);
void launch(Stream& stream, const UpsampleForward& kernel);
void launch(Stream& stream, const UpsampleBackward& kernel);
void launch(Stream& stream, const ScaleForward& kernel);
void launch(Stream& stream, const ScaleGateGradient& kernel);
void launch(Stream& stream, const ZeroPad2dForward& kernel);
void launch(Stream& stream, const ZeroPad2dBackward& kernel);
void launch(Stream& stream, const GatherBytes& kernel);
void launch(Stream& stream, const GatherChanged& kernel);
void launch(Stream& stream, const GatherFloats& kernel);
void launch(Stream& stream, const SquareSum& kernel);
void launch(Stream& stream, const KeepBuffers& kernel);

/// Of each loss.
template <class Loss>
void launch(Stream& stream, const LossKernel<Loss>& kernel);

/// values: of one image.
void launch(Stream& stream, const FunctionForward& kernel, std::int64_t values);
void launch(Stream& stream, const FunctionBackward& kernel, std::int64_t values);
void launch(Stream& stream, const Add& kernel, std::int64_t values);

/// runs: of parameters.
void launch(Stream& stream, const Update& kernel, std::int64_t runs);
void launch(Stream& stream, const LayOut& kernel, std::int64_t runs);

}  // namespace lenet::cuda
