#include "cuda/parameters.h"

#include <algorithm>
#include <utility>

#include "train/training_state.h"

namespace lenet::cuda {
namespace {

/// A snapshot's tensors in the order of DeviceValues::all().
template <class Snapshot>
auto tensors_of(Snapshot& s) {
  return std::to_array(
      {&s.parameters, &s.first, &s.second, &s.average, &s.buffers, &s.average_buffers});
}

void copy(Stream& stream, const DeviceArray<float>& from, const DeviceArray<float>& to) {
  if (from.size() > 0) stream.copy_on_device(to.data(), from.data(), from.bytes());
}

template <class T>
DeviceArray<T> to_device(Stream& stream, const std::vector<T>& values) {
  DeviceArray<T> array(std::ssize(values));
  if (!values.empty()) upload<T>(stream, values, array);
  return array;
}

}  // namespace

DeviceValues::DeviceValues(const Trainer::Snapshot& like)
    : parameters(std::ssize(like.parameters)),
      first(std::ssize(like.first)),
      second(std::ssize(like.second)),
      average(std::ssize(like.average)),
      buffers(std::ssize(like.buffers)),
      average_buffers(std::ssize(like.average_buffers)) {}

Parameters::Parameters(const Sequential& net, Stream& stream, const Trainer::Options& options)
    : Parameters(net, stream, options, initial_snapshot(net, options)) {}

Parameters::Parameters(const Sequential& net, Stream& stream, const Trainer::Options& options,
                       const Trainer::Snapshot& initial)
    : stream_(stream),
      options_(options),
      now_(initial),
      before_(initial),
      gradient_(std::ssize(net.parameters())),
      begin_buffers_(std::ssize(net.buffers())),
      fetched_(std::ssize(net.parameters())),
      fetched_buffers_(std::ssize(net.buffers())) {
  set(initial);
}

void Parameters::connect(const Program& program) {
  std::vector<UpdatedRun> runs;
  for (std::size_t t = 0; t < program.tensors().size(); ++t) {
    for (std::int64_t i = 0; i < program.tensors()[t].count; i += kWarp) {
      runs.push_back({static_cast<std::int32_t>(t), i});
    }
  }
  tensors_ = to_device(stream_, program.tensors());
  runs_ = to_device(stream_, runs);
  if (options_.clip_norm > 0) {
    squares_ = DeviceArray<double>(SquareSum{nullptr, gradient_.size(), nullptr}.blocks());
  }
  queue_layout();
}

void Parameters::queue_begin() const { copy(stream_, now_.buffers, begin_buffers_); }

Update Parameters::update() const {
  const auto state = [](const DeviceValues& v) {
    return UpdatedState{v.parameters.data(), v.first.data(), v.second.data(), v.average.data()};
  };
  return {.tensors = tensors_.data(),
          .runs = runs_.data(),
          .gradient = gradient_.data(),
          .sums = true,
          .updates = false,
          .kind = options_.optimizer.kind,
          .momentum = options_.optimizer.momentum != 0,
          .now = state(now_),
          .before = state(before_),
          .scalars = nullptr,
          .squares = nullptr,
          .square_count = squares_.size(),
          .clip_norm = options_.clip_norm,
          .stop = nullptr,
          .step = 0,
          .bad_tensor = nullptr};
}

void Parameters::queue_step(const StepScalars* scalars, std::int32_t step,
                            const Marks& marks) const {
  Update both = update();
  both.scalars = scalars;
  both.stop = marks.stop;
  both.step = step;
  both.bad_tensor = marks.bad_tensor;
  both.updates = squares_.size() == 0;
  launch(stream_, both, runs_.size());
  if (squares_.size() > 0) {  // a limit on the norm needs all of the gradient first
    launch(stream_, SquareSum{gradient_.data(), gradient_.size(), squares_.data()});
    Update rest = both;
    rest.sums = false;
    rest.updates = true;
    rest.squares = squares_.data();
    launch(stream_, rest, runs_.size());
  }
  if (now_.buffers.size() == 0) return;
  launch(stream_, KeepBuffers{.count = now_.buffers.size(),
                              .begin = begin_buffers_.data(),
                              .now = now_.buffers.data(),
                              .before = before_.buffers.data(),
                              .average = now_.average_buffers.data(),
                              .average_before = before_.average_buffers.data(),
                              .scalars = scalars,
                              .stop = marks.stop,
                              .step = step});
}

void Parameters::queue_gradient() const {
  launch(stream_, update(), runs_.size());
  copy(stream_, begin_buffers_, now_.buffers);
}

void Parameters::queue_layout() const {
  launch(stream_, LayOut{tensors_.data(), runs_.data(), now_.parameters.data()}, runs_.size());
}

void Parameters::go_back() {
  for (std::size_t i = 0; i < now_.all().size(); ++i)
    copy(stream_, *before_.all()[i], *now_.all()[i]);
  queue_layout();
}

/// c: memory of the same size, whose values are lost.
void Parameters::swap(const DeviceArray<float>& a, const DeviceArray<float>& b,
                      const DeviceArray<float>& c) {
  copy(stream_, a, c);
  copy(stream_, b, a);
  copy(stream_, c, b);
}

void Parameters::swap_averages() {
  swap(now_.parameters, now_.average, gradient_);
  swap(now_.buffers, now_.average_buffers, begin_buffers_);
  queue_layout();
}

void Parameters::set(const Trainer::Snapshot& values) {
  const auto from = tensors_of(values);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i]->empty()) continue;
    upload<float>(stream_, *from[i], *now_.all()[i]);
    copy(stream_, *now_.all()[i], *before_.all()[i]);
  }
  if (runs_.size() > 0) queue_layout();
}

void Parameters::get(Trainer::Snapshot& values) const {
  const auto to = tensors_of(values);
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i]->resize(static_cast<std::size_t>(now_.all()[i]->size()));
    if (!to[i]->empty()) download<float>(stream_, *now_.all()[i], *to[i]);
  }
}

void Parameters::queue_fetch() const {
  stream_.copy_to_host(fetched_.data(), now_.parameters.data(), fetched_.bytes());
  if (fetched_buffers_.size() == 0) return;
  stream_.copy_to_host(fetched_buffers_.data(), now_.buffers.data(), fetched_buffers_.bytes());
}

void Parameters::fetch() const {
  queue_fetch();
  stream_.wait();
}

void Parameters::put_into(Sequential& net) const {
  std::copy_n(fetched_.data(), fetched_.size(), net.parameters().data());
  std::copy_n(fetched_buffers_.data(), fetched_buffers_.size(), net.buffers().data());
}

void Parameters::get_gradient(std::span<float> gradient) const {
  download<float>(stream_, gradient_, gradient);
}

}  // namespace lenet::cuda
