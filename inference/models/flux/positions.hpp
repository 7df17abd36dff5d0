// Where the tokens of text, picture and reference pictures lie, for Flux's rotary embedding.
#pragma once

#include "inference/layers/recent_ropes.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace easel::inference::flux {

// The axes of positions: [0] tells pictures apart, [1] is the row, [2] the column, [3] the place in a text.
struct Axes {
    std::vector<int64_t> dims;  // of a head, for each axis
    double theta = 10000.0;
    std::vector<int64_t> of_text = {};  // along which text tokens are counted; along the others they are at 0
    double reference_step = 1.0;        // between the planes of reference pictures
    bool continues_text = false;  // pictures lie one plane on, their rows and columns go on from the text's length
};

// Width and height in cells of the latent, before they are cut into patches.
struct CellSize {
    int64_t height = 0, width = 0;
    bool operator==(const CellSize&) const = default;
};

// What the positions of a run depend on.
struct Layout {
    int64_t text_tokens = 0;
    int64_t patch = 2;
    CellSize picture;
    std::vector<CellSize> references;
    ReferenceMethod method = ReferenceMethod::offset;
    bool text_in_sequence = false;            // text tokens are counted along the first axis, whatever the axes say
    std::optional<RopeScaling> scaling = {};  // of the pictures' positions
    bool operator==(const Layout&) const = default;

    // Of one picture; sides that do not divide are rounded up.
    int64_t patches(const CellSize& size) const;
    int64_t picture_tokens() const { return patches(picture); }
};

// [tokens, axes]: text, picture, references.
Tensor positions(const Layout& layout, const Axes& axes);

// The tables of the last few layouts: a run asks for the same ones at every step, with and without guidance.
class RopeTables {
public:
    explicit RopeTables(Axes axes) : axes_(std::move(axes)) {}
    Rope of(const Layout& layout, at::Device device) const;

private:
    Axes axes_;
    RecentRopes<Layout> recent_;
};

}  // namespace easel::inference::flux
