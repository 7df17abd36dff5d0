#include "inference/weights/gguf_names.hpp"

#include <array>
#include <span>
#include <string_view>

namespace easel::inference {
namespace {

struct Rename {
    std::string_view from, to;
};

// Longer names come before those they contain.
constexpr std::array t5_names{
    Rename{"enc.", "encoder."},
    Rename{".blk.", ".block."},
    Rename{"token_embd", "shared"},
    Rename{"output_norm", "final_layer_norm"},
    Rename{"attn_q", "layer.0.SelfAttention.q"},
    Rename{"attn_k", "layer.0.SelfAttention.k"},
    Rename{"attn_v", "layer.0.SelfAttention.v"},
    Rename{"attn_o", "layer.0.SelfAttention.o"},
    Rename{"attn_norm", "layer.0.layer_norm"},
    Rename{"attn_rel_b", "layer.0.SelfAttention.relative_attention_bias"},
    Rename{"ffn_up", "layer.1.DenseReluDense.wi_1"},
    Rename{"ffn_down", "layer.1.DenseReluDense.wo"},
    Rename{"ffn_gate", "layer.1.DenseReluDense.wi_0"},
    Rename{"ffn_norm", "layer.1.layer_norm"},
};

constexpr std::array llama_names{
    Rename{"blk.", "model.layers."},
    Rename{"attn_norm", "input_layernorm"},
    Rename{"attn_q_norm", "self_attn.q_norm"},
    Rename{"attn_k_norm", "self_attn.k_norm"},
    Rename{"attn_q", "self_attn.q_proj"},
    Rename{"attn_k", "self_attn.k_proj"},
    Rename{"attn_v", "self_attn.v_proj"},
    Rename{"attn_output", "self_attn.o_proj"},
    Rename{"ffn_up", "mlp.up_proj"},
    Rename{"ffn_down", "mlp.down_proj"},
    Rename{"ffn_gate", "mlp.gate_proj"},
    Rename{"ffn_norm", "post_attention_layernorm"},
    Rename{"token_embd", "model.embed_tokens"},
    Rename{"output_norm", "model.norm"},
    Rename{"output.weight", "lm_head.weight"},
};

// Gemma has norms behind attention and feed forward as well.
constexpr std::array gemma_names{
    Rename{"post_attention_norm", "post_attention_layernorm"},
    Rename{"post_ffw_norm", "post_feedforward_layernorm"},
    Rename{"ffn_norm", "pre_feedforward_layernorm"},
};

std::string renamed(std::string key, std::span<const Rename> names) {
    for (const auto& [from, to] : names)
        if (const auto at = key.find(from); at != std::string::npos) key.replace(at, from.size(), to);
    return key;
}

// llama.cpp keeps the rotated halves of queries and keys next to each other.
Tensor unrotated(const Tensor& weight, int64_t heads) {
    const Tensor plain = decoded(weight);
    return plain.reshape({heads, plain.size(0) / heads / 2, 2, plain.size(1)}).transpose(1, 2).reshape(plain.sizes());
}

int64_t number(const std::map<std::string, std::string>& metadata, const std::string& key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? 0 : std::stoll(found->second);
}

}  // namespace

TensorMap with_transformers_names(TensorMap tensors, const std::map<std::string, std::string>& metadata) {
    const auto architecture = metadata.find("general.architecture");
    if (architecture == metadata.end()) return tensors;
    const std::string& name = architecture->second;
    const bool is_gemma = name.starts_with("gemma");
    const bool is_t5 = name == "t5" || name == "t5encoder";
    const bool is_llm = name == "llama" || name.starts_with("qwen") || is_gemma;
    if (!is_t5 && !is_llm) return tensors;

    TensorMap result;
    for (auto& [key, tensor] : tensors) {
        std::string target = key;
        if (is_gemma) target = renamed(std::move(target), gemma_names);
        target = renamed(std::move(target), is_t5 ? std::span<const Rename>(t5_names) : llama_names);
        if (is_gemma && target.ends_with("norm.weight"))
            tensor = decoded(tensor) - 1;  // stored with the one that Gemma's norms add
        if (name == "llama" && target.ends_with("q_proj.weight"))
            tensor = unrotated(tensor, number(metadata, "llama.attention.head_count"));
        if (name == "llama" && target.ends_with("k_proj.weight"))
            tensor = unrotated(tensor, number(metadata, "llama.attention.head_count_kv"));
        result.emplace(std::move(target), std::move(tensor));
    }
    return result;
}

}  // namespace easel::inference
