#include "inference/control/sd_control.hpp"

#include "inference/models/sd/diffusers_unet.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace easel::inference {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;

constexpr std::array single_names{
    Rename{"conv_in.", "input_blocks.0.0."},
    Rename{"time_embedding.linear_1.", "time_embed.0."},
    Rename{"time_embedding.linear_2.", "time_embed.2."},
    Rename{"add_embedding.linear_1.", "label_emb.0.0."},
    Rename{"add_embedding.linear_2.", "label_emb.0.2."},
    Rename{"class_embedding.linear_1.", "label_emb.0.0."},
    Rename{"class_embedding.linear_2.", "label_emb.0.2."},
    Rename{"controlnet_mid_block.", "middle_block_out.0."},
    Rename{"controlnet_cond_embedding.conv_in.", "input_hint_block.0."},
    Rename{"mid_block.resnets.0.", "middle_block.0."},
    Rename{"mid_block.attentions.0.", "middle_block.1."},
    Rename{"mid_block.resnets.1.", "middle_block.2."},
};

std::string inside_residual(const std::string& prefix, const std::string& rest) {
    for (const auto& [from, to] : sd::residual_names)
        if (rest.starts_with(from)) return prefix + std::string(to) + rest.substr(from.size());
    return prefix + rest;
}

class Renamer {
public:
    explicit Renamer(const TensorMap& tensors) : tensors_(tensors) {}

    TensorMap run() {
        for (const auto& [from, to] : single_names)
            move(std::string(from), std::string(to),
                 to.starts_with("middle_block.") && from.find("resnets") != from.npos);
        for (int64_t i = 0; i < sd::count_parts(tensors_, "controlnet_down_blocks."); ++i)
            move("controlnet_down_blocks." + std::to_string(i) + ".", "zero_convs." + std::to_string(i) + ".0.");
        hint_layers();
        down_blocks();
        for (const auto& [key, tensor] : tensors_)
            if (key.starts_with("task_embedding") || key.starts_with("transformer_layes.") ||
                key.starts_with("spatial_ch_projs.") || key.starts_with("control_add_embedding."))
                result_[union_key(key)] = tensor;
        return std::move(result_);
    }

private:
    static std::string union_key(std::string key) {
        constexpr std::string_view from = ".attn.in_proj_";
        if (const auto at = key.find(from); at != std::string::npos) key.replace(at, from.size(), ".attn.in_proj.");
        return key;
    }

    void move(const std::string& from, const std::string& to, bool is_residual = false) {
        for (auto item = tensors_.lower_bound(from); item != tensors_.end() && item->first.starts_with(from); ++item) {
            const std::string rest = item->first.substr(from.size());
            result_[is_residual ? inside_residual(to, rest) : to + rest] = item->second;
        }
    }

    void hint_layers() {
        const int64_t blocks = sd::count_parts(tensors_, "controlnet_cond_embedding.blocks.");
        for (int64_t i = 0; i < blocks; ++i)
            move("controlnet_cond_embedding.blocks." + std::to_string(i) + ".",
                 "input_hint_block." + std::to_string(2 * (i + 1)) + ".");
        move("controlnet_cond_embedding.conv_out.", "input_hint_block." + std::to_string(2 * (blocks + 1)) + ".");
    }

    void down_blocks() {
        int64_t n = 1;
        for (int64_t level = 0; level < sd::count_parts(tensors_, "down_blocks."); ++level) {
            const std::string theirs = "down_blocks." + std::to_string(level) + ".";
            for (int64_t i = 0; i < sd::count_parts(tensors_, theirs + "resnets."); ++i, ++n) {
                const std::string ours = "input_blocks." + std::to_string(n) + ".";
                move(theirs + "resnets." + std::to_string(i) + ".", ours + "0.", true);
                move(theirs + "attentions." + std::to_string(i) + ".", ours + "1.");
            }
            move(theirs + "downsamplers.0.conv.", "input_blocks." + std::to_string(n) + ".0.op.");
            ++n;
        }
    }

    const TensorMap& tensors_;
    TensorMap result_;
};

}  // namespace

TensorMap sd_control_from_diffusers(const TensorMap& tensors) { return Renamer(tensors).run(); }

}  // namespace easel::inference
