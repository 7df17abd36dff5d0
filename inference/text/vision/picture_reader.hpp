// How a language model that sees reads pictures: the vectors that take their places in a prompt.
#pragma once

#include "inference/tensor.hpp"
#include "inference/text/prompt_embedding.hpp"

#include <vector>

namespace easel::inference {

// Patches of a picture after it was brought to a size that whole patches fill; both even.
struct PatchGrid {
    int64_t rows = 0, columns = 0;
};

struct SeenPicture {
    Tensor vectors;  // [rows * columns / 4, dim of the language model]
    PatchGrid grid;
    std::vector<Tensor> deep = {};  // shaped like `vectors`: added behind the language model's first layers
};

class PictureReader {
public:
    virtual ~PictureReader() = default;
    // `picture` [batch, height, width, 3] in 0..1; the first of the batch counts.
    virtual SeenPicture operator()(const Tensor& picture) const = 0;
    // Where the tokens of a prompt are, [3, tokens]: in time, row and column. The pictures take `spans`; `mask`
    // [tokens] is 0 at padding.
    virtual Tensor positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                             const Tensor& mask) const = 0;
};

struct PictureLimits {
    double least_pixels = 3136, most_pixels = 12845056;
};

// The grid of patches of `patch` pixels that is nearest to a picture's size. Halves are rounded to even.
// (process_qwen2vl_images)
PatchGrid patch_grid(int64_t height, int64_t width, int64_t patch, const PictureLimits& limits = {});

// Positions that go on behind a picture by its longer side, over tokens that are no padding. (Qwen25_7BVLI.forward)
Tensor picture_positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                         const Tensor& mask);

}  // namespace easel::inference
