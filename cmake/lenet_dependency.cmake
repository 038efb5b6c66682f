# lenet_dependency(PART target [IF option] [HEADERS] [FIND package...] [HEADER file]
#                  [PKGCONFIG module...] [LINK flag...] [DEBIAN package])
#
# PART: core (base, kernels, nn, data, train and cuda), library (all of it) or program.
# IF: the option without which it is neither looked for nor linked.
# HEADERS: headers alone, so that those who link the archive need it not.
# It is found by find_package(FIND), else by the path of HEADER, else by pkg-config's modules.
#
# Appends to LENET_CORE_*, LENET_LIBRARY_* and LENET_PROGRAM_*, of which the library's include the
# core's: _TARGETS to link, _FIND for lenetConfig.cmake, _LINK for lenet.pc, _DEBIAN for packages.

# Looks for it, and leaves in `again` how lenetConfig.cmake does.
macro(lenet_find_dependency target)
  if(D_FIND)
    find_package(${D_FIND} REQUIRED)
    list(JOIN D_FIND " " package)
    set(again "find_dependency(${package})\n")
  elseif(D_HEADER)
    string(REGEX REPLACE ".*::" "" name ${target})
    find_path(${name}_INCLUDE_DIR ${D_HEADER} REQUIRED)
    add_library(${target} INTERFACE IMPORTED)
    target_include_directories(${target} INTERFACE ${${name}_INCLUDE_DIR})
  else()
    string(REGEX REPLACE ".*::" "" name ${target})
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${D_PKGCONFIG})
    list(JOIN D_PKGCONFIG " " modules)
    set(again "find_dependency(PkgConfig)
if(NOT TARGET ${target})
  pkg_check_modules(${name} REQUIRED QUIET IMPORTED_TARGET ${modules})
endif()\n")
  endif()
endmacro()

function(lenet_dependency part target)
  cmake_parse_arguments(PARSE_ARGV 2 D "HEADERS" "IF;HEADER;DEBIAN" "FIND;PKGCONFIG;LINK")
  if((D_IF AND NOT ${D_IF}) OR (LENET_CORE_ONLY AND NOT part STREQUAL core))
    return()
  endif()
  lenet_find_dependency(${target})
  string(TOUPPER ${part} kinds)
  if(part STREQUAL core)
    list(APPEND kinds LIBRARY)
  endif()
  foreach(kind ${kinds})
    if(D_HEADERS)
      set(LENET_${kind}_TARGETS ${LENET_${kind}_TARGETS} $<BUILD_INTERFACE:${target}> PARENT_SCOPE)
      continue()
    endif()
    set(LENET_${kind}_TARGETS ${LENET_${kind}_TARGETS} ${target} PARENT_SCOPE)
    set(LENET_${kind}_FIND "${LENET_${kind}_FIND}${again}" PARENT_SCOPE)
    set(LENET_${kind}_LINK ${LENET_${kind}_LINK} ${D_LINK} PARENT_SCOPE)
    set(LENET_${kind}_DEBIAN ${LENET_${kind}_DEBIAN} ${D_DEBIAN} PARENT_SCOPE)
  endforeach()
endfunction()
