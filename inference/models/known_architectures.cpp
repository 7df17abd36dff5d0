#include "inference/models/known_architectures.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {
namespace {

struct Architecture {
    std::string_view name;
    std::string_view key;  // a tensor that only this one has, or what such tensors' names begin with
};

// A longer name of a variant comes before the family that it belongs to.
constexpr std::array known{
    Architecture{"Trellis 2", "img2shape.t_embedder."},
    Architecture{"Trellis 2 (textures)", "shape2txt.t_embedder."},
    Architecture{"Hunyuan-DiT", "mlp_t5.0.weight"},
    Architecture{"a variant of HunyuanVideo with further inputs", "txt_in.individual_token_refiner."},
    Architecture{"Genmo Mochi", "t5_yproj.weight"},
    Architecture{"LTX-2 (video and sound)", "audio_adaln_single.linear.weight"},
    Architecture{"ACE-Step", "genre_embedder.weight"},
    Architecture{"ACE-Step 1.5", "encoder.lyric_encoder.layers.0.input_layernorm.weight"},
    Architecture{"Cosmos 1", "blocks.block0.blocks.0.block.attn.to_q.0.weight"},
    Architecture{"Z-Image in pixel space", "dec_net.cond_embed.weight"},
    Architecture{"SeedVR2", "blocks.0.mlp.vid.proj_out.weight"},
    Architecture{"SeedVR2", "blocks.0.mlp.all.proj_out.weight"},
    Architecture{"Wan VACE", "vace_patch_embedding.weight"},
    Architecture{"Wan Fun Camera", "control_adapter.conv.weight"},
    Architecture{"Wan HuMo", "audio_proj.audio_proj_glob_1."},
    Architecture{"a variant of Wan with further inputs", "head.modulation"},
    Architecture{"Cosmos-Predict2 video", "blocks.0.mlp.layer1.weight"},
    Architecture{"Depth Anything 3", "backbone.embeddings.patch_embeddings.projection.weight"},
};

}  // namespace

std::string_view known_architecture(const TensorMap& network) {
    const auto has = [&](const Architecture& architecture) {
        const auto first = network.lower_bound(architecture.key);
        return first != network.end() && first->first.starts_with(architecture.key);
    };
    const auto found = std::ranges::find_if(known, has);
    return found == known.end() ? std::string_view() : found->name;
}

}  // namespace easel::inference
