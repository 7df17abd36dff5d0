#include "inference/vision/dino2/dino2_vision.hpp"

#include <utility>

namespace easel::inference {

Tensor Dino2Vision::prepared(const Tensor& pixels, ClipVision::Fit fit) const {
    return normalised_planes(fitted_to_square(color_planes(pixels), network_.trained_side(), fit),
                             {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
}

ClipVisionOutput Dino2Vision::operator()(const Tensor& prepared) const {
    const Dino2::Tokens tokens = network_.tokens(prepared);
    ClipVisionOutput output;
    output.last_hidden_state = tokens.last;
    output.penultimate_hidden_states = tokens.penultimate;
    output.image_embeds = tokens.last.select(1, 0);
    return with_sizes(std::move(output), prepared);
}

}  // namespace easel::inference
