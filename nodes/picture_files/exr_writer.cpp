#include "nodes/picture_files/exr_writer.hpp"

#include "base/error.hpp"

#include <bit>
#include <string_view>
#include <utility>

namespace easel::nodes {
namespace {

static_assert(std::endian::native == std::endian::little, "EXR files are little-endian");

class ExrFile {
public:
    template <class T>
    void add(T value) {
        const auto* start = reinterpret_cast<const std::uint8_t*>(&value);
        bytes.insert(bytes.end(), start, start + sizeof value);
    }
    void add_text(std::string_view text) {
        bytes.insert(bytes.end(), text.begin(), text.end());
        bytes.push_back(0);
    }
    // The name, the type and the size in front of an attribute's value.
    void begin_attribute(std::string_view name, std::string_view type, std::size_t size) {
        add_text(name);
        add_text(type);
        add(static_cast<std::int32_t>(size));
    }

    std::vector<std::uint8_t> bytes;
};

// A plane of a picture by its name in the file, where names are in alphabetical order.
struct ExrChannel {
    std::string_view name;
    std::int64_t index;
};

std::vector<ExrChannel> channels_of(std::int64_t count) {
    if (count == 1) return {{"Y", 0}};
    if (count == 3) return {{"B", 2}, {"G", 1}, {"R", 0}};
    if (count == 4) return {{"A", 3}, {"B", 2}, {"G", 1}, {"R", 0}};
    throw UserError("No exr/32-bit float encoder for " + std::to_string(count) +
                    "-channel images: supported channel counts are 1 (grayscale), 3 (RGB) and 4 (RGBA).");
}

void add_header(ExrFile& file, const std::vector<ExrChannel>& channels, std::int32_t width, std::int32_t height,
                const ExrSettings& settings) {
    constexpr std::uint32_t magic = 20000630, version = 2;
    constexpr std::int32_t float_samples = 2;
    constexpr std::size_t channel_size = 2 + 16;  // a name of one letter and what follows it
    file.add(magic);
    file.add(version);
    file.begin_attribute("channels", "chlist", channels.size() * channel_size + 1);
    for (const ExrChannel& channel : channels) {
        file.add_text(channel.name);
        file.add(float_samples);
        file.add(std::int32_t{0});  // not perceptually linear
        file.add(std::int32_t{1});  // every column
        file.add(std::int32_t{1});  // every row
    }
    file.add(std::uint8_t{0});
    file.begin_attribute("compression", "compression", 1);
    file.add(std::uint8_t{0});
    for (const char* window : {"dataWindow", "displayWindow"}) {
        file.begin_attribute(window, "box2i", 16);
        for (const std::int32_t corner : {0, 0, width - 1, height - 1})
            file.add(corner);
    }
    file.begin_attribute("lineOrder", "lineOrder", 1);
    file.add(std::uint8_t{0});
    file.begin_attribute("pixelAspectRatio", "float", 4);
    file.add(1.0f);
    file.begin_attribute("screenWindowCenter", "v2f", 8);
    file.add(0.0f);
    file.add(0.0f);
    file.begin_attribute("screenWindowWidth", "float", 4);
    file.add(1.0f);
    for (const auto& [name, text] : settings.texts) {
        file.begin_attribute(name, "string", text.size());
        file.bytes.insert(file.bytes.end(), text.begin(), text.end());
    }
    file.begin_attribute("chromaticities", "chromaticities", sizeof settings.chromaticities);
    for (float value : settings.chromaticities)
        file.add(value);
    file.add(std::uint8_t{0});
}

}  // namespace

std::vector<std::uint8_t> encode_exr(const Tensor& picture, const ExrSettings& settings) {
    const std::vector<ExrChannel> channels = channels_of(picture.size(2));
    const std::int64_t height = picture.size(0), width = picture.size(1);
    ExrFile file;
    add_header(file, channels, static_cast<std::int32_t>(width), static_cast<std::int32_t>(height), settings);

    const auto line_bytes = static_cast<std::uint64_t>(width) * channels.size() * sizeof(float);
    const std::uint64_t first_line = file.bytes.size() + static_cast<std::uint64_t>(height) * sizeof(std::uint64_t);
    constexpr std::uint64_t line_start = 2 * sizeof(std::int32_t);
    for (std::uint64_t y = 0; y < static_cast<std::uint64_t>(height); ++y)
        file.add(first_line + y * (line_start + line_bytes));
    const Tensor planes = picture.to(at::kFloat).permute({0, 2, 1}).contiguous();  // [h, channels, w]
    for (std::int64_t y = 0; y < height; ++y) {
        file.add(static_cast<std::int32_t>(y));
        file.add(static_cast<std::int32_t>(line_bytes));
        for (const ExrChannel& channel : channels) {
            const auto* row = reinterpret_cast<const std::uint8_t*>(planes[y][channel.index].const_data_ptr<float>());
            file.bytes.insert(file.bytes.end(), row, row + static_cast<std::size_t>(width) * sizeof(float));
        }
    }
    return std::move(file.bytes);
}

}  // namespace easel::nodes
