#include "workflows/metadata.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace easel::workflows {
namespace {

constexpr std::size_t largest_text = 64 << 20;
constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number = number << 8 | byte_at(bytes, at + i);
    return number;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number |= byte_at(bytes, at + i) << (8 * i);
    return number;
}

// Empty for what is damaged or larger than a workflow ever is.
std::string inflated(std::string_view compressed) {
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return {};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::string text;
    std::array<char, 1 << 15> piece;
    int state = Z_OK;
    while (state == Z_OK && text.size() <= largest_text) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(piece.data(), piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END && text.size() <= largest_text ? text : std::string();
}

// Python writes NaN, which is no JSON; the frontend reads it as null.
std::string without_nan(std::string text) {
    const auto is_word = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    for (std::size_t at = text.find("NaN"); at != text.npos; at = text.find("NaN", at + 3)) {
        const bool begins = at == 0 || !is_word(text[at - 1]);
        const bool ends = at + 3 >= text.size() || !is_word(text[at + 3]);
        if (begins && ends) text.replace(at, 3, "null");
    }
    return text;
}

// Copying a deeply nested value would exhaust the stack.
bool nests_too_deep(std::string_view text) {
    constexpr int deepest = 500;
    int depth = 0;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"')
            is_in_string = !is_in_string;
        else if (c == '\\' && is_in_string)
            ++i;
        else if (!is_in_string && (c == '[' || c == '{') && ++depth > deepest)
            return true;
        else if (!is_in_string && (c == ']' || c == '}'))
            --depth;
    }
    return false;
}

std::optional<Json> as_object(std::string_view text) {
    if (text.empty() || text.size() > largest_text || nests_too_deep(text)) return {};
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) json = Json::parse(without_nan(std::string(text)), nullptr, false);
    if (!json.is_object()) return {};
    return json;
}

void keep(PictureWorkflow& found, std::string_view name, std::string_view text) {
    if (name == "prompt" && !found.prompt) found.prompt = as_object(text);
    if (name == "workflow" && !found.workflow) found.workflow = as_object(text);
}

// tEXt: name, 0, text; zTXt: name, 0, method, compressed; iTXt: name, 0, is compressed, method, language, 0, name, 0,
// text.
void read_text_chunk(PictureWorkflow& found, std::string_view type, std::string_view content) {
    const std::size_t end = content.find('\0');
    if (end == content.npos) return;
    const std::string_view name = content.substr(0, end);
    if (name != "prompt" && name != "workflow") return;
    std::string_view rest = content.substr(end + 1);
    if (type == "tEXt") return keep(found, name, rest);
    if (type == "zTXt") return keep(found, name, inflated(rest.substr(std::min<std::size_t>(1, rest.size()))));
    if (rest.size() < 2) return;
    const bool is_compressed = rest[0] != 0;
    rest.remove_prefix(2);
    for (int i = 0; i < 2; ++i) {
        const std::size_t zero = rest.find('\0');
        if (zero == rest.npos) return;
        rest.remove_prefix(zero + 1);
    }
    keep(found, name, is_compressed ? inflated(rest) : std::string(rest));
}

PictureWorkflow read_png(std::string_view file) {
    PictureWorkflow found;
    for (std::size_t at = png_signature.size(); at + 8 <= file.size();) {
        const std::size_t size = big_endian(file, at, 4);
        const std::string_view type = file.substr(at + 4, 4);
        if (size > file.size() - at - 8 || type == "IEND") break;
        const std::string_view content = file.substr(at + 8, size);
        if (type == "tEXt" || type == "zTXt" || type == "iTXt") read_text_chunk(found, type, content);
        at += 12 + size;
    }
    return found;
}

// EXIF is a TIFF file; its texts read "workflow:{...}" and "prompt:{...}".
void read_exif(PictureWorkflow& found, std::string_view exif) {
    if (exif.starts_with(std::string_view("Exif\0\0", 6))) exif.remove_prefix(6);
    const bool is_little = exif.starts_with("II");
    if (!is_little && !exif.starts_with("MM")) return;
    const auto number = [&](std::size_t at, std::size_t size) {
        return is_little ? little_endian(exif, at, size) : big_endian(exif, at, size);
    };
    constexpr std::size_t entry_size = 12;
    constexpr std::uint32_t text_type = 2;
    const std::size_t directory = number(4, 4);
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (entry + entry_size > exif.size()) return;
        const std::size_t size = number(entry + 4, 4);
        const std::size_t place = size <= 4 ? entry + 8 : number(entry + 8, 4);
        if (number(entry + 2, 2) != text_type || place > exif.size() || size > exif.size() - place) continue;
        std::string_view text = exif.substr(place, size);
        text = text.substr(0, text.find('\0'));
        if (const std::size_t colon = text.find(':'); colon != text.npos)
            keep(found, text.substr(0, colon), text.substr(colon + 1));
    }
}

PictureWorkflow read_webp(std::string_view file) {
    PictureWorkflow found;
    for (std::size_t at = 12; at + 8 <= file.size();) {
        const std::string_view type = file.substr(at, 4);
        const std::size_t size = little_endian(file, at + 4, 4);
        if (size > file.size() - at - 8) break;
        if (type == "EXIF") read_exif(found, file.substr(at + 8, size));
        at += 8 + size + size % 2;
    }
    return found;
}

}  // namespace

bool is_png(std::string_view file) { return file.starts_with(png_signature); }
bool is_webp(std::string_view file) {
    return file.starts_with("RIFF") && file.substr(std::min<std::size_t>(8, file.size()), 4) == "WEBP";
}

PictureWorkflow read_picture(std::string_view file) {
    if (is_png(file)) return read_png(file);
    return is_webp(file) ? read_webp(file) : PictureWorkflow();
}

}  // namespace easel::workflows
