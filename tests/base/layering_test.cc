// Dependencies between the folders of src/ run one way, and the public headers stand alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = LENET_SOURCE_DIR;

/// What each folder may include, beside itself.
const std::map<std::string, std::set<std::string>> kBelow = {
    {"base", {}},
    {"kernels", {"base"}},
    {"nn", {"base", "kernels"}},
    {"data", {"base"}},
    {"image", {"base"}},
    {"formats", {"base", "image", "data"}},
    {"plot", {"base"}},
    {"cpu", {"base", "kernels", "nn"}},
    {"train", {"base", "kernels", "nn", "cpu", "data"}},
    {"cuda", {"base", "kernels", "nn", "cpu", "data", "train"}},
    {"io", {"base", "kernels", "nn", "cpu", "data", "train"}},
    {"export", {"base", "kernels", "nn", "cpu", "data", "train", "io"}},
    {"run", {"base", "kernels", "nn", "cpu", "data", "train", "image", "formats", "plot", "io"}},
    {"d2l",
     {"base", "kernels", "nn", "cpu", "data", "train", "image", "formats", "plot", "io", "run"}},
    {"c_api", {"base", "kernels", "nn", "cpu", "data", "train", "io"}},
    {"page",
     {"base", "kernels", "nn", "cpu", "data", "train", "image", "formats", "plot", "io", "run"}},
    {"cli",
     {"base", "kernels", "nn", "cpu", "data", "train", "image", "formats", "plot", "io", "export",
      "run", "page"}}};

/// The folders of the target lenet::core, whose public headers are lenet/core.h.
const std::set<std::string> kCore = {"base", "kernels", "nn", "cpu", "data", "train", "cuda"};

/// Which folders may include a header of another library, by how its name begins. Those of
/// LENET_WITH_... are named in one folder each.
const std::map<std::string, std::set<std::string>> kLibraries = {
    {"CLI/", {"cli"}},
    {"arpa/inet.h", {"page"}},
    {"cuda_runtime.h", {"cuda"}},
    {"curl/", {"formats"}},
    {"event2/", {"page"}},
    {"gif_lib.h", {"image"}},
    {"hwy/", {"kernels"}},
    {"jerror.h", {"image"}},
    {"jpeglib.h", {"image"}},
    {"libdeflate.h", {"formats"}},
    {"netinet/in.h", {"page"}},
    {"nlohmann/", {"io", "run", "page", "cli"}},
    {"png.h", {"image"}},
    {"protozero/", {"io"}},
    {"tiffio.h", {"image"}},
    {"webp/", {"image"}},
    {"zip.h", {"formats"}},
    {"zlib.h", {"formats"}},
};

/// The folder whose code each public header declares; lenet.h and core.h are several of them.
const std::map<std::string, std::string> kFolderOf = {
    {"activation_layers.h", "nn"},
    {"activations.h", "train"},
    {"animator.h", "plot"},
    {"augment.h", "data"},
    {"c_api.h", "c_api"},
    {"c_export.h", "export"},
    {"checkpoint.h", "io"},
    {"class_matching.h", "data"},
    {"class_weights.h", "data"},
    {"confusion_matrix.h", "data"},
    {"containers.h", "nn"},
    {"d2l.h", "d2l"},
    {"dataset.h", "data"},
    {"device.h", "base"},
    {"error.h", "base"},
    {"export.h", "base"},
    {"fashion_mnist.h", "formats"},
    {"find_lr.h", "train"},
    {"fit.h", "train"},
    {"function.h", "base"},
    {"head.h", "nn"},
    {"image.h", "image"},
    {"label.h", "base"},
    {"layer.h", "nn"},
    {"layers.h", "nn"},
    {"library_layer.h", "nn"},
    {"live.h", "run"},
    {"load_data.h", "formats"},
    {"loss_function.h", "base"},
    {"metrics.h", "train"},
    {"model_file.h", "io"},
    {"norm_layers.h", "nn"},
    {"onnx.h", "io"},
    {"operation.h", "nn"},
    {"optimizer.h", "train"},
    {"pack.h", "base"},
    {"pixel_statistics.h", "data"},
    {"pool_layers.h", "nn"},
    {"predictor.h", "train"},
    {"pytorch.h", "export"},
    {"quantize.h", "export"},
    {"random.h", "base"},
    {"run.h", "run"},
    {"safetensors.h", "io"},
    {"schedule.h", "train"},
    {"scores.h", "data"},
    {"sequential.h", "nn"},
    {"shape.h", "base"},
    {"simd.h", "kernels"},
    {"split.h", "data"},
    {"summary.h", "nn"},
    {"sweep.h", "train"},
    {"targets.h", "data"},
    {"timer.h", "base"},
    {"trainer.h", "train"},
};

struct Include {
  fs::path file;  ///< below the root
  std::string name;
  bool quoted;
};

std::vector<Include> includes_below(const std::string& folder) {
  const std::regex directive("\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"].*");
  std::vector<Include> result;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cc" && extension != ".cu") continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (!std::regex_match(line, match, directive)) continue;
      result.push_back({fs::relative(entry.path(), kRoot), match[2], match[1] == "\""});
    }
  }
  return result;
}

/// The folder that a name in quotes leads to: "nn/graph.h" is nn's, "lenet/layer.h" too. "" for one
/// that is not known.
std::string folder_of(const fs::path& name) {
  const std::string first = name.begin()->string();
  if (first != "lenet") return kBelow.contains(first) ? first : "";
  const auto found = kFolderOf.find(name.filename().string());
  return found == kFolderOf.end() ? "" : found->second;
}

void expect_one_way(const std::string& from, const Include& include) {
  const std::string to = folder_of(include.name);
  ASSERT_NE(to, "") << include.file << " includes " << include.name
                    << ", whose folder this test does not know";
  EXPECT_TRUE(to == from || kBelow.at(from).contains(to))
      << include.file << " (" << from << ") includes " << include.name << " (" << to << ")";
}

TEST(Layering, FoldersIncludeOnlyThoseBelowThem) {
  const std::vector<Include> includes = includes_below("src");
  ASSERT_GT(includes.size(), 100u);
  for (const Include& include : includes) {
    const std::string from = std::next(include.file.begin())->string();
    ASSERT_TRUE(kBelow.contains(from)) << include.file << ": a folder this test does not know";
    if (include.quoted) expect_one_way(from, include);
  }
}

TEST(Layering, PublicHeadersIncludeOnlyThoseBelowThem) {
  for (const Include& include : includes_below("include")) {
    const std::string header = include.file.filename().string();
    if (!include.quoted || header == "lenet.h" || header == "core.h") continue;
    ASSERT_TRUE(kFolderOf.contains(header)) << header << ": a header this test does not know";
    expect_one_way(kFolderOf.at(header), include);
  }
}

TEST(Layering, PublicHeadersIncludeNothingButTheStandardLibraryAndOneAnother) {
  const std::regex standard("[a-z_]+|stdint\\.h"), own("lenet/[a-z0-9_]+\\.h");
  const std::vector<Include> includes = includes_below("include");
  ASSERT_GT(includes.size(), 50u);
  for (const Include& include : includes) {
    EXPECT_TRUE(std::regex_match(include.name, include.quoted ? own : standard))
        << include.file << " includes " << include.name;
  }
}

TEST(Layering, LibrariesAreIncludedInTheirFoldersAlone) {
  const std::regex any(
      "[a-z_]+|stdint\\.h|fmt/[a-z]+\\.h|sys/[a-z]+\\.h"
      "|(cxxabi|cpuid|fcntl|immintrin|sched|signal|spawn|unistd)\\.h");
  for (const Include& include : includes_below("src")) {
    if (include.quoted || std::regex_match(include.name, any)) continue;
    const auto library = std::ranges::find_if(
        kLibraries, [&](const auto& entry) { return include.name.starts_with(entry.first); });
    ASSERT_NE(library, kLibraries.end())
        << include.file << " includes " << include.name << ", which this test does not know";
    EXPECT_TRUE(library->second.contains(std::next(include.file.begin())->string()))
        << include.file << " includes " << include.name;
  }
}

TEST(Layering, TheCoreStandsOverItselfAlone) {
  for (const std::string& folder : kCore) {
    for (const std::string& below : kBelow.at(folder)) {
      EXPECT_TRUE(kCore.contains(below)) << folder << " over " << below;
    }
  }
}

TEST(Layering, TheCoresHeaderIsAllOfItsFolders) {
  std::set<std::string> want, found;
  for (const auto& [header, folder] : kFolderOf) {
    if (kCore.contains(folder) && header != "export.h") want.insert("lenet/" + header);
  }
  for (const Include& include : includes_below("include")) {
    if (include.file.filename() == "core.h") found.insert(include.name);
  }
  EXPECT_EQ(found, want);
}

TEST(Layering, PublicHeadersAreSeenInTheSharedLibrary) {
  const std::set<std::string> without_namespace = {"c_api.h", "core.h", "export.h", "lenet.h"};
  for (const auto& entry : fs::directory_iterator(kRoot / "include/lenet")) {
    if (without_namespace.contains(entry.path().filename().string())) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(text.find("\nnamespace LENET_PUBLIC lenet {\n"), std::string::npos)
        << entry.path() << ": want namespace LENET_PUBLIC lenet {";
  }
}

TEST(Layering, FoldersBelowAreBelowTransitively) {
  for (const auto& [folder, below] : kBelow) {
    EXPECT_FALSE(below.contains(folder));
    for (const std::string& lower : below) {
      for (const std::string& lowest : kBelow.at(lower)) {
        EXPECT_TRUE(below.contains(lowest)) << folder << " over " << lower << " over " << lowest;
      }
    }
  }
}

}  // namespace
}  // namespace lenet
