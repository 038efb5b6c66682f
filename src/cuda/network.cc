#include "cuda/network.h"

#include <algorithm>

#include "cuda/kernels.h"
#include "cuda/staging.h"
#include "train/pack_runner.h"

namespace lenet::cuda {
namespace {

/// Makes room for at least so many values, which are lost.
template <class T>
void reserve(DeviceArray<T>& array, std::int64_t size) {
  if (array.size() < size) array = DeviceArray<T>(size);
}

}  // namespace

CudaNetwork::CudaNetwork(const Sequential& net, const Trainer::Options& options,
                         std::int64_t training)
    : net_(net),
      graph_(graph_of(net)),
      frozen_(frozen_of(net, options.freeze)),
      stream_(options.device.index),
      loss_(options.loss),
      parameters_(net, stream_, options),
      images_(stream_) {
  const Normalization& n = net.normalization();
  if (!n.mean.empty()) {
    std::vector<float> scale(n.deviation.size());
    std::ranges::transform(n.deviation, scale.begin(), [](float d) { return 1 / d; });
    mean_ = DeviceArray<float>(std::ssize(n.mean));
    scale_ = DeviceArray<float>(std::ssize(scale));
    upload<float>(stream_, n.mean, mean_);
    upload<float>(stream_, scale, scale_);
  }
  if (!options.class_weights.empty()) {
    class_weights_ = DeviceArray<float>(std::ssize(options.class_weights));
    upload<float>(stream_, options.class_weights, class_weights_);
  }
  grow(training);
}

void CudaNetwork::grow(std::int64_t training) {
  const std::int64_t most = std::max(training, kEvaluated);
  stream_.wait();
  program_.reset();  // before the new one takes its memory
  program_ = std::make_unique<Program>(graph_, frozen_, stream_, parameters_.memory(),
                                       Program::Capacity{most, training});
  labels_ = DeviceArray<Label>(round_up(most, kWarp));
  parameters_.connect(*program_);
}

TargetPlaces CudaNetwork::queue_gather(const Pass& pass, const ImageSource& source,
                                       std::int64_t first) const {
  const Shape& input = net_.input_shape();
  const std::int64_t size = element_count(input);
  const TargetPlaces targets{.labels = source.classes ? labels_.data() : nullptr,
                             .rows = source.rows,
                             .order = source.order + first};
  if (source.floats) {
    launch(pass.stream, GatherFloats{.values = source.floats,
                                     .classes = source.classes,
                                     .order = source.order + first,
                                     .size = size,
                                     .plane = Divisor(size / input.front()),
                                     .mean = mean_.data(),
                                     .scale = scale_.data(),
                                     .images = pass.images,
                                     .stride = pass.stride,
                                     .x = program_->input(),
                                     .labels = labels_.data()});
    return targets;
  }
  const GatherBytes bytes{.pixels = source.pixels,
                          .classes = source.classes,
                          .order = source.order + first,
                          .size = size,
                          .plane = Divisor(size / input.front()),
                          .mean = mean_.data(),
                          .scale = scale_.data(),
                          .images = pass.images,
                          .stride = pass.stride,
                          .x = program_->input(),
                          .labels = labels_.data()};
  if (source.changes) {
    launch(
        pass.stream,
        GatherChanged{
            .s = bytes, .changes = source.changes + first, .height = input[1], .width = input[2]});
  } else {
    launch(pass.stream, bytes);
  }
  return targets;
}

TargetPlaces CudaNetwork::queue_floats(const Pass& pass, const Batch& batch, std::int64_t first) {
  const auto count = static_cast<std::size_t>(pass.images);
  const std::int64_t size = element_count(net_.input_shape()), width = batch.row_width();
  reserve(floats_, pass.images * size);
  stream_.copy_to_device(floats_.data(), batch.floats().data() + first * size,
                         count * static_cast<std::size_t>(size) * sizeof(float));
  launch(pass.stream, GatherFloats{.values = floats_.data(),
                                   .classes = nullptr,
                                   .order = nullptr,
                                   .size = size,
                                   .plane = Divisor(size),
                                   .mean = nullptr,
                                   .scale = nullptr,
                                   .images = pass.images,
                                   .stride = pass.stride,
                                   .x = program_->input(),
                                   .labels = nullptr});
  TargetPlaces targets;
  if (batch.has_classes()) {
    stream_.copy_to_device(labels_.data(), batch.classes().data() + first, count * sizeof(Label));
    targets.labels = labels_.data();
  } else if (batch.has_rows()) {
    reserve(rows_, pass.images * width);
    stream_.copy_to_device(rows_.data(), batch.rows()[first].data(),
                           count * static_cast<std::size_t>(width) * sizeof(float));
    targets.rows = rows_.data();
  }
  return targets;
}

void CudaNetwork::queue_loss(const Pass& pass, const TargetPlaces& targets, LossPlaces places,
                             float smoothing) const {
  places.outputs = element_count(net_.output_shape());
  places.images = pass.images;
  places.stride = pass.stride;
  places.x = program_->output();
  const ClassWeighting weighting = {.smoothing = smoothing,
                                    .weights = places.dx ? class_weights_.data() : nullptr,
                                    .scale = pass.step ? &pass.step->weight_scale : nullptr};
  with_loss(loss_.value_or(usual_loss(targets.labels)), places, targets, weighting,
            [&](const auto& kernel) { launch(pass.stream, kernel); });
}

Evaluation CudaNetwork::evaluate(const Dataset& data, std::span<const std::int32_t> order) {
  const Batch batch(data, order);
  require_fit(net_, batch);
  const Loss loss = loss_of(batch, element_count(net_.output_shape()), {.function = loss_});
  ImageSource source = images_.resident(data);
  const std::int64_t images = std::ssize(order);
  reserve(order_, images);
  reserve(predicted_, images);
  reserve(partials_, pieces(images, kEvaluated) * loss_blocks(kEvaluated));
  stream_.copy_to_device(order_.data(), order.data(), order.size_bytes());
  source.order = order_.data();
  std::int64_t blocks = 0;
  for (std::int64_t first = 0; first < images; first += kEvaluated) {
    const Pass of_part = pass(std::min(kEvaluated, images - first));
    const TargetPlaces targets = queue_gather(of_part, source, first);
    program_->forward(of_part);
    queue_loss(of_part, targets,
               {.predicted = predicted_.data() + first, .metrics = partials_.data() + blocks});
    blocks += loss_blocks(of_part.images);
  }
  Evaluation result;
  std::vector<PartialMetrics> partials(static_cast<std::size_t>(blocks));
  if (data.has_classes()) {
    result.predicted.resize(order.size());
    download<std::int32_t>(stream_, predicted_, result.predicted);
  }
  download<PartialMetrics>(stream_, partials_, partials);
  result.metrics = total_of(partials.data(), images, metric_of(loss));
  return result;
}

std::vector<float> CudaNetwork::outputs(const Batch& batch) {
  require_fit(net_, batch);
  const std::int64_t outputs = element_count(net_.output_shape()), images = batch.size();
  std::vector<float> result(static_cast<std::size_t>(images * outputs)), columns;
  for (std::int64_t first = 0; first < images; first += kEvaluated) {
    const Pass of_part = pass(std::min(kEvaluated, images - first));
    queue_floats(of_part, batch, first);
    program_->forward(of_part);
    columns.resize(static_cast<std::size_t>(outputs * of_part.stride));
    stream_.copy_to_host(columns.data(), program_->output(), columns.size() * sizeof(float));
    stream_.wait();
    for (std::int64_t n = 0; n < of_part.images; ++n) {
      for (std::int64_t k = 0; k < outputs; ++k) {
        result[static_cast<std::size_t>((first + n) * outputs + k)] =
            columns[static_cast<std::size_t>(k * of_part.stride + n)];
      }
    }
  }
  return result;
}

}  // namespace lenet::cuda
