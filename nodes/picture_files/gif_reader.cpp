#include "nodes/picture_files/gif_reader.hpp"

#include "base/error.hpp"
#include "base/gif.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace easel::nodes {

namespace {

using View = std::span<const std::uint8_t>;

class Gif {
public:
    explicit Gif(View file) : file_(file) {}

    DecodedPicture read() {
        if (file_.has_head()) {
            require_reasonable_frames();
            canvas_ = at::zeros({file_.height(), file_.width(), 4}, at::kByte);
        }
        while (const auto frame = file_.next())
            add(*frame);
        if (frames_.empty()) throw UserError("a GIF file without a whole frame");
        return from_bytes(at::stack(frames_), Levels::packed);
    }

private:
    // Before any is drawn: a frame of few bytes may have many pixels.
    void require_reasonable_frames() const {
        require_reasonable_size(file_.width(), file_.height());
        GifFile file = file_;
        for (std::int64_t count = 1; const auto frame = file.next(); ++count) {
            require_reasonable_size(frame->width, frame->height);
            require_reasonable_size(file_.width(), file_.height(), count);
        }
    }

    void add(const GifFrame& frame) {
        const Tensor before = frame.disposal == 3 ? canvas_.clone() : Tensor();
        draw(frame);
        frames_.push_back(canvas_.clone());
        if (frame.disposal == 3) canvas_ = before;
        if (frame.disposal == 2) erase(frame);
    }

    void draw(const GifFrame& frame) {
        const std::vector<std::uint8_t> indices = frame.indices();
        auto* pixels = canvas_.mutable_data_ptr<std::uint8_t>();
        for (std::size_t i = 0; i < indices.size(); ++i) {
            const auto column = static_cast<int>(i % static_cast<std::size_t>(frame.width));
            const int x = frame.x + column, y = frame.y + static_cast<int>(i / static_cast<std::size_t>(frame.width));
            if (x >= file_.width() || y >= file_.height() || indices[i] == frame.transparent) continue;
            const std::size_t colour = 3 * std::size_t(indices[i]);
            if (colour + 2 >= frame.palette.size()) continue;
            auto* pixel = pixels + 4 * (std::ptrdiff_t(y) * file_.width() + x);
            std::memcpy(pixel, frame.palette.data() + colour, 3);
            pixel[3] = 255;
        }
    }

    void erase(const GifFrame& frame) {
        const int bottom = std::min(file_.height(), frame.y + frame.height),
                  right = std::min(file_.width(), frame.x + frame.width);
        if (bottom > frame.y && right > frame.x) canvas_.slice(0, frame.y, bottom).slice(1, frame.x, right).zero_();
    }

    GifFile file_;
    Tensor canvas_;  // uint8 [h, w, 4]
    std::vector<Tensor> frames_;
};

}  // namespace

DecodedPicture read_gif(View file) { return Gif(file).read(); }

}  // namespace easel::nodes
