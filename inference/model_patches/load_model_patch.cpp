#include "inference/model_patches/anima_lllite.hpp"
#include "inference/model_patches/duration_head.hpp"
#include "inference/model_patches/infinite_talk.hpp"
#include "inference/model_patches/qwen_block_control.hpp"
#include "inference/model_patches/style_projector.hpp"
#include "inference/model_patches/supir.hpp"
#include "inference/model_patches/uni3c.hpp"
#include "inference/model_patches/z_image_control.hpp"
#include "inference/models/detect.hpp"

namespace easel::inference {

std::shared_ptr<const ModelPatch> load_model_patch(const ModelPatchFile& file) {
    const TensorMap& tensors = file.tensors;
    if (tensors.contains("lllite_conditioning1.conv1.weight"))
        return std::make_shared<AnimaLllite>(file.table(tensors));
    if (tensors.contains("controlnet_blocks.0.y_rms.weight"))
        return std::make_shared<QwenBlockControl>(file.table(tensors));
    if (tensors.contains("feature_embedder.mid_layer_norm.bias"))
        return std::make_shared<StyleProjector>(file.table(part_of(tensors, "feature_embedder.")));
    if (tensors.contains("control_all_x_embedder.2-1.weight"))
        return std::make_shared<ZImageControl>(file.table(z_image_control_tensors(tensors)));
    if (tensors.contains("controlnet_patch_embedding.weight"))
        return std::make_shared<Uni3c>(file.table(uni3c_tensors(tensors)));
    if (auto head = duration_head_tensors(tensors); !head.empty())
        return std::make_shared<DurationHead>(file.table(std::move(head)));
    if (auto supir = supir_tensors(tensors); !supir.empty())
        return std::make_shared<Supir>(file.table(std::move(supir)), supir_encoder_tensors(tensors));
    if (tensors.contains("audio_proj.proj1.weight")) return std::make_shared<InfiniteTalk>(file.table(tensors));
    const std::string what = describe(tensors);
    throw ModelError("this is no model patch that is known" + (what.empty() ? "" : ": " + what));
}

}  // namespace easel::inference
