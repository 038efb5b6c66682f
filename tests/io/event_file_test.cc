#include "io/event_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>

namespace lenet {
namespace {

using protozero::pbf_reader;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x} ", static_cast<unsigned char>(c));
  return text;
}

/// The field `path` of messages within each other.
std::string field_of(const std::string& message, const std::vector<std::uint32_t>& path) {
  std::string part = message;
  for (const std::uint32_t field : path) {
    pbf_reader reader(part);
    if (!reader.next(field)) return "";
    part = reader.get_string();
  }
  return part;
}

TEST(EventRecord, HasTheChecksumOfCastagnoli) { EXPECT_EQ(crc32c("123456789"), 0xE3069283); }

// The first record of every file of TensorFlow's own writer, and a scalar of its summary writer.
TEST(EventRecord, IsThatOfTensorFlow) {
  EXPECT_EQ(
      hex(event_record(version_event(1'700'000'000))),
      "18 00 00 00 00 00 00 00 a3 7f 4b 22 09 00 00 00 40 fc 54 d9 41 1a 0d 62 72 61 69 6e 2e "
      "45 76 65 6e 74 3a 32 ec ed 8f 9d ");
  EXPECT_EQ(
      hex(event_record(scalar_event({1'700'000'000, 235}, "loss/train", 0.5f))),
      "37 00 00 00 00 00 00 00 e7 e8 ca 59 09 00 00 00 40 fc 54 d9 41 10 eb 01 2a 29 0a 27 0a "
      "0a 6c 6f 73 73 2f 74 72 61 69 6e 42 0a 08 01 12 00 22 04 00 00 00 3f 4a 0d 0a 09 0a 07 "
      "73 63 61 6c 61 72 73 20 01 47 1d 43 e6 ");
}

/// (left, right, count) of each bucket.
std::vector<double> buckets(const std::vector<float>& values) {
  const std::string message = histogram_event({1, 2}, "weights/0.weight", values);
  const std::string content = field_of(message, {5, 1, 8, 4});
  std::vector<double> numbers(content.size() / sizeof(double));
  std::memcpy(numbers.data(), content.data(), content.size());
  return numbers;
}

TEST(HistogramEvent, CountsThirtyBuckets) {
  std::vector<float> values;
  for (int i = 0; i <= 60; ++i) values.push_back(static_cast<float>(i));
  values.push_back(std::numeric_limits<float>::infinity());
  values.push_back(std::nanf(""));
  const std::vector<double> found = buckets(values);
  ASSERT_EQ(found.size(), 90u);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_DOUBLE_EQ(found[3 * i], 2.0 * static_cast<double>(i));
    EXPECT_DOUBLE_EQ(found[3 * i + 1], 2.0 * static_cast<double>(i + 1));
    EXPECT_EQ(found[3 * i + 2], i == 29 ? 3 : 2);  // the last one has its right edge
  }
}

TEST(HistogramEvent, OfOneValueHasItInTheLastBucket) {
  const std::vector<double> found = buckets({7, 7, 7});
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(found[3 * i], 7);
    EXPECT_EQ(found[3 * i + 1], 7);
    EXPECT_EQ(found[3 * i + 2], i == 29 ? 3 : 0);
  }
  EXPECT_EQ(buckets({}), std::vector<double>(90));
}

TEST(ImageEvent, HoldsSizeAndFile) {
  const std::string message = image_event({1, 2}, "filters", "a png", 30, 20);
  std::vector<std::string> strings;
  const std::string tensor = field_of(message, {5, 1, 8});
  for (pbf_reader reader(tensor); reader.next();) {
    reader.tag() == 8 ? strings.push_back(reader.get_string()) : reader.skip();
  }
  EXPECT_EQ(strings, (std::vector<std::string>{"30", "20", "a png"}));
  EXPECT_EQ(field_of(message, {5, 1, 9, 1, 1}), "images");
}

TEST(SessionEvents, HoldTheOptions) {
  const std::string start =
      session_start_event(5, {{"lr", 0.5}, {"nesterov", true}, {"model", "lenet"}}, "the group");
  EXPECT_EQ(field_of(start, {5, 1, 1}), "_hparams_/session_start_info");
  const std::vector<std::uint32_t> content = {5, 1, 9, 1, 2, 3};
  const std::string info = field_of(start, content);
  EXPECT_EQ(field_of(info, {4}), "the group");
  EXPECT_EQ(field_of(info, {1, 1}), "lr");
  const std::string value = field_of(info, {1, 2});
  pbf_reader number(value);
  ASSERT_TRUE(number.next(2));
  EXPECT_EQ(number.get_double(), 0.5);
  EXPECT_EQ(field_of(session_end_event(5, SessionStatus::kSuccess), {5, 1, 1}),
            "_hparams_/session_end_info");
}

}  // namespace
}  // namespace lenet
