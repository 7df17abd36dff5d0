# easel_registration(nodes): writes register_all.cpp, which calls register_<file>(Registry&) of every node file.
# A node file is any .cpp in a subfolder of nodes/ that has no header of the same name beside it.
function(easel_registration folder)
    file(GLOB_RECURSE files RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS ${folder}/*/*.cpp)
    list(SORT files)
    set(declarations "")
    set(calls "")
    foreach(file ${files})
        get_filename_component(name ${file} NAME_WE)
        get_filename_component(place ${file} DIRECTORY)
        if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${place}/${name}.hpp)
            string(APPEND declarations "void register_${name}(graph::Registry&);\n")
            string(APPEND calls "    register_${name}(registry);\n")
        endif()
    endforeach()
    set(out ${CMAKE_BINARY_DIR}/generated/register_all.cpp)
    file(CONFIGURE OUTPUT ${out} CONTENT "// Written by cmake/EaselRegistration.cmake from the files in ${folder}/.
#include \"nodes/register_all.hpp\"

namespace easel::nodes {
${declarations}
void register_all(graph::Registry& registry) {
    (void)registry;
${calls}}
}  // namespace easel::nodes
")
    get_target_property(type easel_${folder} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
        target_sources(easel_${folder} PRIVATE ${out})
    endif()
endfunction()

# easel_family_registration(): writes register_families.cpp, which calls register_<folder>(Families&) of every folder
# under inference/models/ that has a family.cpp.
function(easel_family_registration)
    file(GLOB files RELATIVE ${CMAKE_SOURCE_DIR}/inference/models CONFIGURE_DEPENDS inference/models/*/family.cpp)
    list(SORT files)
    set(declarations "")
    set(calls "")
    foreach(file ${files})
        get_filename_component(folder ${file} DIRECTORY)
        string(APPEND declarations "void register_${folder}(Families&);\n")
        string(APPEND calls "    register_${folder}(families);\n")
    endforeach()
    set(out ${CMAKE_BINARY_DIR}/generated/register_families.cpp)
    file(CONFIGURE OUTPUT ${out} CONTENT "// Written by cmake/EaselRegistration.cmake from the folders of inference/models.
#include \"inference/models/family.hpp\"

namespace easel::inference {
${declarations}
void register_families(Families& families) {
    (void)families;
${calls}}
}  // namespace easel::inference
")
    target_sources(easel_inference PRIVATE ${out})
endfunction()

# easel_text_family_registration(): writes register_text_families.cpp, which calls register_text_<file>(TextFamilies&) of
# every file of inference/text/families/.
function(easel_text_family_registration)
    file(GLOB files CONFIGURE_DEPENDS inference/text/families/*.cpp)
    list(SORT files)
    set(declarations "")
    set(calls "")
    foreach(file ${files})
        get_filename_component(name ${file} NAME_WE)
        string(APPEND declarations "void register_text_${name}(TextFamilies&);\n")
        string(APPEND calls "    register_text_${name}(families);\n")
    endforeach()
    set(out ${CMAKE_BINARY_DIR}/generated/register_text_families.cpp)
    file(CONFIGURE OUTPUT ${out} CONTENT "// Written by cmake/EaselRegistration.cmake from the files of inference/text/families.
#include \"inference/text/text_family.hpp\"

namespace easel::inference {
${declarations}
void register_text_families(TextFamilies& families) {
${calls}}
}  // namespace easel::inference
")
    target_sources(easel_inference PRIVATE ${out})
endfunction()
