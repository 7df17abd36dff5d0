#include "inference/models/checkpoint_file.hpp"

#include "inference/models/detect.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace easel::inference {
namespace {

constexpr std::string_view open_clip_ending = ".model.";  // of prefixes under which files have OpenCLIP's layout

using Rename = std::pair<std::string_view, std::string_view>;

constexpr std::array open_clip_names{
    Rename{"text_model.embeddings.position_embedding.weight", "positional_embedding"},
    Rename{"text_model.embeddings.token_embedding.", "token_embedding."},
    Rename{"text_model.final_layer_norm.", "ln_final."},
};
constexpr std::array open_clip_layer_names{
    Rename{"layer_norm1.", "ln_1."},
    Rename{"layer_norm2.", "ln_2."},
    Rename{"mlp.fc1.", "mlp.c_fc."},
    Rename{"mlp.fc2.", "mlp.c_proj."},
    Rename{"self_attn.out_proj.", "attn.out_proj."},
};

std::string renamed(const std::string& key, std::span<const Rename> names) {
    for (const auto& [from, to] : names)
        if (key.starts_with(from)) return std::string(to) + key.substr(from.size());
    return key;
}

// Queries, keys and values one after the other.
PendingTensor stacked(const PendingTensor& q, const PendingTensor& k, const PendingTensor& v) {
    PendingTensor all{.dtype = q.dtype, .shape = q.shape, .make = {}};
    all.shape[0] *= 3;
    all.make = [=] { return at::cat({q.make(), k.make(), v.make()}); };
    return all;
}

PendingTensor transposed(const PendingTensor& matrix) {
    return {.dtype = matrix.dtype, .shape = {matrix.shape[1], matrix.shape[0]}, .make = [make = matrix.make] {
                return make().t();
            }};
}

// A CLIP by OpenCLIP's names.
PendingTensors open_clip_layout(const PendingTensors& tensors) {
    constexpr std::string_view layers = "text_model.encoder.layers.";
    PendingTensors result;
    for (const auto& [key, tensor] : tensors) {
        if (key == "text_projection.weight") {
            result["text_projection"] = transposed(tensor);
        } else if (!key.starts_with(layers)) {
            result[renamed(key, open_clip_names)] = tensor;
        } else {
            const auto dot = key.find('.', layers.size());
            const std::string ours = key.substr(0, dot + 1), rest = key.substr(dot + 1);
            const std::string theirs = "transformer.resblocks." + ours.substr(layers.size());
            if (!rest.starts_with("self_attn.") || rest.starts_with("self_attn.out_proj.")) {
                result[theirs + renamed(rest, open_clip_layer_names)] = tensor;
            } else if (rest.starts_with("self_attn.q_proj.")) {
                const std::string end = rest.substr(rest.rfind('.') + 1);
                const auto part = [&](const char* name) { return tensors.at(ours + "self_attn." + name + "." + end); };
                result[theirs + "attn.in_proj_" + end] = stacked(tensor, part("k_proj"), part("v_proj"));
            }
        }
    }
    return result;
}

void add(PendingTensors& result, std::string_view prefix, const PendingTensors& tensors) {
    for (const auto& [key, tensor] : tensors)
        result[std::string(prefix) + key] = tensor;
}

}  // namespace

std::map<std::string, PendingTensors> encoder_tensors(const TextEncoder& clip) {
    std::map<std::string, PendingTensors> encoders;
    for (auto& [key, tensor] : pending_tensors(clip.weights(), clip.patches())) {
        const auto dot = key.find('.');
        encoders[key.substr(0, dot)][key.substr(dot + 1)] = std::move(tensor);
    }
    return encoders;
}

PendingTensors checkpoint_tensors(const Family& family, const Model& model, const TextEncoder* clip, const Vae* vae,
                                  const ClipVision* vision) {
    PendingTensors result;
    for (auto& [key, tensor] : pending_tensors(model.weights(), model.patches()))
        result[stands_beside_network(key) ? key : std::string(family.network_prefix) + key] = std::move(tensor);
    if (vae != nullptr && vae->weights()) add(result, family.vae_prefix, pending_tensors(vae->weights(), nullptr));
    if (vision != nullptr) add(result, family.vision_prefix, pending_tensors(vision->weights(), nullptr));
    if (clip == nullptr) return result;
    for (const auto& [kind, tensors] : encoder_tensors(*clip)) {
        const auto place = std::ranges::find(family.text.parts, kind, &CheckpointText::Part::kind);
        const std::string prefix = place == family.text.parts.end() ? "text_encoders." + kind + ".transformer."
                                                                    : std::string(place->prefixes.front());
        add(result, prefix, prefix.ends_with(open_clip_ending) ? open_clip_layout(tensors) : tensors);
        for (const char* name : {"spiece_model", "tekken_model"})  // tokenizers stand beside all encoders
            if (auto tokenizer = result.extract(prefix + name)) {
                tokenizer.key() = std::string("text_encoders.") + name;
                result.insert(std::move(tokenizer));
            }
    }
    return result;
}

}  // namespace easel::inference
