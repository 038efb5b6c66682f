# `cpack -G DEB`, or `./run package` for the first alone: the packages lenet (program), liblenet0.2 (shared library) and liblenet-dev.
set(CPACK_PACKAGE_NAME lenet)
set(CPACK_PACKAGE_CONTACT "The lenet authors <lenet@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_COMPONENTS_ALL development)
if(LENET_BUILD_CLI)
  list(APPEND CPACK_COMPONENTS_ALL program)
endif()
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL runtime)
  set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS runtime)
endif()
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
    "The program: LeNet of Dive into Deep Learning 6.6, and networks of your own.")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "The shared library, for programs in C++ and C.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "Headers and libraries, for those who write programs in C++20 or C.")

set(runtime_package liblenet${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME lenet)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS dataset-fashion-mnist)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME liblenet-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
list(JOIN LENET_LIBRARY_DEBIAN ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS)  # for the archives
string(APPEND CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS ", pkg-config")

# install_copyright(component package): Debian wants the licence in each package.
function(install_copyright component package)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${package}
          RENAME copyright COMPONENT ${component})
endfunction()

install_copyright(development liblenet-dev)
if(LENET_BUILD_CLI)
  install_copyright(program lenet)
endif()
if(BUILD_SHARED_LIBS)
  install_copyright(runtime ${runtime_package})
endif()
include(CPack)
