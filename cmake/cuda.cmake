# LENET_WITH_CUDA: whether the back end for NVIDIA's cards is built. LENET_CUDA_LIBS: what the static
# library then calls.
find_package(CUDAToolkit 12 QUIET)
set(LENET_WITH_CUDA ${LENET_CUDA})
if(LENET_CUDA STREQUAL "ON" AND NOT CUDAToolkit_FOUND)
  message(FATAL_ERROR "LENET_CUDA is ON, but CUDA 12 or later is not found")
endif()
if(CUDAToolkit_FOUND AND NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  set(ENV{CUDACXX} ${CUDAToolkit_NVCC_EXECUTABLE})
endif()
if(LENET_CUDA STREQUAL "AUTO")
  set(LENET_WITH_CUDA OFF)
  if(CUDAToolkit_FOUND)
    include(CheckLanguage)
    check_language(CUDA)  # a toolkit may lack nvcc, and nvcc refuses compilers newer than itself
    if(CMAKE_CUDA_COMPILER)
      set(LENET_WITH_CUDA ON)
    else()
      message(STATUS "CUDA back end: left out, nvcc ${CUDAToolkit_VERSION} does not work with this compiler")
    endif()
  endif()
endif()
if(LENET_WITH_CUDA)
  set(CMAKE_CUDA_ARCHITECTURES "80-real;90")  # machine code for both, and PTX for what comes later
  enable_language(CUDA)
  set(LENET_CUDA_LIBS "-L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -lrt -ldl")  # for pkg-config
  message(STATUS "CUDA back end: ${CUDAToolkit_VERSION}")
endif()
