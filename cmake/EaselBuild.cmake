# How every target of the project is compiled, and what a layer is.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

set(EASEL_SANITIZE "" CACHE STRING "sanitizers to compile with: address,undefined or thread")
# Checked code that is not optimised at all spends most of its time in calls of one line.
if(EASEL_SANITIZE)
    set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

option(EASEL_FUZZ "build the fuzz targets of tests/fuzz; needs clang" OFF)
if(EASEL_FUZZ)
    set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # A precompiled header is safe to cache with these exemptions, as ccache's manual says. Paths are made relative to
    # the build folder, so that two build folders at the same depth share what they compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=/
        ${CCACHE})
endif()

# Warnings are errors in our own code; third-party headers are SYSTEM and stay silent.
function(easel_target target)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wshadow;-Wconversion;-Wno-sign-conversion;-Wno-missing-field-initializers;-Werror>
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:$<$<BOOL:${CCACHE}>:-fpch-preprocess>>)
    # The code is kept free of GCC's warnings; clang, which only fuzzing uses, has others.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-error>)
    if(EASEL_FUZZ)
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
    target_compile_definitions(${target} PRIVATE EASEL_VERSION="${PROJECT_VERSION}")
    # Symbols are bound when first called and unneeded libraries are dropped: start-up time is a feature.
    target_link_options(${target} PRIVATE -Wl,--no-undefined -Wl,--as-needed -Wl,-z,lazy)
    if(EASEL_SANITIZE)
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${EASEL_SANITIZE};-fno-omit-frame-pointer>)
        # What is added to check the code misleads GCC about what is initialised.
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
        target_link_options(${target} PRIVATE -fsanitize=${EASEL_SANITIZE})
    endif()
endfunction()

# easel_library(name [PCH header] SOURCES files... LINKS targets...): a shared library of ours. Without sources it only
# hands on what it links, so that the layers above it still configure.
function(easel_library name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PCH" "SOURCES;LINKS")
    if(NOT ARG_SOURCES)
        message(STATUS "${name} has no sources yet")
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
        target_link_libraries(${name} INTERFACE ${ARG_LINKS})
        return()
    endif()
    # Clang has its sanitizers in programs only, so a library of its own could not name what it needs of them.
    set(kind SHARED)
    if(EASEL_FUZZ)
        set(kind STATIC)
    endif()
    add_library(${name} ${kind} ${ARG_SOURCES})
    easel_target(${name})
    target_link_libraries(${name} PUBLIC ${ARG_LINKS})
    if(ARG_PCH AND EXISTS ${CMAKE_SOURCE_DIR}/${ARG_PCH})
        target_precompile_headers(${name} PRIVATE ${ARG_PCH})
    endif()
endfunction()

# easel_in_batches(target [files...]): compiles the files of each folder of a layer together, except those named, which
# costs a fraction of compiling each alone: most of the time goes into the headers that they share. Large folders are cut
# by the first letter, so that a new file leaves the batches of the others as they were.
function(easel_in_batches target)
    get_target_property(kind ${target} TYPE)
    if(NOT kind STREQUAL SHARED_LIBRARY)
        return()
    endif()
    get_target_property(sources ${target} SOURCES)
    list(REMOVE_ITEM sources ${ARGN})
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    set(folders "")
    foreach(source ${sources})
        get_filename_component(folder ${source} DIRECTORY)
        file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${folder})
        list(APPEND folders ${folder})
    endforeach()
    foreach(source folder IN ZIP_LISTS sources folders)
        set(group ${folder})
        set(members ${folders})
        list(FILTER members INCLUDE REGEX "^${folder}$")
        list(LENGTH members count)
        if(count GREATER 14)
            get_filename_component(name ${source} NAME)
            string(SUBSTRING ${name} 0 1 letter)
            foreach(last c f k o r z)
                if(letter STRGREATER last)
                    continue()
                endif()
                string(APPEND group _${last})
                break()
            endforeach()
        endif()
        string(MAKE_C_IDENTIFIER ${group} group)
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endforeach()
endfunction()

# easel_layer(folder [PCH header] LINKS targets...): the shared library easel_<folder> of every source under folder/.
function(easel_layer folder)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PCH" "LINKS")
    string(REPLACE "-" "_" name easel_${folder})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*.c)
    easel_library(${name} PCH ${ARG_PCH} SOURCES ${sources} LINKS ${ARG_LINKS})
endfunction()

# easel_plugin(folder): a plugin out of every source in a folder, named after it: <build>/plugins/<name>.so.
function(easel_plugin folder)
    get_filename_component(name ${folder} NAME)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_library(${name} MODULE ${sources})
    easel_target(${name})
    target_link_libraries(${name} PRIVATE easel_nodes)
    set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
endfunction()
