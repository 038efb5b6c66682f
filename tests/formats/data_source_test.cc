// What a path or a word is taken for: folders above the data, names of data sets.
#include "formats/data_source.h"

#include "data/test_files.h"
#include "formats/named_data.h"
#include "lenet/image.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class Source : public TestFolder {
 protected:
  void write_idx(const fs::path& folder, const std::string& start = "") const {
    fs::create_directories(folder);
    for (const std::string part : {"train", "t10k"}) {
      write_file(folder / (start + part + "-images-idx3-ubyte"), image_file(1, 1, 2, "ab"));
      write_file(folder / (start + part + "-labels-idx1-ubyte"), label_file(std::string(1, '\0')));
    }
  }
  DataSource source(const fs::path& path, LoadOptions options = {}) {
    options.note = [this](const std::string& note) { notes_ += note + "\n"; };
    return data_source(path, options);
  }
  std::string refusal(const fs::path& path, ErrorKind kind = ErrorKind::kBadInput) {
    return error_of(kind, [&] { source(path); });
  }

  std::string notes_;
  const ScopedEnv cache_{"XDG_CACHE_HOME", (dir_ / "cache").string()};
};

TEST_F(Source, FindsTheOnlyDataBelowAFolder) {
  write_idx(dir_ / "MNIST" / "raw");
  fs::create_directories(dir_ / "MNIST" / "processed");
  const DataSource found = source(dir_);
  EXPECT_EQ(found.path, dir_ / "MNIST" / "raw");
  EXPECT_EQ(found.format, DataFormat::kIdx);
  EXPECT_TRUE(contains(notes_, "MNIST/raw: the data, the only one below"));
  EXPECT_EQ(load_data(dir_).first.size(), 1);
  EXPECT_EQ(data_format(dir_), DataFormat::kIdx);
}

TEST_F(Source, FindsCifarOneFolderUp) {
  fs::create_directories(dir_ / "cifar-10-batches-bin");
  write_file(dir_ / "cifar-10-batches-bin" / "data_batch_1.bin", std::string(3073, '\0'));
  EXPECT_EQ(source(dir_).path, dir_ / "cifar-10-batches-bin");
}

TEST_F(Source, NamesSeveralDataSetsBelowAFolder) {
  write_idx(dir_ / "MNIST" / "raw");
  write_idx(dir_ / "FashionMNIST" / "raw");
  const std::string message = refusal(dir_);
  EXPECT_TRUE(contains(message, "several data sets; give one of "));
  EXPECT_TRUE(contains(message, "FashionMNIST/raw, "));
  EXPECT_TRUE(contains(message, "/MNIST/raw"));
}

TEST_F(Source, LooksNoDeeperThanTwoFolders) {
  write_idx(dir_ / "a" / "b" / "c");
  EXPECT_TRUE(contains(refusal(dir_), "a folder of other files"));
}

TEST_F(Source, NamesWhatToGetForCifarOfPython) {
  for (const std::string folder : {"root/cifar-10-batches-py", "cifar-10-batches-py"}) {
    fs::create_directories(dir_ / folder);
    for (const char* name : {"data_batch_1", "batches.meta"}) write_file(dir_ / folder / name, "");
  }
  for (const char* name : {"root", "cifar-10-batches-py"}) {
    const std::string message = refusal(dir_ / name);
    EXPECT_TRUE(contains(message, "cifar-10-batches-py: CIFAR as Python's pickles")) << message;
    EXPECT_TRUE(contains(message, "https://www.cs.toronto.edu/~kriz/cifar.html"));
  }
  fs::create_directories(dir_ / "cifar-100-python");
  for (const char* name : {"train", "test", "meta"}) {
    write_file(dir_ / "cifar-100-python" / name, "");
  }
  EXPECT_TRUE(contains(refusal(dir_ / "cifar-100-python"), "pickles"));
}

TEST_F(Source, TakesDataBesideAFolderOfPicturesOfIt) {
  fs::create_directories(dir_ / "samples");
  write_png(dir_ / "samples/1.png", Image{{1, 1, 2}, {1, 2}});
  EXPECT_EQ(source(dir_).format, DataFormat::kImages);
  write_file(dir_ / "train.csv", "0,1\n1,2\n");
  EXPECT_EQ(source(dir_).format, DataFormat::kCsv);
  EXPECT_EQ(notes_, "");
  write_file(dir_ / "data.npz", "");
  EXPECT_EQ(source(dir_).format, DataFormat::kNpz);
  EXPECT_TRUE(contains(notes_, "train.csv: not used, as the data is in NPZ"));
  write_idx(dir_);
  EXPECT_EQ(source(dir_).format, DataFormat::kIdx);
  EXPECT_TRUE(contains(notes_, "train.csv: not used, as the data is in IDX files"));
  EXPECT_TRUE(contains(notes_, "data.npz: not used, as the data is in IDX files"));
}

TEST_F(Source, NamesTheFolderWantedForOneFileOfSeveral) {
  write_idx(dir_);
  EXPECT_TRUE(contains(refusal(dir_ / "train-images-idx3-ubyte"), "one IDX file; give the folder"));
  write_file(dir_ / "a.gz", gzip(label_file("\1")));
  EXPECT_TRUE(contains(refusal(dir_ / "a.gz"), "one IDX file; give the folder"));
  write_file(dir_ / "a.tar.gz", gzip("an archive of files"));
  EXPECT_TRUE(contains(refusal(dir_ / "a.tar.gz"), "a packed file; unpack it"));
}

TEST_F(Source, LooksForNamedDataInTheCache) {
  write_idx(dir_ / "cache" / "lenet" / "kmnist");
  const DataSource found = source("kmnist");
  EXPECT_EQ(found.path, dir_ / "cache" / "lenet" / "kmnist");
  EXPECT_TRUE(contains(notes_, "kmnist: " + found.path.string()));
  EXPECT_FALSE(found.options.transpose);
}

TEST_F(Source, TakesASplitOfEmnistUprightByItsName) {
  write_idx(dir_ / "cache" / "lenet" / "emnist", "emnist-letters-");
  write_idx(dir_ / "cache" / "lenet" / "emnist", "emnist-digits-");
  const DataSource found = source("emnist-letters");
  EXPECT_EQ(found.options.split, "letters");
  EXPECT_TRUE(found.options.transpose);
  EXPECT_EQ(load_data("emnist-letters").first.image_shape(), (Shape{1, 2, 1}));
  write_idx(dir_ / "cache" / "lenet" / "emnist-digits", "emnist-digits-");
  EXPECT_EQ(source("emnist-digits").options.split, "");
}

TEST_F(Source, SaysWhereNamedDataCanBeHad) {
  const std::string message = refusal("qmnist", ErrorKind::kIo);
  EXPECT_TRUE(contains(message, "qmnist: no such path, and not found in"));
  EXPECT_TRUE(contains(message, "/usr/share/datasets/qmnist"));
  EXPECT_TRUE(contains(message, (dir_ / "cache" / "lenet" / "qmnist").string()));
  EXPECT_TRUE(contains(message, "https://github.com/facebookresearch/qmnist"));
  for (const char* name : {"mnist", "kmnist", "k49", "emnist-balanced", "cifar10", "cifar100"}) {
    EXPECT_TRUE(named_data(name)) << name;
    EXPECT_TRUE(contains(refusal(name, ErrorKind::kIo), "Put there ")) << name;
  }
}

TEST_F(Source, PointsToTheLikelyNameOfADataSet) {
  for (const auto& [word, likely] :
       std::vector<std::pair<const char*, const char*>>{{"mnst", "mnist"},
                                                        {"MNIST", "mnist"},
                                                        {"fashion_mnist", "fashion-mnist"},
                                                        {"cifar-10", "cifar10"}}) {
    EXPECT_TRUE(contains(refusal(word, ErrorKind::kIo),
                         std::string(word) + ": not found; did you mean " + likely + "?"));
  }
  EXPECT_TRUE(contains(refusal("flowers", ErrorKind::kIo), "flowers: not found, want a folder"));
}

TEST_F(Source, SaysWhatImagesLackThatAreNoData) {
  write_file(dir_ / "1.png", "an image");
  EXPECT_TRUE(contains(refusal(dir_), "1 image in no class' folder; want a folder for each class"));
}

TEST_F(Source, PrefersAPathToTheNameOfADataSet) {
  write_idx(dir_ / "mnist");
  const fs::path before = fs::current_path();
  fs::current_path(dir_);
  const fs::path found = source("mnist").path;
  fs::current_path(before);
  EXPECT_EQ(found, "mnist");
}

TEST_F(Source, RefusesASplitOfDataThatHasNone) {
  write_file(dir_ / "a.csv", "0,1\n1,2\n");
  EXPECT_TRUE(
      contains(error_of(ErrorKind::kUsage, [&] { load_data(dir_ / "a.csv", {.split = "a"}); }),
               "--split is for a folder of IDX or CSV files"));
}

}  // namespace
}  // namespace lenet
