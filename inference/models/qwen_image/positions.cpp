#include "inference/models/qwen_image/positions.hpp"

#include "inference/layers/frames.hpp"
#include "inference/layers/patches.hpp"

#include <algorithm>

namespace easel::inference::qwen_image {
namespace {

constexpr double theta = 10000.0;
const std::vector<int64_t> axes{16, 56, 56};  // of a head: plane, row, column

struct Place {
    int64_t plane = 0, down = 0, right = 0;  // rows and columns in cells
};

int64_t in_patches(int64_t cells) { return (cells + patch / 2) / patch; }

Tensor picture_positions(at::IntArrayRef latent, const Place& place) {
    const int64_t frames = latent[2], rows = in_patches(latent[3]), columns = in_patches(latent[4]);
    Tensor ids = at::zeros({frames, rows, columns, 3}, at::kFloat);
    if (frames > 1)
        ids.select(3, 0).copy_(at::arange(frames, at::kFloat).reshape({-1, 1, 1}).expand({frames, rows, columns}));
    else
        ids.select(3, 0).fill_(static_cast<double>(place.plane));
    const auto counted = [](int64_t count, int64_t start) {
        return at::arange(count, at::kFloat) + static_cast<double>(start - count / 2);
    };
    ids.select(3, 1).copy_(counted(rows, in_patches(place.down)).unsqueeze(1).expand({frames, rows, columns}));
    ids.select(3, 2).copy_(counted(columns, in_patches(place.right)).expand({frames, rows, columns}));
    return ids.reshape({-1, 3});
}

std::vector<Place> reference_places(const std::vector<Tensor>& references, ReferenceMethod method) {
    std::vector<Place> places;
    int64_t height = 0, width = 0;  // taken by the references so far, where they share a plane
    for (const Tensor& reference : references) {
        const auto count = static_cast<int64_t>(places.size()) + 1;
        if (method == ReferenceMethod::index || method == ReferenceMethod::index_timestep_zero) {
            places.push_back({.plane = count});
        } else if (method == ReferenceMethod::negative_index) {
            places.push_back({.plane = -count});
        } else {
            Place place{.plane = 1};
            if (reference.size(-2) + height > reference.size(-1) + width)
                place.right = width;
            else
                place.down = height;
            height = std::max(height, reference.size(-2) + place.down);
            width = std::max(width, reference.size(-1) + place.right);
            places.push_back(place);
        }
    }
    return places;
}

}  // namespace

Tensor to_tokens(const Tensor& latent) {
    const Tensor pictures = video_to_frames(latent);  // [batch * frames, channels, height, width]
    const Tensor tokens = to_patches(padded_to_patches(pictures, patch), patch, PatchOrder::channels_first);
    return tokens.unflatten(0, {latent.size(0), latent.size(2)}).flatten(1, 2);
}

Tensor from_tokens(const Tensor& tokens, at::IntArrayRef latent) {
    const auto whole = [](int64_t cells) { return (cells + patch - 1) / patch; };
    const int64_t frames = latent[2], rows = whole(latent[3]), columns = whole(latent[4]);
    const Tensor pictures = from_patches(tokens.unflatten(1, {frames, rows * columns}).flatten(0, 1), rows, columns,
                                         patch, PatchOrder::channels_first);
    return frames_to_video(pictures, frames).narrow(3, 0, latent[3]).narrow(4, 0, latent[4]);
}

Rope rope_of(int64_t text_tokens, at::IntArrayRef made, const std::vector<Tensor>& references, ReferenceMethod method) {
    const int64_t start = std::max(in_patches(made[3]) / 2, in_patches(made[4]) / 2);
    const Tensor text = (at::arange(text_tokens, at::kFloat) + static_cast<double>(start)).unsqueeze(1).expand({-1, 3});
    std::vector<Tensor> ids{text, picture_positions(made, {})};
    const std::vector<Place> places = reference_places(references, method);
    for (std::size_t i = 0; i < places.size(); ++i)
        ids.push_back(picture_positions(references[i].sizes(), places[i]));
    return rope_table(at::cat(ids), axes, theta);
}

}  // namespace easel::inference::qwen_image
