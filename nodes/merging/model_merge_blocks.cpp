// ModelMergeBlocks and its forms for single families, which differ only in the blocks that they name.
#include "graph/fields.hpp"
#include "nodes/types.hpp"

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

// Inputs that begin like the weights they are for. With a count, `{}` in the name counts from 0.
struct BlockInputs {
    std::string_view name;
    int count = 0;
};

constexpr std::array three_parts{BlockInputs{"input"}, BlockInputs{"middle"}, BlockInputs{"out"}};
constexpr std::array sd1{BlockInputs{"time_embed."},           BlockInputs{"label_emb."},
                         BlockInputs{"input_blocks.{}.", 12},  BlockInputs{"middle_block.{}.", 3},
                         BlockInputs{"output_blocks.{}.", 12}, BlockInputs{"out."}};
constexpr std::array sdxl{BlockInputs{"time_embed."},         BlockInputs{"label_emb."},
                          BlockInputs{"input_blocks.{}", 9},  BlockInputs{"middle_block.{}", 3},
                          BlockInputs{"output_blocks.{}", 9}, BlockInputs{"out."}};
constexpr std::array sd3_2b{BlockInputs{"pos_embed."},  BlockInputs{"x_embedder."}, BlockInputs{"context_embedder."},
                            BlockInputs{"y_embedder."}, BlockInputs{"t_embedder."}, BlockInputs{"joint_blocks.{}.", 24},
                            BlockInputs{"final_layer."}};
constexpr std::array sd35_large{BlockInputs{"pos_embed."},        BlockInputs{"x_embedder."},
                                BlockInputs{"context_embedder."}, BlockInputs{"y_embedder."},
                                BlockInputs{"t_embedder."},       BlockInputs{"joint_blocks.{}.", 38},
                                BlockInputs{"final_layer."}};
constexpr std::array auraflow{BlockInputs{"init_x_linear."},        BlockInputs{"positional_encoding"},
                              BlockInputs{"cond_seq_linear."},      BlockInputs{"register_tokens"},
                              BlockInputs{"t_embedder."},           BlockInputs{"double_layers.{}.", 4},
                              BlockInputs{"single_layers.{}.", 32}, BlockInputs{"modF."},
                              BlockInputs{"final_linear."}};
constexpr std::array flux1{BlockInputs{"img_in."},
                           BlockInputs{"time_in."},
                           BlockInputs{"guidance_in"},
                           BlockInputs{"vector_in."},
                           BlockInputs{"txt_in."},
                           BlockInputs{"double_blocks.{}.", 19},
                           BlockInputs{"single_blocks.{}.", 38},
                           BlockInputs{"final_layer."}};
constexpr std::array mochi{BlockInputs{"pos_frequencies."}, BlockInputs{"t_embedder."},
                           BlockInputs{"t5_y_embedder."},   BlockInputs{"t5_yproj."},
                           BlockInputs{"blocks.{}.", 48},   BlockInputs{"final_layer."}};
constexpr std::array ltxv{BlockInputs{"patchify_proj."},      BlockInputs{"adaln_single."},
                          BlockInputs{"caption_projection."}, BlockInputs{"transformer_blocks.{}.", 28},
                          BlockInputs{"scale_shift_table"},   BlockInputs{"proj_out."}};
constexpr std::array cosmos_7b{BlockInputs{"pos_embedder."}, BlockInputs{"extra_pos_embedder."},
                               BlockInputs{"x_embedder."},   BlockInputs{"t_embedder."},
                               BlockInputs{"affline_norm."}, BlockInputs{"blocks.block{}.", 28},
                               BlockInputs{"final_layer."}};
constexpr std::array cosmos_14b{BlockInputs{"pos_embedder."}, BlockInputs{"extra_pos_embedder."},
                                BlockInputs{"x_embedder."},   BlockInputs{"t_embedder."},
                                BlockInputs{"affline_norm."}, BlockInputs{"blocks.block{}.", 36},
                                BlockInputs{"final_layer."}};
constexpr std::array wan21{BlockInputs{"patch_embedding."},
                           BlockInputs{"time_embedding."},
                           BlockInputs{"time_projection."},
                           BlockInputs{"text_embedding."},
                           BlockInputs{"img_emb."},
                           BlockInputs{"blocks.{}.", 40},
                           BlockInputs{"head."}};
constexpr std::array predict2_2b{BlockInputs{"pos_embedder."},  BlockInputs{"x_embedder."},
                                 BlockInputs{"t_embedder."},    BlockInputs{"t_embedding_norm."},
                                 BlockInputs{"blocks.{}.", 28}, BlockInputs{"final_layer."}};
constexpr std::array predict2_14b{BlockInputs{"pos_embedder."},  BlockInputs{"x_embedder."},
                                  BlockInputs{"t_embedder."},    BlockInputs{"t_embedding_norm."},
                                  BlockInputs{"blocks.{}.", 36}, BlockInputs{"final_layer."}};
constexpr std::array qwen_image{BlockInputs{"pos_embeds."},      BlockInputs{"img_in."},
                                BlockInputs{"txt_norm."},        BlockInputs{"txt_in."},
                                BlockInputs{"time_text_embed."}, BlockInputs{"transformer_blocks.{}.", 60},
                                BlockInputs{"proj_out."}};
constexpr std::array krea2{BlockInputs{"first."},
                           BlockInputs{"tmlp."},
                           BlockInputs{"txtmlp."},
                           BlockInputs{"tproj."},
                           BlockInputs{"txtfusion.layerwise_blocks.{}.", 2},
                           BlockInputs{"txtfusion.projector."},
                           BlockInputs{"txtfusion.refiner_blocks.{}.", 2},
                           BlockInputs{"blocks.{}.", 28},
                           BlockInputs{"last."}};

std::vector<std::string> names_of(std::span<const BlockInputs> inputs) {
    std::vector<std::string> names;
    for (const auto& [pattern, count] : inputs) {
        const auto place = pattern.find("{}");
        if (place == std::string_view::npos) names.emplace_back(pattern);
        for (int i = 0; i < count; ++i)
            names.push_back(std::string(pattern).replace(place, 2, std::to_string(i)));
    }
    return names;
}

using BlockRatios = std::vector<std::pair<std::string, double>>;

// The longest input that the weight's key begins with decides; the first one where none does.
double ratio_for(std::string_view key, const BlockRatios& ratios) {
    double ratio = ratios.front().second;
    std::size_t longest = 0;
    for (const auto& [name, value] : ratios)
        if (key.starts_with(name) && name.size() > longest) ratio = value, longest = name.size();
    return ratio;
}

template <const auto& inputs>
struct MergeBlocks {
    Model model1;
    Model model2;
    BlockRatios ratios;

    static void declare(Schema& s) {
        s.in("model1", &MergeBlocks::model1);
        s.in("model2", &MergeBlocks::model2);
        for (const std::string& name : names_of(inputs)) {
            graph::InputSpec input;
            input.name = name;
            input.type = "FLOAT";
            input.options = {{"default", 1.0}, {"min", 0.0}, {"max", 1.0}, {"step", 0.01}};
            input.shows_options = true;
            s.inputs.push_back(std::move(input));
            s.binders.push_back([name](void* node, const graph::Arguments& arguments) {
                const Value* value = graph::single(arguments, name);
                static_cast<MergeBlocks*>(node)->ratios.emplace_back(name,
                                                                     value ? graph::unbox_double(*value, name) : 1.0);
            });
        }
        if (std::span<const BlockInputs>(inputs).data() == three_parts.data()) {
            s.python_module = "comfy_extras.nodes_model_merging";
            s.category = "model/merging";
            return;
        }
        s.python_module = "comfy_extras.nodes_model_merging_model_specific";
        s.category = "model/merging/model specific";
        if (std::span<const BlockInputs>(inputs).data() == wan21.data())
            s.description =
                "1.3B model has 30 blocks, 14B model has 40 blocks. Image to video model has the extra img_emb.";
    }

    Model execute() const {
        return model1.with_merged(model2, [this](std::string_view key) {
            const double ratio = ratio_for(key, ratios);
            return inference::MergeRatio{ratio, 1.0 - ratio};
        });
    }
};

}  // namespace

void register_model_merge_blocks(Registry& registry) {
    registry.add<MergeBlocks<three_parts>>("ModelMergeBlocks");
    registry.add<MergeBlocks<sd1>>("ModelMergeSD1");
    registry.add<MergeBlocks<sd1>>("ModelMergeSD2");
    registry.add<MergeBlocks<sdxl>>("ModelMergeSDXL");
    registry.add<MergeBlocks<sd3_2b>>("ModelMergeSD3_2B");
    registry.add<MergeBlocks<auraflow>>("ModelMergeAuraflow");
    registry.add<MergeBlocks<flux1>>("ModelMergeFlux1");
    registry.add<MergeBlocks<sd35_large>>("ModelMergeSD35_Large");
    registry.add<MergeBlocks<mochi>>("ModelMergeMochiPreview");
    registry.add<MergeBlocks<ltxv>>("ModelMergeLTXV");
    registry.add<MergeBlocks<cosmos_7b>>("ModelMergeCosmos7B");
    registry.add<MergeBlocks<cosmos_14b>>("ModelMergeCosmos14B");
    registry.add<MergeBlocks<wan21>>("ModelMergeWAN2_1");
    registry.add<MergeBlocks<predict2_2b>>("ModelMergeCosmosPredict2_2B");
    registry.add<MergeBlocks<predict2_14b>>("ModelMergeCosmosPredict2_14B");
    registry.add<MergeBlocks<qwen_image>>("ModelMergeQwenImage");
    registry.add<MergeBlocks<krea2>>("ModelMergeKrea2");
}

}  // namespace easel::nodes
