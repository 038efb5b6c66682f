#include "io/event_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

namespace lenet {
namespace {

using protozero::pbf_writer;

/// Field numbers.
namespace field {
namespace event {
enum : std::uint32_t { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7 };
}
namespace value {
enum : std::uint32_t { kTag = 1, kTensor = 8, kMetadata = 9 };
}
namespace metadata {
enum : std::uint32_t { kPluginData = 1, kDataClass = 4 };
}
namespace plugin {
enum : std::uint32_t { kName = 1, kContent = 2 };
}
namespace tensor {
enum : std::uint32_t { kType = 1, kShape = 2, kContent = 4, kStrings = 8 };
}
namespace hparams {
enum : std::uint32_t { kVersion = 1, kStart = 3, kEnd = 4 };
}
namespace layout {
enum : std::uint32_t {
  kVersion = 1,
  kCategory = 2,
  kTitle = 1,
  kChart = 2,
  kMultiline = 2,
  kTag = 1
};
}
}  // namespace field

/// DataType, and how TensorBoard treats a value.
enum Type { kFloat = 1, kDouble = 2, kString = 7 };
enum DataClass { kNone = 0, kScalar = 1, kTensor = 2, kBlobs = 3 };

std::string begin_event(const EventTime& time) {
  std::string message;
  pbf_writer event(message);
  event.add_double(field::event::kWallTime, time.wall);
  if (time.step != 0) event.add_int64(field::event::kStep, time.step);
  return message;
}

void add_shape(pbf_writer& tensor, std::span<const std::int64_t> dims) {
  if (dims.empty()) return tensor.add_message(field::tensor::kShape, "", 0);  // of a scalar
  pbf_writer shape(tensor, field::tensor::kShape);
  for (const std::int64_t size : dims) pbf_writer(shape, 2).add_int64(1, size);
}

/// An event of one value that a plugin of TensorBoard shows; add_tensor(tensor) writes what it is.
template <class AddTensor>
std::string summary_event(const EventTime& time, const std::string& tag, std::string_view plugin,
                          DataClass data_class, const std::string& content,
                          const AddTensor& add_tensor) {
  std::string message = begin_event(time);
  pbf_writer event(message);
  pbf_writer summary(event, field::event::kSummary);
  pbf_writer value(summary, 1);
  value.add_string(field::value::kTag, tag);
  add_tensor(value);
  pbf_writer metadata(value, field::value::kMetadata);
  {
    pbf_writer data(metadata, field::metadata::kPluginData);
    data.add_string(field::plugin::kName, plugin.data(), plugin.size());
    if (!content.empty()) data.add_bytes(field::plugin::kContent, content);
  }
  if (data_class != kNone) metadata.add_enum(field::metadata::kDataClass, data_class);
  return message;
}

/// A tensor of strings.
std::string strings_event(const EventTime& time, const std::string& tag, std::string_view plugin,
                          DataClass data_class, const std::vector<std::string>& strings,
                          bool scalar) {
  return summary_event(time, tag, plugin, data_class, "", [&](pbf_writer& value) {
    pbf_writer tensor(value, field::value::kTensor);
    tensor.add_enum(field::tensor::kType, kString);
    const std::int64_t count = std::ssize(strings);
    add_shape(tensor, std::span(&count, scalar ? 0u : 1u));
    for (const std::string& text : strings) tensor.add_bytes(field::tensor::kStrings, text);
  });
}

template <class T>
std::string bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// The edges of each bucket and how many values lie in it: (buckets, 3). Of one value alone all
/// edges are it, and it counts in the last one, as in TensorBoard's own writer.
std::vector<double> buckets_of(std::span<const float> values) {
  constexpr std::size_t kBuckets = 30;
  std::vector<double> buckets(3 * kBuckets);
  std::vector<double> finite;
  std::ranges::copy_if(values, std::back_inserter(finite),
                       [](float v) { return std::isfinite(v); });
  if (finite.empty()) return buckets;
  const auto [least, most] = std::ranges::minmax(finite);
  const double width = (most - least) / kBuckets;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets[3 * i] = least + width * static_cast<double>(i);
    buckets[3 * i + 1] = i + 1 == kBuckets ? most : least + width * static_cast<double>(i + 1);
  }
  for (const double v : finite) {
    const double place = width > 0 ? (v - least) / width : kBuckets;
    buckets[3 * std::min(static_cast<std::size_t>(place), kBuckets - 1) + 2] += 1;
  }
  return buckets;
}

/// An event whose tensor is empty and whose content of the plugin says all.
std::string content_event(double wall, const std::string& tag, std::string_view plugin,
                          const std::string& content) {
  return summary_event({wall, 0}, tag, plugin, kTensor, content, [](pbf_writer& value) {
    pbf_writer tensor(value, field::value::kTensor);
    tensor.add_enum(field::tensor::kType, kFloat);
    add_shape(tensor, {});
    const float zero = 0;
    tensor.add_bytes(field::tensor::kContent, bytes_of(std::span(&zero, 1)));
  });
}

/// google.protobuf.Value.
void add_value(pbf_writer& entry, const nlohmann::ordered_json& value) {
  pbf_writer message(entry, 2);
  if (value.is_boolean()) {
    message.add_bool(4, value.get<bool>());
  } else if (value.is_number()) {
    message.add_double(2, value.get<double>());
  } else {
    message.add_string(3, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

std::array<std::uint32_t, 256> crc_table() {
  constexpr std::uint32_t kReversed = 0x82F63B78;
  std::array<std::uint32_t, 256> table;
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kReversed : 0);
    table[i] = crc;
  }
  return table;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = crc_table();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

std::string event_record(std::string_view message) {
  const auto masked = [](std::string_view bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
  };
  std::string record;
  const auto put = [&](std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) record += static_cast<char>(number >> 8 * i);
  };
  put(message.size(), 8);
  put(masked(record), 4);
  record += message;
  put(masked(message), 4);
  return record;
}

std::string version_event(double wall) {
  std::string message = begin_event({wall, 0});
  pbf_writer(message).add_string(field::event::kFileVersion, "brain.Event:2");
  return message;
}

std::string restart_event(const EventTime& time) {
  std::string message = begin_event(time);
  pbf_writer event(message);
  pbf_writer(event, field::event::kSessionLog).add_enum(1, 1);
  return message;
}

std::string scalar_event(const EventTime& time, const std::string& tag, float value) {
  return summary_event(time, tag, "scalars", kScalar, "", [&](pbf_writer& message) {
    pbf_writer tensor(message, field::value::kTensor);
    tensor.add_enum(field::tensor::kType, kFloat);
    add_shape(tensor, {});
    tensor.add_bytes(field::tensor::kContent, bytes_of(std::span<const float>(&value, 1)));
  });
}

std::string text_event(const EventTime& time, const std::string& tag, const std::string& text) {
  return strings_event(time, tag, "text", kTensor, {text}, true);
}

std::string image_event(const EventTime& time, const std::string& tag, const std::string& png,
                        std::int64_t width, std::int64_t height) {
  return strings_event(time, tag, "images", kBlobs,
                       {std::to_string(width), std::to_string(height), png}, false);
}

std::string histogram_event(const EventTime& time, const std::string& tag,
                            std::span<const float> values) {
  const std::vector<double> buckets = buckets_of(values);
  return summary_event(time, tag, "histograms", kTensor, "", [&](pbf_writer& message) {
    pbf_writer tensor(message, field::value::kTensor);
    tensor.add_enum(field::tensor::kType, kDouble);
    const std::int64_t dims[] = {std::ssize(buckets) / 3, 3};
    add_shape(tensor, dims);
    tensor.add_bytes(field::tensor::kContent, bytes_of(std::span<const double>(buckets)));
  });
}

std::string layout_event(double wall, const std::vector<Overlay>& charts) {
  namespace f = field::layout;
  std::string content;
  {
    pbf_writer layout(content);
    pbf_writer category(layout, f::kCategory);
    category.add_string(f::kTitle, "lenet");
    for (const Overlay& overlay : charts) {
      pbf_writer chart(category, f::kChart);
      chart.add_string(f::kTitle, overlay.title);
      pbf_writer(chart, f::kMultiline).add_string(f::kTag, overlay.tags);
    }
  }
  return content_event(wall, "custom_scalars__config__", "custom_scalars", content);
}

std::string session_start_event(double wall, const nlohmann::ordered_json& options,
                                const std::string& group) {
  std::string content;
  {
    pbf_writer data(content);
    pbf_writer start(data, field::hparams::kStart);
    for (const auto& [name, value] : options.items()) {
      pbf_writer entry(start, 1);
      entry.add_string(1, name);
      add_value(entry, value);
    }
    start.add_string(4, group);
    start.add_double(5, wall);
  }
  return content_event(wall, "_hparams_/session_start_info", "hparams", content);
}

std::string session_end_event(double wall, SessionStatus status) {
  std::string content;
  {
    pbf_writer data(content);
    pbf_writer end(data, field::hparams::kEnd);
    end.add_enum(1, static_cast<std::int32_t>(status));
    end.add_double(2, wall);
  }
  return content_event(wall, "_hparams_/session_end_info", "hparams", content);
}

}  // namespace lenet
