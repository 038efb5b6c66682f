#include "lenet/checkpoint.h"

#include <cstdint>
#include <string>

#include "base/sha256.h"
#include "fuzz/memory_file.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

void load(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  load_checkpoint(file.path());
}

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// The same file with the SHA-256 that belongs to it, without which nothing else of it is read.
std::string with_its_digest(const std::uint8_t* data, std::size_t size) {
  SafeTensors file = parse_safetensors({reinterpret_cast<const char*>(data), size}, "input");
  file.metadata.erase("sha256");
  const std::string rest = serialise_safetensors(file.tensors, file.metadata);
  file.metadata["sha256"] = sha256({bytes_of(rest), rest.size()});
  return serialise_safetensors(file.tensors, file.metadata);
}

}  // namespace
}  // namespace lenet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    lenet::load(data, size);
  } catch (const lenet::Error&) {
  }
  try {
    const std::string whole = lenet::with_its_digest(data, size);
    lenet::load(lenet::bytes_of(whole), whole.size());
  } catch (const lenet::Error&) {
  }
  return 0;
}
