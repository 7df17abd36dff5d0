#include "nodes/image_io.hpp"

#include "base/error.hpp"
#include "nodes/picture_files/gif_reader.hpp"
#include "nodes/picture_files/jpeg_reader.hpp"
#include "nodes/picture_files/plain_reader.hpp"
#include "nodes/picture_files/png_chunks.hpp"
#include "nodes/picture_files/png_reader.hpp"
#include "nodes/picture_files/webp_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

namespace easel::nodes {

namespace {

using View = std::span<const std::uint8_t>;

constexpr std::uintmax_t largest_file = std::uintmax_t(1) << 30;

DecodedPicture read_any(View file) {
    const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<std::size_t>(file.size(), 16));
    if (is_png(file)) return read_png(file);
    if (start.starts_with("\xff\xd8\xff")) return read_jpeg(file);
    if (start.starts_with("GIF8")) return read_gif(file);
    if (start.starts_with("RIFF") && start.find("WEBP") == 8) return read_webp(file);
    if (is_plain(file)) return read_plain(file);
    throw NamedError("PIL.UnidentifiedImageError", "cannot identify image file");
}

}  // namespace

DecodedPicture decode_image(const std::filesystem::path& file) {
    if (std::filesystem::is_directory(file))
        throw NamedError("av.error.IsADirectoryError", "[Errno 21] Is a directory: '" + file.string() + "'");
    const auto size = std::filesystem::file_size(file);
    if (size > largest_file)
        throw UserError("cannot load '" + file.string() + "': it has " + std::to_string(size) + " bytes, more than " +
                        std::to_string(largest_file));
    std::vector<std::uint8_t> bytes(size);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(bytes.data()), std::ssize(bytes));
    if (!in) throw NamedError("OSError", "cannot read " + file.string());
    return decode_image(bytes, file.string());
}

DecodedPicture decode_image(View file, const std::string& name) {
    if (file.empty())
        throw NamedError("av.error.InvalidDataError",
                         "[Errno 1094995529] Invalid data found when processing input: '" + name + "'");
    try {
        return read_any(file);
    } catch (const NamedError& error) {
        throw NamedError(std::string(error.type()), error.what() + (" '" + name + "'"));
    } catch (const UserError& error) {
        throw UserError("cannot load '" + name + "': " + error.what());
    }
}

// In one pass, sixteen values at a time. What is not a number becomes 0.
Tensor to_bytes(const Tensor& pixels) {
    using Floats [[gnu::vector_size(64)]] = float;
    using Ints [[gnu::vector_size(64)]] = std::int32_t;
    using Shorts [[gnu::vector_size(32)]] = std::int16_t;
    using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
    constexpr std::int64_t lanes = sizeof(Bytes);

    const Tensor values = pixels.to(at::kFloat).contiguous();
    const Tensor bytes = at::empty(values.sizes(), at::kByte);
    const float* from = values.const_data_ptr<float>();
    std::uint8_t* to = bytes.mutable_data_ptr<std::uint8_t>();
    for (std::int64_t left = values.numel(); left > 0; left -= lanes, from += lanes, to += lanes) {
        const auto count = static_cast<std::size_t>(std::min(left, lanes));
        Floats level{};
        std::memcpy(&level, from, count * sizeof(float));
        level *= 255.0f;
        level = level > 0.0f ? level : Floats{};
        level = level < 255.0f ? level : Floats{} + 255.0f;
        const Shorts narrowed = __builtin_convertvector(__builtin_convertvector(level, Ints), Shorts);
        const Bytes byte = __builtin_convertvector(narrowed, Bytes);
        std::memcpy(to, &byte, count);
    }
    return bytes;
}

Tensor exact_bytes(const Tensor& decoded) {
    const Tensor levels = decoded.mul(255.0), nearest = levels.round();
    const bool is_exact = levels.numel() == 0 || (levels - nearest).abs_().max().item<float>() < 1e-3f;
    return (is_exact ? nearest : decoded.mul(65535.0 / 256.0).round_()).clamp_(0, 255).to(at::kByte);
}

}  // namespace easel::nodes
