// The frames of a GIF file as they are stored: palette indices and where they go. What a frame looks like on top of
// those before it is up to the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace easel {

struct GifFrame {
    int x = 0, y = 0, width = 0, height = 0;
    int disposal = 0;  // what becomes of it before the next one; 2: cleared, 3: what was before comes back
    std::optional<int> transparent;
    std::span<const std::uint8_t> palette;  // RGB after RGB; empty where the file has none
    std::vector<std::uint8_t> codes;        // compressed
    int least_bits = 0;
    bool interlaced = false;

    // One index a pixel, row by row from the top. Fewer than width * height where the file is damaged. Takes as much
    // memory as the frame has pixels: look at the size before.
    std::vector<std::uint8_t> indices() const;
};

// Refers to the bytes that it is made of.
class GifFile {
public:
    // Reads the head alone.
    explicit GifFile(std::span<const std::uint8_t> file);

    bool has_head() const { return width_ > 0 && height_ > 0; }
    int width() const { return width_; }
    int height() const { return height_; }

    // Nothing at the end of the file, or where it breaks off.
    std::optional<GifFrame> next();

private:
    struct OutOfData {};

    std::uint8_t byte() { return take(1)[0]; }
    int word();
    std::span<const std::uint8_t> take(std::size_t count);
    std::span<const std::uint8_t> palette(int flags);
    std::vector<std::uint8_t> blocks();
    void read_extension();
    GifFrame read_frame();

    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    int width_ = 0, height_ = 0;
    std::span<const std::uint8_t> palette_;
    int disposal_ = 0;
    std::optional<int> transparent_;
};

inline bool is_gif(std::string_view file) { return file.starts_with("GIF87a") || file.starts_with("GIF89a"); }

}  // namespace easel
