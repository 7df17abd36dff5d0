// Pictures that carry a workflow, and the frames of GIF files: whatever the bytes are, reading them ends.
#include "base/gif.hpp"
#include "workflows/metadata.hpp"

#include <cstddef>
#include <cstdint>

namespace {

constexpr std::int64_t most_pixels = 1 << 20;

void read_frames(std::span<const std::uint8_t> bytes) {
    easel::GifFile file(bytes);
    while (const auto frame = file.next())
        if (std::int64_t(frame->width) * frame->height <= most_pixels) frame->indices();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    easel::workflows::read_picture(text);
    read_frames({data, size});
    return 0;
}
