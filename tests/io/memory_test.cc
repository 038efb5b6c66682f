// Memory while a file is read stays below twice its bytes (unpacked) and 16 MiB: what is read and
// what becomes of it. Each file is written and read by a child process, whose resident memory
// tells.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "data/test_files.h"
#include "lenet/checkpoint.h"
#include "lenet/load_data.h"
#include "lenet/model_file.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBytes = 64 << 20, kFloats = kBytes / 4;

/// The largest resident memory of a child that does this, in bytes.
std::int64_t peak(const std::function<void()>& action) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      action();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  rusage used{};
  EXPECT_EQ(wait4(child, &status, 0, &used), child);
  EXPECT_EQ(status, 0);
  return std::int64_t{used.ru_maxrss} * 1024;
}

class MemoryWhileReading : public TestFolder {
 protected:
  void expect_bounded(const std::function<void()>& write, const std::function<void()>& read) const {
    peak(write);
    const std::int64_t idle = peak([] {});
    const std::int64_t taken = peak(read) - idle;
    EXPECT_GT(taken, kBytes / 4);
    EXPECT_LE(taken, 2 * kBytes + (16 << 20));
  }

  /// A file of a beginning and `count` times a text behind it.
  void write_repeated(const char* name, const std::string& start, const std::string& text,
                      std::int64_t count) const {
    std::ofstream file(dir_ / name, std::ios::binary);
    file << start;
    for (std::int64_t i = 0; i < count; ++i) file << text;
  }

  const fs::path file_ = dir_ / "file";
};

/// A network of as many parameters.
Sequential large_net() {
  Sequential net = Sequential::parse("Flatten Linear(16384)");
  Generator generator;
  net.build({1, 32, 32}, generator);
  return net;
}

TEST_F(MemoryWhileReading, Safetensors) {
  expect_bounded(
      [&] {
        write_safetensors(file_, {{"a", {kFloats}, std::vector<float>(kFloats, 1.5f)}});
      },
      [&] { read_safetensors(file_); });
}

TEST_F(MemoryWhileReading, Models) {
  expect_bounded(
      [&] {
        Sequential net = large_net();
        save_model(file_, net, {});
      },
      [&] { load_model(file_); });
}

TEST_F(MemoryWhileReading, Checkpoints) {
  expect_bounded(
      [&] {
        FitState state;
        state.trainer.parameters = state.trainer.first = std::vector<float>(kFloats / 2, 1.5f);
        save_checkpoint(file_, {"{}", state});
      },
      [&] { load_checkpoint(file_); });
}

TEST_F(MemoryWhileReading, IdxFilesPlainAndGzipped) {
  constexpr std::uint32_t kImages = kBytes / 1024;
  const auto write = [&](bool packed) {
    for (const char* set : {"train", "t10k"}) {
      const bool train = set[1] == 'r';
      const std::uint32_t images = train ? kImages : 1;
      const std::string name = (dir_ / set).string(), end = packed ? ".gz" : "";
      const std::string pixels = image_file(images, 32, 32, noise(1024 * std::size_t{images}));
      const std::string labels = label_file(std::string(images, '\0'));
      write_file(name + "-images-idx3-ubyte" + end, packed ? gzip(pixels, 1) : pixels);
      write_file(name + "-labels-idx1-ubyte" + end, packed ? gzip(labels, 1) : labels);
    }
  };
  expect_bounded([&] { write(false); }, [&] { load_data(dir_); });
  for (const auto& entry : fs::directory_iterator(dir_)) fs::remove(entry);
  expect_bounded([&] { write(true); }, [&] { load_data(dir_); });
}

TEST_F(MemoryWhileReading, Csv) {
  std::string row = "1";
  for (int i = 0; i < 1024; ++i) row += ",7";
  row += '\n';
  const std::int64_t rows = kBytes / std::ssize(row);
  expect_bounded([&] { write_repeated("a.csv", "", row, rows); },
                 [&] { load_data(dir_ / "a.csv", {.test_split = 0.5}); });
}

TEST_F(MemoryWhileReading, Cifar) {
  const std::string record(3073, '\1');
  expect_bounded([&] { write_repeated("data_batch_1.bin", "", record, kBytes / 3073); },
                 [&] { load_data(dir_, {.test_split = 0.5}); });
}

/// An array as numpy writes it.
std::string npy(const std::string& descr, const std::string& shape, const std::string& values) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize(118, ' ');
  return std::string("\x93NUMPY\1\0\x76\0", 10) + header + values;
}

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A zip archive that stores the files (PKWARE's APPNOTE, 4.3.7, 4.3.12 and 4.3.16).
std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string bytes, directory;
  for (const auto& [name, content] : files) {
    const std::string facts =
        little_endian(20, 2) + little_endian(0, 8) +
        little_endian(libdeflate_crc32(0, content.data(), content.size()), 4) +
        little_endian(content.size(), 4) + little_endian(content.size(), 4) +
        little_endian(name.size(), 2) + little_endian(0, 2);
    directory += "PK\1\2" + little_endian(20, 2) + facts + little_endian(0, 10) +
                 little_endian(bytes.size(), 4) + name;
    bytes += "PK\3\4" + facts + name + content;
  }
  const std::string count = little_endian(files.size(), 2);
  return bytes + directory + "PK\5\6" + little_endian(0, 4) + count + count +
         little_endian(directory.size(), 4) + little_endian(bytes.size(), 4) + little_endian(0, 2);
}

TEST_F(MemoryWhileReading, NpzOfBytesAndFloats) {
  constexpr std::size_t kImage = 32 * 32 * 3;
  for (const auto& [type, item] : {std::pair<const char*, std::size_t>{"|u1", 1}, {"<f4", 4}}) {
    const std::size_t images = kBytes / (kImage * item);
    const std::string count = std::to_string(images);
    expect_bounded(
        [&] {
          const std::string pixels(images * kImage * item, '\0'), labels(images, '\0');
          write_file(dir_ / "a.npz", zip({{"x_train.npy", npy(type, count + ", 32, 32, 3", pixels)},
                                          {"y_train.npy", npy("|u1", count + ",", labels)}}));
        },
        [&] { load_data(dir_ / "a.npz", {.test_split = 0.5}); });
  }
}

}  // namespace
}  // namespace lenet
