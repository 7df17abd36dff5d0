#include "inference/text/clip.hpp"
#include "inference/text/gpt_oss.hpp"
#include "inference/text/text_family.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace easel::inference {
namespace {

const char* clip_kind(const TensorMap& canonical) {
    if (canonical.contains("text_model.encoder.layers.30.mlp.fc1.weight")) return "clip_g";
    if (canonical.contains("text_model.encoder.layers.22.mlp.fc1.weight")) return "clip_h";
    return "clip_l";
}

// One of T5's kin by its depth and its feed-forward layers: 24 gated blocks are XXL, or Pile-T5-XL where they are 5120
// wide (80 in the small files for tests), or UMT5 where each has its own position biases; plain ones are the first XXL.
// ByT5's small one has six heads.
// Nothing when it is none of them.
const char* t5_kind(const TensorMap& tensors) {
    if (const auto gated = tensors.find("encoder.block.23.layer.1.DenseReluDense.wi_1.weight");
        gated != tensors.end()) {
        const int64_t width = gated->second.size(0);
        if (width == 5120 || width == 80) return "pile_t5xl";
        const char* second_bias = "encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight";
        return tensors.contains(second_bias) ? "umt5xxl" : "t5xxl";
    }
    if (tensors.contains("encoder.block.23.layer.1.DenseReluDense.wi.weight")) return "t5xxl_old";
    if (const auto keys = tensors.find("encoder.block.0.layer.0.SelfAttention.k.weight"); keys != tensors.end()) {
        constexpr int64_t byt5_keys = 384;
        if (keys->second.size(0) == byt5_keys) return "byt5_small";
        return tensors.contains("spiece_model") ? "umt5base" : "t5base";
    }
    return nullptr;
}

bool has_layer(const TensorMap& tensors, int layer) {
    return tensors.contains("model.layers." + std::to_string(layer) + ".input_layernorm.weight");
}

const char* gemma_kind(const TensorMap& tensors) {
    if (!tensors.contains("model.layers.0.self_attn.q_norm.weight")) return "gemma2_2b";
    return has_layer(tensors, 47) ? "gemma3_12b" : "gemma3_4b";
}

// Qwen 3 by its width; in the small files for tests by its depth, and of each depth the larger model is 64 wide.
const char* qwen3_kind(const TensorMap& tensors, int64_t width) {
    if (width < 1024) {
        if (!has_layer(tensors, 28)) return width == 64 ? "qwen3_2b" : "qwen3_06b";
        return width == 64 ? "qwen3_8b" : "qwen3_4b";
    }
    switch (width) {
    case 1024:
        return "qwen3_06b";
    case 2048:
        return "qwen3_2b";
    case 2560:
        return "qwen3_4b";
    case 4096:
        return "qwen3_8b";
    default:
        return nullptr;
    }
}

const char* language_model_kind(const TensorMap& tensors) {
    const auto norm = tensors.find("model.layers.0.post_attention_layernorm.weight");
    if (norm == tensors.end()) return nullptr;
    if (tensors.contains("model.layers.0.post_feedforward_layernorm.weight")) return gemma_kind(tensors);
    if (const auto bias = tensors.find("model.layers.0.self_attn.k_proj.bias"); bias != tensors.end())
        return bias->second.size(0) == 256 ? "qwen25_3b" : "qwen25_7b";
    const int64_t width = norm->second.size(0);
    if (tensors.contains("model.layers.0.self_attn.q_norm.weight")) return qwen3_kind(tensors, width);
    if (width == 5120) return "mistral3_24b";
    if (width == 3072) return "ministral3_3b";
    // Mistral's tokenizer tells that it is one of them; in the small files for tests the depth tells which.
    if (tensors.contains("tekken_model")) return has_layer(tensors, 26) ? "mistral3_24b" : "ministral3_3b";
    return "llama";
}

// Qwen3-VL by its vision tower, which has 24 blocks beside the 4B model and 27 beside the larger ones. Of the largest
// there are the first 50 layers, beside the tower. Nothing when it is none.
const char* qwen3_vl_kind(const TensorMap& tensors) {
    if (tensors.contains("visual.deepstack_merger_list.0.norm.weight") && has_layer(tensors, 49)) return "qwen3vl_32b";
    if (!tensors.contains("model.visual.deepstack_merger_list.0.norm.weight")) return nullptr;
    return tensors.contains("model.visual.blocks.26.norm1.weight") ? "qwen3vl_8b" : "qwen3vl_4b";
}

// The language model and the vision tower of a Qwen3-VL beside each other, as in files of the other encoders.
TensorMap without_vl_nesting(const TensorMap& tensors) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> prefixes{
        {{"model.language_model.", "model."}, {"model.visual.", "visual."}, {"lm_head.", "model.lm_head."}}};
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        const auto found =
            std::ranges::find_if(prefixes, [&](const auto& pair) { return key.starts_with(pair.first); });
        result.emplace(found == prefixes.end() ? key : std::string(found->second) + key.substr(found->first.size()),
                       tensor);
    }
    return result;
}

// Some files keep the output layer beside the model it belongs to.
TensorMap with_inner_head(TensorMap tensors) {
    if (auto head = tensors.extract("lm_head.weight"); !head.empty()) {
        head.key() = "model.lm_head.weight";
        tensors.insert(std::move(head));
    }
    return tensors;
}

// What LTX-2's checkpoints keep of the text encoder: the projection of Gemma's states, and in early ones the connectors
// that work on it. Empty when there is no projection.
TensorMap ltxav_projection(const TensorMap& tensors) {
    constexpr std::string_view network = "model.diffusion_model.";
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        if (key.starts_with("text_embedding_projection.")) result.emplace(key, tensor);
        if (key.starts_with(network) && key.find("_embeddings_connector.") != std::string::npos)
            result.emplace(key.substr(network.size()), tensor);
    }
    const bool has_projection = result.lower_bound("text_embedding_projection.") != result.end();
    return has_projection ? result : TensorMap();
}

}  // namespace

std::optional<EncoderFile> recognise_encoder(const TensorMap& tensors) {
    if (auto clip = canonical_clip(tensors)) return EncoderFile{clip_kind(*clip), std::move(*clip)};
    if (tensors.contains("model.encoder.layers.0.mixer.Wqkv.weight")) return EncoderFile{"jina_clip_2", tensors};
    if (tensors.contains("model.encoder.layers.0.pre_self_attn_layernorm.weight"))
        return EncoderFile{"t5gemma", tensors};
    if (const char* kind = t5_kind(tensors)) return EncoderFile{kind, tensors};
    if (tensors.contains("layers.0.self_attn.sinks")) return EncoderFile{"gpt_oss", separate_experts(tensors)};
    if (tensors.contains("model.audio_decoder.projection.weight")) return EncoderFile{"minimax_music3", tensors};
    if (const char* kind = qwen3_vl_kind(tensors)) return EncoderFile{kind, without_vl_nesting(tensors)};
    if (const char* kind = language_model_kind(tensors)) return EncoderFile{kind, with_inner_head(tensors)};
    if (auto projection = ltxav_projection(tensors); !projection.empty())
        return EncoderFile{"ltxav_projection", std::move(projection)};
    return std::nullopt;
}

}  // namespace easel::inference
