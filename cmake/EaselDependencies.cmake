# Libraries from Debian, and libtorch out of the PyPI wheel that scripts/setup.sh unpacks into .deps/libtorch.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp libwebpmux libwebpdemux)
add_library(easel_webp INTERFACE)
target_link_libraries(easel_webp INTERFACE PkgConfig::WEBP)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale libswresample)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(FREETYPE REQUIRED freetype2)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)

# OpenCV's own package file comes only with libopencv-dev, which drags in every module, Java and a desktop toolkit.
# Three modules are used, so they are looked up one by one.
find_path(EASEL_OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
foreach(module core imgproc imgcodecs)
    find_library(EASEL_OPENCV_${module} opencv_${module} REQUIRED)
endforeach()
foreach(module core imgproc)
    add_library(opencv_${module} SHARED IMPORTED)
    set_target_properties(opencv_${module} PROPERTIES IMPORTED_LOCATION ${EASEL_OPENCV_${module}}
        INTERFACE_INCLUDE_DIRECTORIES ${EASEL_OPENCV_INCLUDE})
endforeach()
# opencv_imgcodecs is a stand-in that loads the real library at its first use. Its functions must stay inside the library
# that links it, or the real ones would find them.
execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${EASEL_OPENCV_imgcodecs} OUTPUT_VARIABLE headers)
string(REGEX MATCH "SONAME +([^\n]+)" soname "${headers}")
add_library(opencv_imgcodecs STATIC cmake/imgcodecs_on_demand.cpp)
target_compile_definitions(opencv_imgcodecs PRIVATE EASEL_IMGCODECS="${CMAKE_MATCH_1}")
target_link_libraries(opencv_imgcodecs PUBLIC opencv_core ${CMAKE_DL_LIBS})
target_link_options(opencv_imgcodecs INTERFACE -Wl,--exclude-libs,libopencv_imgcodecs.a)

set(EASEL_TORCH "${CMAKE_SOURCE_DIR}/.deps/libtorch/torch" CACHE PATH "the torch folder of an unpacked wheel")
if(NOT EXISTS ${EASEL_TORCH}/lib/libtorch_cpu.so)
    message(FATAL_ERROR "no libtorch at ${EASEL_TORCH}: run scripts/setup.sh first, or pass -DEASEL_TORCH=<folder>")
endif()
file(STRINGS ${EASEL_TORCH}/version.py torch_version REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" EASEL_TORCH_VERSION "${torch_version}")
# Only torch_cpu and c10 are linked: the CUDA library is loaded at run time where it is present.
add_library(easel_torch INTERFACE)
# Its headers come after the system's: the wheel brings a copy of fmt that spdlog must not find.
target_compile_options(easel_torch INTERFACE
    "SHELL:-idirafter ${EASEL_TORCH}/include" "SHELL:-idirafter ${EASEL_TORCH}/include/torch/csrc/api/include")
target_link_libraries(easel_torch INTERFACE ${EASEL_TORCH}/lib/libtorch_cpu.so ${EASEL_TORCH}/lib/libc10.so)
target_link_options(easel_torch INTERFACE -Wl,-rpath-link,${EASEL_TORCH}/lib)
