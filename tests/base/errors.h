// What the tests ask of an Error: its kind, and what its message names.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lenet/error.h"

namespace lenet {

/// The message of the lenet::Error of kind `kind` that `action` throws.
template <typename Action>
std::string error_of(ErrorKind kind, Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no lenet::Error was thrown";
  return "";
}

inline testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
}

}  // namespace lenet
