#include "inference/models/flux/positions.hpp"

#include <algorithm>

namespace easel::inference::flux {
namespace {

struct Place {
    double plane = 0.0;
    int64_t down = 0, right = 0;  // in cells
};

int64_t to_patches_rounded(int64_t cells, int64_t patch) { return (cells + patch / 2) / patch; }

Tensor counted(int64_t count, double start, double step = 1.0) {
    return at::linspace(start, start + step * static_cast<double>(count - 1), count, at::kFloat);
}

// Of the patches of one picture, row by row.
Tensor picture_positions(const CellSize& size, const Place& place, const Layout& layout, int64_t axes) {
    const int64_t patch = layout.patch;
    const RopeScaling scaling = layout.scaling.value_or(RopeScaling{});
    const int64_t rows = to_patches_rounded(size.height, patch), columns = to_patches_rounded(size.width, patch);
    Tensor ids = at::zeros({rows, columns, axes}, at::kFloat);
    ids.select(2, 0).fill_(place.plane + scaling.shift_t);
    const auto start = [&](int64_t cells) { return static_cast<double>(to_patches_rounded(cells, patch)); };
    const Tensor down = counted(rows, start(place.down) + scaling.shift_y, scaling.scale_y);
    ids.select(2, 1).copy_(down.unsqueeze(1).expand({rows, columns}));
    const Tensor right = counted(columns, start(place.right) + scaling.shift_x, scaling.scale_x);
    ids.select(2, 2).copy_(right.expand({rows, columns}));
    return ids.flatten(0, 1);
}

std::vector<Place> reference_places(const Layout& layout, double step) {
    std::vector<Place> places;
    int64_t height = 0, width = 0;  // taken by the references so far
    for (const CellSize& size : layout.references) {
        switch (layout.method) {
        case ReferenceMethod::index:
        case ReferenceMethod::index_timestep_zero:
            places.push_back({.plane = step * static_cast<double>(places.size() + 1)});
            break;
        case ReferenceMethod::uxo: {
            const auto whole = [&](int64_t cells) { return to_patches_rounded(cells, layout.patch) * layout.patch; };
            places.push_back(
                {.down = whole(layout.picture.height) + height, .right = whole(layout.picture.width) + width});
            height += size.height;
            width += size.width;
            break;
        }
        case ReferenceMethod::offset:
        case ReferenceMethod::negative_index: {  // which Flux does not know
            // To the side that keeps the whole more nearly square.
            Place place{.plane = 1.0};
            if (size.height + height > size.width + width)
                place.right = width;
            else
                place.down = height;
            height = std::max(height, size.height + place.down);
            width = std::max(width, size.width + place.right);
            places.push_back(place);
            break;
        }
        }
    }
    return places;
}

}  // namespace

int64_t Layout::patches(const CellSize& size) const {
    return to_patches_rounded(size.height, patch) * to_patches_rounded(size.width, patch);
}

Tensor positions(const Layout& layout, const Axes& axes) {
    const auto count = static_cast<int64_t>(axes.dims.size());
    Tensor text = at::zeros({layout.text_tokens, count}, at::kFloat);
    const std::vector<int64_t> counted_axes = layout.text_in_sequence ? std::vector<int64_t>{0} : axes.of_text;
    for (const int64_t axis : counted_axes)
        text.select(1, axis).copy_(counted(layout.text_tokens, 0.0));
    std::vector<Tensor> pictures{picture_positions(layout.picture, {}, layout, count)};
    const std::vector<Place> places = reference_places(layout, axes.reference_step);
    for (std::size_t i = 0; i < places.size(); ++i)
        pictures.push_back(picture_positions(layout.references[i], places[i], layout, count));
    Tensor behind = at::cat(pictures);
    if (axes.continues_text && !layout.scaling) {
        behind.select(1, 0).add_(1.0);
        behind.narrow(1, 1, 2).add_(static_cast<double>(layout.text_tokens));
    }
    return at::cat({text, behind});
}

Rope RopeTables::of(const Layout& layout, at::Device device) const {
    return recent_.of(layout, device, [&] { return rope_table(positions(layout, axes_), axes_.dims, axes_.theta); });
}

}  // namespace easel::inference::flux
