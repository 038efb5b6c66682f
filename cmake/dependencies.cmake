# What lenet is built with, once: what CMake looks for, what lenetConfig.cmake and lenet.pc ask of
# those who link the archive, what liblenet-dev recommends and `run` installs follow from here. None
# shows in a public header.
include(${CMAKE_CURRENT_LIST_DIR}/lenet_dependency.cmake)

lenet_dependency(core Threads::Threads FIND Threads LINK -pthread)
lenet_dependency(core hwy::hwy FIND hwy PKGCONFIG libhwy LINK -lhwy DEBIAN libhwy-dev)
lenet_dependency(core fmt::fmt FIND fmt PKGCONFIG fmt LINK -lfmt DEBIAN libfmt-dev)
lenet_dependency(core CUDA::cudart_static IF LENET_WITH_CUDA FIND CUDAToolkit 12
                 LINK -L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -lrt -ldl)

lenet_dependency(library nlohmann_json::nlohmann_json HEADERS
                 FIND nlohmann_json PKGCONFIG nlohmann_json DEBIAN nlohmann-json3-dev)

lenet_dependency(library PkgConfig::deflate IF LENET_WITH_COMPRESSION
                 PKGCONFIG libdeflate LINK -ldeflate DEBIAN libdeflate-dev)
lenet_dependency(library ZLIB::ZLIB IF LENET_WITH_COMPRESSION
                 FIND ZLIB PKGCONFIG zlib LINK -lz DEBIAN zlib1g-dev)
lenet_dependency(library PkgConfig::zip IF LENET_WITH_COMPRESSION
                 PKGCONFIG libzip LINK -lzip DEBIAN libzip-dev)

lenet_dependency(library PNG::PNG IF LENET_WITH_IMAGES
                 FIND PNG PKGCONFIG libpng LINK -lpng DEBIAN libpng-dev)
lenet_dependency(library JPEG::JPEG IF LENET_WITH_IMAGES
                 FIND JPEG PKGCONFIG libjpeg LINK -ljpeg DEBIAN libjpeg62-turbo-dev)
lenet_dependency(library PkgConfig::tiff IF LENET_WITH_IMAGES
                 PKGCONFIG libtiff-4>=4.5 LINK -ltiff DEBIAN libtiff-dev)
lenet_dependency(library PkgConfig::webp IF LENET_WITH_IMAGES
                 PKGCONFIG libwebp libwebpdemux LINK -lwebp -lwebpdemux DEBIAN libwebp-dev)
lenet_dependency(library GIF::GIF IF LENET_WITH_IMAGES FIND GIF 5 LINK -lgif DEBIAN libgif-dev)

lenet_dependency(library CURL::libcurl IF LENET_WITH_DOWNLOAD
                 FIND CURL PKGCONFIG libcurl LINK -lcurl DEBIAN libcurl4-openssl-dev)

lenet_dependency(library protozero::protozero IF LENET_WITH_ONNX HEADERS
                 HEADER protozero/pbf_reader.hpp DEBIAN libprotozero-dev)

lenet_dependency(program PkgConfig::event IF LENET_BUILD_CLI
                 PKGCONFIG libevent_core LINK -levent_core DEBIAN libevent-dev)
lenet_dependency(program CLI11::CLI11 IF LENET_BUILD_CLI HEADERS
                 FIND CLI11 PKGCONFIG CLI11 DEBIAN libcli11-dev)
