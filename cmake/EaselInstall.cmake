# What `cmake --install` copies: the program and its libraries, the headers and the package that plugins build against,
# and the templates. The frontend goes to share/easel/frontend, where the program finds it.
include(GNUInstallDirs)

# easel_package(where include-dir library-dir): writes easelConfig.cmake for these folders.
function(easel_package where include lib)
    set(EASEL_PACKAGE_INCLUDE ${include})
    set(EASEL_PACKAGE_LIB ${lib})
    configure_file(${CMAKE_SOURCE_DIR}/cmake/easelConfig.cmake.in ${where}/easelConfig.cmake @ONLY)
endfunction()

# For find_package(easel PATHS <build folder>).
easel_package(${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR} ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})

set(easel_headers ${CMAKE_INSTALL_INCLUDEDIR}/easel)
set(easel_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/easel)
easel_package(${CMAKE_BINARY_DIR}/install "\${CMAKE_CURRENT_LIST_DIR}/../../../${easel_headers}"
    "\${CMAKE_CURRENT_LIST_DIR}/../..")
install(FILES ${CMAKE_BINARY_DIR}/install/easelConfig.cmake DESTINATION ${easel_package_dir})

set(easel_targets easel easel_server easel_backend easel_web_api easel_nodes easel_media easel_inference easel_workflows
    easel_graph easel_base)
# Libraries find each other, and libtorch beside them or where it was when they were built.
# `cmake --install BUILD --component libtorch` copies it along, which makes the tree independent of this one.
set(easel_libtorch libtorch/torch/lib)
set_target_properties(${easel_targets} PROPERTIES INSTALL_RPATH
    "$ORIGIN;$ORIGIN/../${CMAKE_INSTALL_LIBDIR};$ORIGIN/${easel_libtorch};$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/${easel_libtorch};${EASEL_TORCH}/lib")
cmake_path(GET EASEL_TORCH PARENT_PATH easel_torch_parent)
install(DIRECTORY ${easel_torch_parent}/ DESTINATION ${CMAKE_INSTALL_LIBDIR}/libtorch COMPONENT libtorch EXCLUDE_FROM_ALL
    PATTERN "include" EXCLUDE PATTERN "*.py" EXCLUDE)
install(TARGETS ${easel_targets} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(layer base graph inference media nodes)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/${layer} DESTINATION ${easel_headers} FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/workflows/templates DESTINATION ${CMAKE_INSTALL_DATADIR}/easel)
if(EXISTS ${CMAKE_SOURCE_DIR}/.deps/frontend)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/.deps/frontend DESTINATION ${CMAKE_INSTALL_DATADIR}/easel)
endif()
