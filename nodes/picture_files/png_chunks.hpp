// PNG as a list of chunks: enough to read any part of a file without trusting it, and to write one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

struct PngChunk {
    std::string_view type;                  // four letters
    std::span<const std::uint8_t> content;  // into the file
};

bool is_png(std::span<const std::uint8_t> file);

// The chunks of a PNG file in order, up to IEND or the end of the file. A last chunk that is cut short is given as far
// as it goes. Check sums are not looked at.
std::vector<PngChunk> png_chunks(std::span<const std::uint8_t> file);

std::uint32_t big_endian_32(std::span<const std::uint8_t> bytes, std::size_t at);
std::uint16_t big_endian_16(std::span<const std::uint8_t> bytes, std::size_t at);

void append_png_signature(std::vector<std::uint8_t>& file);
void append_png_chunk(std::vector<std::uint8_t>& file, std::string_view type, std::string_view content);
void append_big_endian_32(std::string& content, std::uint32_t number);
void append_big_endian_16(std::string& content, std::uint16_t number);

}  // namespace easel::nodes
