// What LoRA files call the modules of the models we have.
#include "inference/patches/lora.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace easel::inference {

namespace {

constexpr std::string_view weight_suffix = ".weight";

std::string with_underscores(std::string text) {
    std::ranges::replace(text, '.', '_');
    return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

using Rename = std::pair<std::string_view, std::string_view>;

// Inside a residual block.
constexpr std::array residual_names{
    Rename{"in_layers.0", "norm1"},  Rename{"in_layers.2", "conv1"},  Rename{"emb_layers.1", "time_emb_proj"},
    Rename{"out_layers.0", "norm2"}, Rename{"out_layers.3", "conv2"}, Rename{"skip_connection", "conv_shortcut"},
};

constexpr std::array single_names{
    Rename{"input_blocks.0.0", "conv_in"},
    Rename{"out.0", "conv_norm_out"},
    Rename{"out.2", "conv_out"},
    Rename{"time_embed.0", "time_embedding.linear_1"},
    Rename{"time_embed.2", "time_embedding.linear_2"},
    Rename{"label_emb.0.0", "add_embedding.linear_1"},
    Rename{"label_emb.0.2", "add_embedding.linear_2"},
};

// The modules of a UNet by the names that diffusers gives them, from where resolutions change.
class DiffusersNames {
public:
    explicit DiffusersNames(const Weights& unet) : unet_(unet) {
        for (const auto& [ours, theirs] : single_names)
            add(std::string(ours), std::string(theirs));
        add_down_blocks();
        add_residual("middle_block.0", "mid_block.resnets.0");
        add_attention("middle_block.1", "mid_block.attentions.0");
        add_residual("middle_block.2", "mid_block.resnets.1");
        add_up_blocks();
    }

    // Module of ours by diffusers' name.
    const std::map<std::string, std::string>& names() const { return names_; }

private:
    void add(const std::string& ours, const std::string& theirs) {
        if (unet_.contains(ours + ".weight")) names_[theirs] = ours;
    }

    void add_residual(const std::string& ours, const std::string& theirs) {
        for (const auto& [part, name] : residual_names)
            add(ours + "." + std::string(part), theirs + "." + std::string(name));
    }

    // Attention blocks look the same inside.
    void add_attention(const std::string& ours, const std::string& theirs) {
        for (const auto& key : (unet_ / ours).keys())
            if (key.ends_with(weight_suffix)) {
                const auto module = key.substr(0, key.size() - weight_suffix.size());
                names_[theirs + "." + module] = ours + "." + module;
            }
    }

    void add_stage(const std::string& ours, const std::string& level, int64_t index) {
        add_residual(ours + ".0", level + ".resnets." + std::to_string(index));
        if (unet_.contains(ours + ".1.proj_in.weight"))
            add_attention(ours + ".1", level + ".attentions." + std::to_string(index));
    }

    void add_down_blocks() {
        int64_t level = 0, index = 0;
        for (int64_t n = 1; n < unet_.count("input_blocks"); ++n) {
            const std::string ours = "input_blocks." + std::to_string(n);
            const std::string theirs = "down_blocks." + std::to_string(level);
            if (unet_.contains(ours + ".0.op.weight")) {
                add(ours + ".0.op", theirs + ".downsamplers.0.conv");
                ++level;
                index = 0;
            } else {
                add_stage(ours, theirs, index++);
            }
        }
    }

    void add_up_blocks() {
        int64_t level = 0, index = 0;
        for (int64_t n = 0; n < unet_.count("output_blocks"); ++n) {
            const std::string ours = "output_blocks." + std::to_string(n);
            const std::string theirs = "up_blocks." + std::to_string(level);
            add_stage(ours, theirs, index++);
            for (const char* place : {".1.conv", ".2.conv"}) {
                if (!unet_.contains(ours + place + ".weight")) continue;
                add(ours + place, theirs + ".upsamplers.0.conv");
                ++level;
                index = 0;
            }
        }
    }

    const Weights& unet_;
    std::map<std::string, std::string> names_;
};

}  // namespace

LoraKeys module_lora_keys(const Weights& network) {
    LoraKeys names;
    for (const auto& relative : network.keys()) {
        const std::string key = network.prefix() + relative;
        if (!relative.ends_with(weight_suffix)) {
            names["diffusion_model." + relative] = key;
            continue;
        }
        const auto module = relative.substr(0, relative.size() - weight_suffix.size());
        names["lora_unet_" + with_underscores(module)] = key;
        names["diffusion_model." + module] = key;
    }
    return names;
}

LoraKeys unet_lora_keys(const Weights& unet) {
    LoraKeys names = module_lora_keys(unet);
    const DiffusersNames diffusers(unet);
    for (const auto& [theirs, ours] : diffusers.names()) {
        const std::string key = unet.prefix() + ours + std::string(weight_suffix);
        names["lora_unet_" + with_underscores(theirs)] = key;
        names["lycoris_" + with_underscores(theirs)] = key;
        std::string processor = replaced(theirs, ".to_", ".processor.to_");
        if (processor.ends_with(".to_out.0")) processor.resize(processor.size() - 2);
        names[processor] = key;
        names["unet." + processor] = key;
    }
    return names;
}

}  // namespace easel::inference
