# What `cmake --install` puts where. Components: program, runtime (the shared library), development.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/lenet)

# install_library(target kind name): the target, known to find_package as lenet::name.
function(install_library target kind name)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT lenet${kind}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT lenet${kind} FILE lenet${kind}Targets.cmake NAMESPACE lenet::
          DESTINATION ${config_folder} COMPONENT development)
endfunction()

install_library(lenet_core Core core)
install_library(lenet Static lenet)
if(BUILD_SHARED_LIBS)
  install_library(lenet_shared Shared lenet)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lenet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT development FILES_MATCHING PATTERN *.h)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lenetConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/cmake/lenetConfig.cmake
                              INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/lenetConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/lenetConfig.cmake
              ${PROJECT_BINARY_DIR}/cmake/lenetConfigVersion.cmake
        DESTINATION ${config_folder} COMPONENT development)

list(JOIN LENET_LIBRARY_LINK " " LENET_PC_LIBS)
file(RELATIVE_PATH LENET_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lenet.pc.in ${PROJECT_BINARY_DIR}/cmake/lenet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/lenet.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)

# All that is installed, and nothing else.
add_custom_target(lenet_installed DEPENDS lenet_core lenet $<TARGET_NAME_IF_EXISTS:lenet_shared>)
if(NOT LENET_BUILD_CLI)
  return()
endif()

install(TARGETS lenet_cli DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

# generate(file folder name arguments): what lenet prints for these, installed as `name` in `folder`.
function(generate file folder name arguments)
  set(output ${PROJECT_BINARY_DIR}/generated/${file})
  add_custom_command(OUTPUT ${output} DEPENDS lenet_cli VERBATIM
                     COMMAND sh -c "\"$0\" ${arguments} > '${output}'" $<TARGET_FILE:lenet_cli>)
  set_property(GLOBAL APPEND PROPERTY lenet_generated ${output})
  install(FILES ${output} DESTINATION ${folder} RENAME ${name} COMPONENT program)
endfunction()

set(data ${CMAKE_INSTALL_DATAROOTDIR})
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
generate(lenet.1.gz ${CMAKE_INSTALL_MANDIR}/man1 lenet.1.gz "manual | gzip -9n")
generate(lenet.bash ${data}/bash-completion/completions lenet "completion bash")
generate(lenet.zsh ${data}/zsh/site-functions _lenet "completion zsh")
generate(lenet.fish ${data}/fish/vendor_completions.d lenet.fish "completion fish")
get_property(generated GLOBAL PROPERTY lenet_generated)
add_custom_target(lenet_generated ALL DEPENDS ${generated})
add_dependencies(lenet_installed lenet_cli lenet_generated)
