#include "inference/models/detect.hpp"

#include "inference/models/known_architectures.hpp"
#include "inference/text/clip.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {

namespace {

constexpr std::array<std::string_view, 4> diffusion_prefixes{"model.diffusion_model.", "model.model.", "net.",
                                                             "model."};

// What entries of a checkpoint beside its network that belong to it begin with: how it was trained (their presence
// counts, or their value), and layers in front of it.
constexpr std::array<std::string_view, 8> network_marks{"v_pred",
                                                        "ztsnr",
                                                        "edm_mean",
                                                        "edm_std",
                                                        "edm_vpred.sigma_max",
                                                        "edm_vpred.sigma_min",
                                                        "cc_projection.",
                                                        "conditioner.conditioners."};

bool any_key(const TensorMap& tensors, auto predicate) {
    return std::ranges::any_of(tensors, [&](const auto& item) { return predicate(std::string_view(item.first)); });
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_lora(const TensorMap& tensors) {
    constexpr std::array<std::string_view, 6> marks{".lora_up.", ".lora_down.", ".lora_A",
                                                    ".lora_B",   ".hada_w1_",   ".lokr_w"};
    return any_key(tensors, [&](std::string_view key) {
        return std::ranges::any_of(marks, [&](std::string_view mark) { return contains(key, mark); }) ||
               contains(key, "_lora.up.");
    });
}

bool is_vae(const TensorMap& tensors, const std::string& prefix) {
    return tensors.contains(prefix + "decoder.conv_in.weight") || tensors.contains(prefix + "decoder.conv1.weight");
}

bool is_text_encoder(const TensorMap& tensors) {
    return canonical_clip(tensors) || tensors.contains("encoder.block.0.layer.0.SelfAttention.q.weight") ||
           tensors.contains("model.layers.0.self_attn.q_proj.weight");
}

bool is_diffusion_model(const TensorMap& tensors) {
    constexpr std::array<std::string_view, 8> marks{
        "input_blocks.0.0.weight", "double_blocks.0.",       "joint_blocks.0.", "transformer_blocks.0.attn",
        "blocks.0.cross_attn.",    "layers.0.attention.qkv", "down_blocks.0.",  "patch_embedding."};
    return any_key(tensors, [&](std::string_view key) {
        return std::ranges::any_of(marks, [&](std::string_view mark) { return contains(key, mark); });
    });
}

}  // namespace

TensorMap part_of(const TensorMap& tensors, std::string_view prefix) {
    TensorMap part;
    for (auto item = tensors.lower_bound(prefix); item != tensors.end() && item->first.starts_with(prefix); ++item)
        part.emplace_hint(part.end(), item->first.substr(prefix.size()), item->second);
    return part;
}

std::string_view diffusion_prefix(const TensorMap& tensors) {
    for (const std::string_view prefix : diffusion_prefixes) {
        const auto first = tensors.lower_bound(prefix);
        if (first != tensors.end() && first->first.starts_with(prefix)) return prefix;
    }
    return "";
}

bool stands_beside_network(std::string_view key) {
    return std::ranges::any_of(network_marks, [&](std::string_view mark) { return key.starts_with(mark); });
}

TensorMap network_in(const TensorMap& tensors) {
    TensorMap network = part_of(tensors, diffusion_prefix(tensors));
    for (const std::string_view mark : network_marks)
        for (auto found = tensors.lower_bound(mark); found != tensors.end() && found->first.starts_with(mark); ++found)
            network.insert(*found);
    return network;
}

const Family* match_family(const Families& families, const TensorMap& network) {
    const Weights weights(std::make_shared<WeightTable>(network, WeightTable::Settings{}));
    const auto found = std::ranges::find_if(families, [&](const Family& family) { return family.matches(weights); });
    return found == families.end() ? nullptr : &*found;
}

const Family* adopt_diffusers(const Families& families, TensorMap& network) {
    for (const Family& family : families) {
        if (family.from_diffusers == nullptr) continue;
        TensorMap renamed = family.from_diffusers(network);
        if (renamed.empty()) continue;
        if (const Family* found = match_family(families, renamed)) {
            network = std::move(renamed);
            return found;
        }
    }
    return nullptr;
}

std::string describe(const TensorMap& tensors) {
    if (tensors.empty()) return "it holds no tensors";
    if (is_lora(tensors)) return "it is a LoRA: load it with LoraLoader";
    if (any_key(tensors, [](std::string_view key) {
            return key.starts_with("control_model.") || contains(key, "controlnet_cond_embedding") ||
                   contains(key, "controlnet_down_blocks");
        }))
        return "it is a ControlNet: load it with ControlNetLoader";
    if (tensors.contains("emb_params") || tensors.contains("clip_l") || tensors.contains("clip_g"))
        return "it is a textual inversion: put it into models/embeddings and write embedding:name in a prompt";
    const auto network = network_in(tensors);
    if (const std::string_view name = known_architecture(network); !name.empty())
        return "it is " + std::string(name) + ", an architecture that easel does not run";
    if (is_diffusion_model(network)) return "it is a diffusion model of an architecture that is not supported yet";
    if (is_vae(tensors, "") || is_vae(tensors, "first_stage_model.")) return "it is a VAE: load it with VAELoader";
    if (is_text_encoder(tensors)) return "it is a text encoder: load it with CLIPLoader";
    return "";
}

}  // namespace easel::inference
