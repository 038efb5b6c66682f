// TensorBoard's event files: records of protobuf messages, each between checksums. The format:
// https://github.com/tensorflow/tensorboard, compat/proto/event.proto and summary.proto.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace lenet {

/// CRC-32C (Castagnoli), as of "123456789": E3069283.
std::uint32_t crc32c(std::string_view bytes);

/// A message as it stands in a file: its length and it, each with a masked checksum behind it.
std::string event_record(std::string_view message);

/// When something was so.
struct EventTime {
  double wall;        ///< seconds since 1970
  std::int64_t step;  ///< steps of the optimizer done
};

// Messages.
std::string version_event(double wall);
/// From this step on, what another file of the folder says holds no more.
std::string restart_event(const EventTime& time);
std::string scalar_event(const EventTime& time, const std::string& tag, float value);
std::string text_event(const EventTime& time, const std::string& tag, const std::string& text);
/// png: a file's bytes, of a picture of this size.
std::string image_event(const EventTime& time, const std::string& tag, const std::string& png,
                        std::int64_t width, std::int64_t height);
/// Thirty buckets from the least to the largest of the values; those that are not finite are left
/// out.
std::string histogram_event(const EventTime& time, const std::string& tag,
                            std::span<const float> values);
/// Which curves are drawn over each other: a chart of this title for each, of the tags that match.
struct Overlay {
  std::string title, tags;  ///< tags: a regular expression
};
std::string layout_event(double wall, const std::vector<Overlay>& charts);

enum class SessionStatus { kSuccess = 1, kFailure = 2 };

/// options: those of the run, by name; group: what is one for runs that differ by the seed alone.
std::string session_start_event(double wall, const nlohmann::ordered_json& options,
                                const std::string& group);
std::string session_end_event(double wall, SessionStatus status);

}  // namespace lenet
