# LENET_WITH_CUDA: whether the back end for NVIDIA's cards is built. LENET_CUDA_LIBS: what the static
# library then calls.
find_package(CUDAToolkit 12 QUIET)
set(LENET_WITH_CUDA ${LENET_CUDA})
if(LENET_CUDA STREQUAL "AUTO")
  set(LENET_WITH_CUDA ${CUDAToolkit_FOUND})
endif()
if(LENET_WITH_CUDA)
  if(NOT CUDAToolkit_FOUND)
    message(FATAL_ERROR "LENET_CUDA is ON, but CUDA 12 or later is not found")
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE})
  endif()
  set(CMAKE_CUDA_ARCHITECTURES "80-real;90")  # machine code for both, and PTX for what comes later
  enable_language(CUDA)
  set(LENET_CUDA_LIBS "-L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -lrt -ldl")  # for pkg-config
  message(STATUS "CUDA back end: ${CUDAToolkit_VERSION}")
endif()
