// What the model's memory needs of its streams.
#pragma once

#include <cuda_runtime.h>

namespace cuda_model {

bool is_captured(cudaStream_t stream);
void require_no_capture();
void wait_for(cudaStream_t stream);
void wait_for_all();

}  // namespace cuda_model
