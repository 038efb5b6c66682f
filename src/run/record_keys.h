// Keys of run.json and of what lenet recipe prints.
#pragma once

namespace lenet {

/// The data_sha256() of the data, and the SHA-256 of the files of --weights
/// and --teacher. lenet 0.2.0 wrote none.
inline constexpr const char* kDataSha256 = "data_sha256";
inline constexpr const char* kWeightsSha256 = "weights_sha256";
inline constexpr const char* kTeacherSha256 = "teacher_sha256";

/// Of what lenet recipe prints, beside all options: the preset as a model text.
inline constexpr const char* kNetwork = "network";

}  // namespace lenet
