#include "base/error.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <array>

namespace easel::nodes {
namespace {

using Sides = std::tuple<Conditioning, Conditioning>;

// Features [batch, tokens, dim] of what a shape is to look like, against nothing.
Sides guided_by(const Tensor& features) {
    inference::Condition seen, unseen;
    seen.cross = features;
    unseen.cross = at::zeros_like(features);
    return {Conditioning{seen}, Conditioning{unseen}};
}

// The waves that tell a network which of the views this is, [dim]: sines, then cosines.
// (mmdit.get_1d_sincos_pos_embed_from_grid_torch)
Tensor view_waves(int64_t dim, int64_t view) {
    const Tensor share = at::arange(dim / 2, at::kFloat) / (static_cast<double>(dim) / 2.0);
    const Tensor angles = static_cast<double>(view) * (1.0 / at::pow(10000.0, share));
    return at::cat({angles.sin(), angles.cos()});
}

struct Hunyuan3Dv2Conditioning {
    inference::ClipVisionOutput clip_vision_output;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "model/conditioning/hunyuan 3d";
        s.in("clip_vision_output", &Hunyuan3Dv2Conditioning::clip_vision_output);
        s.out("positive");
        s.out("negative");
    }

    Sides execute() const { return guided_by(clip_vision_output.last_hidden_state); }
};

struct Hunyuan3Dv2ConditioningMultiView {
    std::optional<inference::ClipVisionOutput> front, left, back, right;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "model/conditioning/hunyuan 3d";
        s.in("front", &Hunyuan3Dv2ConditioningMultiView::front);
        s.in("left", &Hunyuan3Dv2ConditioningMultiView::left);
        s.in("back", &Hunyuan3Dv2ConditioningMultiView::back);
        s.in("right", &Hunyuan3Dv2ConditioningMultiView::right);
        s.out("positive");
        s.out("negative");
    }

    Sides execute() const {
        std::vector<Tensor> features;
        const std::array views{&front, &left, &back, &right};
        for (std::size_t i = 0; i < views.size(); ++i) {
            if (!views[i]->has_value()) continue;
            const Tensor& state = (*views[i])->last_hidden_state;
            features.push_back(state + view_waves(state.size(-1), static_cast<int64_t>(i)));
        }
        if (features.empty()) throw UserError("Hunyuan3Dv2ConditioningMultiView needs at least one view");
        return guided_by(at::cat(features, 1));
    }
};

}  // namespace

void register_hunyuan3_dv2_conditioning(Registry& registry) {
    registry.add<Hunyuan3Dv2Conditioning>("Hunyuan3Dv2Conditioning");
    registry.add<Hunyuan3Dv2ConditioningMultiView>("Hunyuan3Dv2ConditioningMultiView");
}

}  // namespace easel::nodes
