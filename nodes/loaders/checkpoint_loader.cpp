#include "base/error.hpp"
#include "base/folders.hpp"
#include "base/yaml_file.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <array>

namespace easel::nodes {
namespace {

// What ComfyUI reads of a configuration; everything else is seen in the checkpoint.
struct CheckpointConfig {
    bool predicts_velocity = false;
    int last_layer = 0;  // of the text encoder, counted from the end; 0: its own
};

// The configurations that come with ComfyUI.
struct KnownConfig {
    std::string_view name;
    CheckpointConfig config = {};
};
constexpr std::array<KnownConfig, 11> known_configs{{
    {"anything_v3.yaml", {.last_layer = -2}},
    {"v1-inference.yaml"},
    {"v1-inference_clip_skip_2.yaml", {.last_layer = -2}},
    {"v1-inference_clip_skip_2_fp16.yaml", {.last_layer = -2}},
    {"v1-inference_fp16.yaml"},
    {"v1-inpainting-inference.yaml"},
    {"v2-inference-v.yaml", {.predicts_velocity = true}},
    {"v2-inference-v_fp32.yaml", {.predicts_velocity = true}},
    {"v2-inference.yaml"},
    {"v2-inference_fp32.yaml"},
    {"v2-inpainting-inference.yaml"},
}};

// Those, and the files of the configs folders.
Json config_names(const Services& services) {
    std::vector<std::string> names = services.use<Folders>().files("configs");
    for (const KnownConfig& known : known_configs)
        names.emplace_back(known.name);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

CheckpointConfig read_config(const Folders& folders, const std::string& name) {
    const auto file = folders.find("configs", name);
    if (!file) {
        const auto known = std::find_if(known_configs.begin(), known_configs.end(),
                                        [&](const KnownConfig& config) { return config.name == name; });
        if (known == known_configs.end()) throw UserError("there is no configuration " + name + " in models/configs");
        return known->config;
    }
    const Json document = read_yaml_file(*file);
    const Json::json_pointer parameters("/model/params"), encoder("/model/params/cond_stage_config");
    if (!document.contains(parameters) || !document.contains(encoder))
        throw UserError(name + " has no model.params.cond_stage_config, so it is no configuration of a checkpoint");
    CheckpointConfig config;
    config.predicts_velocity = document[parameters].value("parameterization", Json()) == "v";
    const Json::json_pointer layer("/model/params/cond_stage_config/params/layer_idx");
    if (document.contains(layer) && document[layer].is_number_integer()) config.last_layer = document[layer].get<int>();
    return config;
}

struct CheckpointLoader {
    std::string config_name;
    std::string ckpt_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load Checkpoint With Config (DEPRECATED)";
        s.deprecated = true;
        s.search_aliases = {"load model", "model loader"};
        s.in("config_name", &CheckpointLoader::config_name).choices(config_names);
        s.in("ckpt_name", &CheckpointLoader::ckpt_name).choices(files_in("checkpoints"));
    }

    std::tuple<std::optional<Model>, std::optional<Clip>, std::optional<Vae>> execute(Context& context) const {
        const auto& folders = context.use<Folders>();
        const CheckpointConfig config = read_config(folders, config_name);
        auto parts = context.use<inference::Engine>().load_checkpoint(folders.require("checkpoints", ckpt_name));
        if (config.predicts_velocity && parts.model)
            parts.model = parts.model->with_parameterization(
                {.prediction = inference::v_prediction(), .levels = parts.model->trained_parameterization().levels});
        if (config.last_layer != 0 && parts.clip) parts.clip = parts.clip->with_stop_layer(config.last_layer);
        return {std::move(parts.model), std::move(parts.clip), std::move(parts.vae)};
    }
};

}  // namespace

void register_checkpoint_loader(Registry& registry) { registry.add<CheckpointLoader>("CheckpointLoader"); }

}  // namespace easel::nodes
