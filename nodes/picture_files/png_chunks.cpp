#include "nodes/picture_files/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace easel::nodes {

namespace {

constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

}  // namespace

bool is_png(std::span<const std::uint8_t> file) {
    return file.size() >= signature.size() && std::equal(signature.begin(), signature.end(), file.begin());
}

std::vector<PngChunk> png_chunks(std::span<const std::uint8_t> file) {
    std::vector<PngChunk> chunks;
    std::size_t at = signature.size();
    while (at + 8 <= file.size()) {
        const std::size_t length = big_endian_32(file, at);
        const std::string_view type(reinterpret_cast<const char*>(file.data()) + at + 4, 4);
        chunks.push_back({type, file.subspan(at + 8, std::min(length, file.size() - at - 8))});
        if (type == "IEND" || length > file.size() - at - 8) break;
        at += 12 + length;
    }
    return chunks;
}

std::uint32_t big_endian_32(std::span<const std::uint8_t> bytes, std::size_t at) {
    return std::uint32_t(big_endian_16(bytes, at)) << 16 | big_endian_16(bytes, at + 2);
}

std::uint16_t big_endian_16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void append_png_signature(std::vector<std::uint8_t>& file) {
    file.insert(file.end(), signature.begin(), signature.end());
}

void append_png_chunk(std::vector<std::uint8_t>& file, std::string_view type, std::string_view content) {
    std::string head;
    append_big_endian_32(head, static_cast<std::uint32_t>(content.size()));
    head += type;
    file.insert(file.end(), head.begin(), head.end());
    file.insert(file.end(), content.begin(), content.end());

    uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(type.data()), type.size());
    // For no data at all zlib would begin anew.
    if (!content.empty()) sum = crc32_z(sum, reinterpret_cast<const Bytef*>(content.data()), content.size());
    std::string tail;
    append_big_endian_32(tail, static_cast<std::uint32_t>(sum));
    file.insert(file.end(), tail.begin(), tail.end());
}

void append_big_endian_32(std::string& content, std::uint32_t number) {
    append_big_endian_16(content, static_cast<std::uint16_t>(number >> 16));
    append_big_endian_16(content, static_cast<std::uint16_t>(number & 0xffff));
}

void append_big_endian_16(std::string& content, std::uint16_t number) {
    content += static_cast<char>(number >> 8);
    content += static_cast<char>(number & 0xff);
}

}  // namespace easel::nodes
