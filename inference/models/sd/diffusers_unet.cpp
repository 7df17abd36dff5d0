#include "inference/models/sd/diffusers_unet.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace easel::inference::sd {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;

constexpr std::array single_names{
    Rename{"conv_in.", "input_blocks.0.0."},
    Rename{"conv_norm_out.", "out.0."},
    Rename{"conv_out.", "out.2."},
    Rename{"time_embedding.linear_1.", "time_embed.0."},
    Rename{"time_embedding.linear_2.", "time_embed.2."},
    Rename{"add_embedding.linear_1.", "label_emb.0.0."},
    Rename{"add_embedding.linear_2.", "label_emb.0.2."},
    Rename{"class_embedding.linear_1.", "label_emb.0.0."},
    Rename{"class_embedding.linear_2.", "label_emb.0.2."},
};

// The tensors of one file while they are renamed.
class Conversion {
public:
    explicit Conversion(const TensorMap& tensors) : tensors_(tensors) {}

    TensorMap converted() {
        for (const auto& [theirs, ours] : single_names)
            move(std::string(theirs), std::string(ours));
        move_down_blocks();
        move_residual("mid_block.resnets.0.", "middle_block.0.");
        move("mid_block.attentions.0.", "middle_block.1.");
        move_residual("mid_block.resnets.1.", "middle_block.2.");
        move_up_blocks();
        return std::move(result_);
    }

private:
    void move(const std::string& theirs, const std::string& ours) {
        for (auto item = tensors_.lower_bound(theirs); item != tensors_.end() && item->first.starts_with(theirs);
             ++item)
            result_.emplace(ours + item->first.substr(theirs.size()), item->second);
    }

    void move_residual(const std::string& theirs, const std::string& ours) {
        for (const auto& [part, name] : residual_names)
            move(theirs + std::string(part), ours + std::string(name));
    }

    void move_stage(const std::string& level, int64_t index, const std::string& ours) {
        move_residual(level + "resnets." + std::to_string(index) + '.', ours + "0.");
        move(level + "attentions." + std::to_string(index) + '.', ours + "1.");
    }

    void move_down_blocks() {
        int64_t block = 1;
        for (int64_t i = 0; i < count_parts(tensors_, "down_blocks."); ++i) {
            const std::string level = "down_blocks." + std::to_string(i) + '.';
            for (int64_t j = 0; j < count_parts(tensors_, level + "resnets."); ++j)
                move_stage(level, j, "input_blocks." + std::to_string(block++) + '.');
            move(level + "downsamplers.0.conv.", "input_blocks." + std::to_string(block++) + ".0.op.");
        }
    }

    void move_up_blocks() {
        int64_t block = 0;
        for (int64_t i = 0; i < count_parts(tensors_, "up_blocks."); ++i) {
            const std::string level = "up_blocks." + std::to_string(i) + '.';
            const int64_t stages = count_parts(tensors_, level + "resnets.");
            for (int64_t j = 0; j < stages; ++j)
                move_stage(level, j, "output_blocks." + std::to_string(block++) + '.');
            // The growth follows the last stage's other parts.
            const bool attends = has_part(tensors_, level + "attentions." + std::to_string(stages - 1) + '.');
            move(level + "upsamplers.0.conv.",
                 "output_blocks." + std::to_string(block - 1) + (attends ? ".2.conv." : ".1.conv."));
        }
    }

    const TensorMap& tensors_;
    TensorMap result_;
};

}  // namespace

bool has_part(const TensorMap& tensors, const std::string& prefix) {
    const auto first = tensors.lower_bound(prefix);
    return first != tensors.end() && first->first.starts_with(prefix);
}

int64_t count_parts(const TensorMap& tensors, const std::string& prefix) {
    int64_t count = 0;
    while (has_part(tensors, prefix + std::to_string(count) + '.'))
        ++count;
    return count;
}

TensorMap unet_from_diffusers(const TensorMap& tensors) {
    if (!tensors.contains("conv_in.weight") || !has_part(tensors, "down_blocks.0.resnets.0.") ||
        !has_part(tensors, "up_blocks.0.resnets.0."))
        return {};
    return Conversion(tensors).converted();
}

}  // namespace easel::inference::sd
