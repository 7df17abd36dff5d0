# easel_embed(target file symbol): puts the bytes of a file into a library, as they are. C++ reaches them through
#     extern "C" const char symbol_begin[], symbol_end[];
# The assembler copies the file, so a vocabulary of a few megabytes costs no compile time; the file stays a dependency.
enable_language(ASM)

function(easel_embed target file symbol)
    get_filename_component(path ${file} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    if(NOT EXISTS ${path})
        message(FATAL_ERROR "easel_embed(${target}): there is no ${path}")
    endif()
    set(source ${CMAKE_BINARY_DIR}/generated/embedded/${symbol}.s)
    file(CONFIGURE OUTPUT ${source} CONTENT "    .section .rodata
    .balign 16
    .globl ${symbol}_begin
    .type ${symbol}_begin, @object
${symbol}_begin:
    .incbin \"${path}\"
    .size ${symbol}_begin, . - ${symbol}_begin
    .globl ${symbol}_end
    .type ${symbol}_end, @object
${symbol}_end:
    .byte 0
    .size ${symbol}_end, 1
    .section .note.GNU-stack,\"\",@progbits
")
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${path})
    target_sources(${target} PRIVATE ${source})
endfunction()
