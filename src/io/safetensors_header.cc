#include "io/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "lenet/error.h"

namespace lenet {
namespace {

using nlohmann::json;

/// More sizes than PyTorch (64) or NumPy (64) allow would only serve to exhaust memory.
constexpr std::int64_t kMaxRank = 64;

/// As much of a number as a message shows.
constexpr std::size_t kMaxDigits = 40;

/// What the format allows next. Each state has one kind of value, so nesting cannot grow.
enum class Next {
  kHeader,
  kName,
  kMetadata,
  kMetadataKey,
  kMetadataValue,
  kTensor,
  kField,
  kDtype,
  kShape,
  kSize,
  kOffsets,
  kOffset,
};

std::string_view describe(Next next) {
  switch (next) {
    case Next::kHeader:
    case Next::kName:
    case Next::kMetadataKey:
    case Next::kField:
      break;  // here JSON itself allows nothing else
    case Next::kMetadata:
      return "an object of strings";
    case Next::kMetadataValue:
      return "a string";
    case Next::kTensor:
      return "an object with dtype, shape and data_offsets";
    case Next::kDtype:
      return "dtype as a string";
    case Next::kShape:
      return "shape as an array of integers";
    case Next::kOffsets:
      return "data_offsets as an array of two integers";
    case Next::kSize:
    case Next::kOffset:
      return "an integer from 0 to 2^63 - 1";
  }
  return "";
}

/// Receives the header from nlohmann's SAX parser. A method whose value the format does not allow
/// at this place throws.
class HeaderReader {
 public:
  explicit HeaderReader(const std::string& source) : source_(source) {}

  SafeTensorsHeader take() { return std::move(header_); }

  bool null() { refuse("null"); }
  bool boolean(bool value) { refuse(value ? "true" : "false"); }
  bool binary(json::binary_t&) { refuse("binary data"); }
  bool number_integer(std::int64_t value) { refuse(fmt::format("{}", value)); }
  bool number_float(double, const std::string& text) { refuse(text.substr(0, kMaxDigits)); }

  bool number_unsigned(std::uint64_t value) {
    const bool awaited = next_ == Next::kSize || next_ == Next::kOffset;
    if (!awaited || std::cmp_greater(value, std::numeric_limits<std::int64_t>::max())) {
      refuse(fmt::format("{}", value));
    }
    std::vector<std::int64_t>& numbers = next_ == Next::kSize ? tensor().shape : offsets_;
    const std::int64_t most = next_ == Next::kSize ? kMaxRank : 2;
    if (std::ssize(numbers) == most) {
      fail(fmt::format("{}: more than {} numbers in {}", place(), most,
                       next_ == Next::kSize ? "shape" : "data_offsets"));
    }
    numbers.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool string(std::string& value) {
    if (next_ == Next::kMetadataValue) {
      header_.metadata[metadata_key_] = std::move(value);
      next_ = Next::kMetadataKey;
    } else if (next_ == Next::kDtype) {
      const std::optional<Dtype> dtype = dtype_named(value);
      if (!dtype) {
        fail(fmt::format("{}: dtype {}, want one of {}", place(), quoted_name(value), kDtypeNames));
      }
      tensor().dtype = *dtype;
      next_ = Next::kField;
    } else {
      refuse(quoted_name(value));
    }
    return true;
  }

  bool start_object(std::size_t) {
    if (next_ == Next::kHeader) {
      next_ = Next::kName;
    } else if (next_ == Next::kMetadata) {
      next_ = Next::kMetadataKey;
    } else if (next_ == Next::kTensor) {
      next_ = Next::kField;
    } else {
      refuse("an object");
    }
    return true;
  }

  bool key(std::string& key) {
    if (next_ == Next::kName) {
      begin_value(key);
    } else if (next_ == Next::kMetadataKey) {
      if (header_.metadata.contains(key)) {
        fail(twice(fmt::format("{} key {}", kMetadataKey, quoted_name(key))));
      }
      metadata_key_ = std::move(key);
      next_ = Next::kMetadataValue;
    } else {
      begin_field(key);
    }
    return true;
  }

  bool end_object() {
    if (next_ == Next::kField) end_tensor();
    next_ = Next::kName;
    return true;
  }

  bool start_array(std::size_t) {
    if (next_ == Next::kShape) {
      next_ = Next::kSize;
    } else if (next_ == Next::kOffsets) {
      next_ = Next::kOffset;
    } else {
      refuse("an array");
    }
    return true;
  }

  bool end_array() {
    if (next_ == Next::kOffset && std::ssize(offsets_) != 2) {
      fail(fmt::format("{}: data_offsets [{}], want two numbers", place(),
                       fmt::join(offsets_, ", ")));
    }
    next_ = Next::kField;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const json::exception& error) {
    constexpr int kNumberOverflow = 406;
    if (error.id == kNumberOverflow) refuse(token.substr(0, kMaxDigits));
    fail(fmt::format("the header is not JSON in UTF-8 (its byte {})", position));
  }

 private:
  struct Fields {
    bool dtype = false;
    bool shape = false;
    bool data_offsets = false;
  };

  TensorEntry& tensor() { return header_.tensors.back(); }

  void begin_value(std::string& name) {
    if (name == kMetadataKey) {
      if (std::exchange(metadata_seen_, true)) fail(twice(quoted_name(name)));
      next_ = Next::kMetadata;
      return;
    }
    if (name.find('\0') != std::string::npos) {
      fail(fmt::format("tensor {}: a NUL in the name", quoted_name(name)));
    }
    header_.tensors.push_back({.name = std::move(name), .shape = {}});
    offsets_.clear();
    fields_ = {};
    next_ = Next::kTensor;
  }

  void begin_field(const std::string& name) {
    bool* seen = nullptr;
    if (name == "dtype") {
      seen = &fields_.dtype;
      next_ = Next::kDtype;
    } else if (name == "shape") {
      seen = &fields_.shape;
      next_ = Next::kShape;
    } else if (name == "data_offsets") {
      seen = &fields_.data_offsets;
      next_ = Next::kOffsets;
    } else {
      fail(fmt::format("{}: field {}, want only dtype, shape and data_offsets", place(),
                       quoted_name(name)));
    }
    if (std::exchange(*seen, true)) fail(twice(fmt::format("{}: field {}", place(), name)));
  }

  void end_tensor() {
    if (!fields_.dtype || !fields_.shape || !fields_.data_offsets) {
      fail(fmt::format("{}: no {}", place(),
                       !fields_.dtype   ? "dtype"
                       : !fields_.shape ? "shape"
                                        : "data_offsets"));
    }
    TensorEntry& entry = tensor();
    entry.begin = offsets_[0];
    entry.end = offsets_[1];
  }

  /// The tensor or metadata key that is being read.
  std::string place() const {
    switch (next_) {
      case Next::kHeader:
      case Next::kName:
        return "header";
      case Next::kMetadata:
      case Next::kMetadataKey:
        return std::string(kMetadataKey);
      case Next::kMetadataValue:
        return fmt::format("{} key {}", kMetadataKey, quoted_name(metadata_key_));
      case Next::kTensor:
      case Next::kField:
      case Next::kDtype:
      case Next::kShape:
      case Next::kSize:
      case Next::kOffsets:
      case Next::kOffset:
        break;
    }
    return fmt::format("tensor {}", quoted_name(header_.tensors.back().name));
  }

  static std::string twice(const std::string& what) { return what + " is there twice"; }

  [[noreturn]] void refuse(std::string_view found) const {
    fail(fmt::format("{}: found {}, want {}", place(), found, describe(next_)));
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", source_, message));
  }

  const std::string& source_;
  SafeTensorsHeader header_;
  Next next_ = Next::kHeader;
  bool metadata_seen_ = false;
  std::string metadata_key_;
  Fields fields_;
  std::vector<std::int64_t> offsets_;
};

}  // namespace

SafeTensorsHeader parse_safetensors_header(std::string_view text, const std::string& source) {
  // nlohmann's parser takes a NUL for the end of the input.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("{}: the header is not JSON in UTF-8 (its byte {})", source, nul + 1));
  }
  HeaderReader reader(source);
  json::sax_parse(text.begin(), text.end(), &reader);
  return reader.take();
}

std::string quoted_name(std::string_view name) {
  constexpr std::size_t kMost = 60;
  return fmt::format("{:?}{}", name.substr(0, kMost), name.size() > kMost ? "..." : "");
}

}  // namespace lenet
