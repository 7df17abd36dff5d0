#include "inference/vision/frame_interpolation/frame_interpolator.hpp"

#include "inference/vision/frame_interpolation/film.hpp"
#include "inference/vision/frame_interpolation/rife.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace easel::inference {
namespace {

constexpr std::string_view film_key = "extract.extract_sublevels.convs.0.0.conv.weight";

bool is_rife(const TensorMap& tensors) {
    return tensors.contains("encode.cnn3.weight") && tensors.contains("blocks.4.conv0.1.0.weight");
}

// RIFE's names without the wrappers of training programs, its blocks as a list.
TensorMap rife_tensors(const TensorMap& file) {
    TensorMap tensors;
    for (const auto& [key, tensor] : file) {
        std::string_view name = key;
        for (const std::string_view wrapper : {"module.", "flownet."})
            if (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
        if (name.starts_with("teacher.") || name.starts_with("caltime.")) continue;
        const bool is_block = name.starts_with("block") && name.size() > 6 && name[6] == '.';
        tensors.emplace(is_block ? "blocks." + std::string(name.substr(5)) : std::string(name), tensor);
    }
    return is_rife(tensors) ? tensors : TensorMap{};
}

Tensor padded(const Tensor& frame, int64_t multiple) {
    const int64_t bottom = (multiple - frame.size(2) % multiple) % multiple;
    const int64_t right = (multiple - frame.size(3) % multiple) % multiple;
    return bottom == 0 && right == 0 ? frame : at::reflection_pad2d(frame, {0, right, 0, bottom});
}

}  // namespace

TensorMap frame_interpolation_tensors(const TensorMap& file) {
    return file.contains(film_key) ? file : rife_tensors(file);
}

std::unique_ptr<const FrameInterpolator> make_frame_interpolator(const Weights& w) {
    if (w.contains(film_key)) return std::make_unique<Film>(w);
    return std::make_unique<Rife>(w);
}

Tensor interpolate_frames(const FrameInterpolator& network, const Tensor& frames, int64_t multiplier,
                          const std::function<void(int64_t done, int64_t total)>& on_pictures) {
    const int64_t pairs = frames.size(0) - 1, height = frames.size(1), width = frames.size(2);
    if (pairs < 1 || multiplier < 2) return frames;
    std::vector<double> times;
    for (int64_t i = 1; i < multiplier; ++i)
        times.push_back(static_cast<double>(i) / static_cast<double>(multiplier));
    const auto look = [&](int64_t index) {
        const Tensor frame = frames.narrow(0, index, 1).movedim(-1, 1).to(at::kFloat).contiguous();
        return network.look(padded(frame, network.side_multiple()));
    };
    std::vector<Tensor> film;
    FrameFeatures first = look(0);
    for (int64_t pair = 0; pair < pairs; ++pair) {
        FrameFeatures second = look(pair + 1);
        film.push_back(frames.narrow(0, pair, 1).slice(-1, 0, 3));
        const Tensor drawn = network.between(first, second, times);
        film.push_back(drawn.narrow(2, 0, height).narrow(3, 0, width).movedim(1, -1));
        on_pictures((pair + 1) * (multiplier - 1), pairs * (multiplier - 1));
        first = std::move(second);
    }
    film.push_back(frames.narrow(0, pairs, 1).slice(-1, 0, 3));
    return at::cat(film).clamp(0, 1);
}

}  // namespace easel::inference
