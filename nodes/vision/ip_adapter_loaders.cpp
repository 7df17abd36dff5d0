// The loaders of IP-Adapters by the names under which workflows know them.
#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/ip_adapter_link.hpp"

#include <algorithm>
#include <array>
#include <regex>

namespace easel::nodes {
namespace {

constexpr std::string_view ip_adapter_pack = "custom_nodes.ComfyUI_IPAdapter_plus";

std::shared_ptr<const inference::IpAdapter> load_ip_adapter(Context& context, const std::string& name) {
    return std::make_shared<const inference::IpAdapter>(
        inference::open_weights(context.use<Folders>().require("ipadapter", name)));
}

struct IpAdapterModelLoader {
    std::string ipadapter_file;

    static void declare(Schema& s) {
        s.python_module = ip_adapter_pack;
        s.category = "ipadapter/loaders";
        s.display_name = "IPAdapter Model Loader";
        s.in("ipadapter_file", &IpAdapterModelLoader::ipadapter_file).choices(files_in("ipadapter"));
    }

    IpAdapterLink execute(Context& context) const { return {load_ip_adapter(context, ipadapter_file), std::nullopt}; }
};

// Which files a preset means, by patterns of their names for SD1.5 and SDXL; empty where there is none.
struct Preset {
    std::string_view name, sd15, sdxl;
    bool large_vision_sd15 = false, large_vision_sdxl = false;  // ViT-bigG instead of ViT-H
};
constexpr std::array presets{
    Preset{"LIGHT - SD1.5 only (low strength)", "ip.adapter.sd15.light.v11\\.(safetensors|bin)$", ""},
    Preset{"STANDARD (medium strength)", "ip.adapter.sd15\\.(safetensors|bin)$",
           "ip.adapter.sdxl.vit.h\\.(safetensors|bin)$"},
    Preset{"VIT-G (medium strength)", "ip.adapter.sd15.vit.g\\.(safetensors|bin)$",
           "ip.adapter.sdxl\\.(safetensors|bin)$", true, true},
    Preset{"PLUS (high strength)", "ip.adapter.plus.sd15\\.(safetensors|bin)$",
           "ip.adapter.plus.sdxl.vit.h\\.(safetensors|bin)$"},
    Preset{"PLUS FACE (portraits)", "ip.adapter.plus.face.sd15\\.(safetensors|bin)$",
           "ip.adapter.plus.face.sdxl.vit.h\\.(safetensors|bin)$"},
    Preset{"FULL FACE - SD1.5 only (portraits stronger)", "ip.adapter.full.face.sd15\\.(safetensors|bin)$", ""},
};
constexpr std::string_view vision_h = "(ViT.H.14.*s32B.b79K|ipadapter.*sd15|sd1.?5.*model).*\\.(bin|safetensors)";
constexpr std::string_view vision_g = "(ViT.bigG.14.*39B.b160k|ipadapter.*sdxl|sdxl.*model).*\\.(bin|safetensors)";

std::string matching_file(Context& context, const char* kind, std::string_view pattern, const std::string& what) {
    const std::regex expression(std::string(pattern), std::regex::icase);
    for (const std::string& name : context.use<Folders>().files(kind))
        if (std::regex_search(name, expression)) return name;
    throw UserError(what + " is not among the files in models/" + kind + ": put it there under its published name");
}

struct IpAdapterUnifiedLoader {
    Model model;
    std::string preset;
    std::optional<IpAdapterLink> ipadapter;

    static void declare(Schema& s) {
        s.python_module = ip_adapter_pack;
        s.category = "ipadapter";
        s.display_name = "IPAdapter Unified Loader";
        s.in("model", &IpAdapterUnifiedLoader::model);
        std::vector<std::string_view> names;
        for (const Preset& preset : presets)
            names.push_back(preset.name);
        s.in("preset", &IpAdapterUnifiedLoader::preset).choices(one_of(names));
        s.in("ipadapter", &IpAdapterUnifiedLoader::ipadapter);
        s.out("model");
        s.out("ipadapter");
    }

    std::tuple<Model, IpAdapterLink> execute(Context& context) const {
        const bool is_xl = model.weights()->find("label_emb.0.0.weight") != nullptr;
        const auto chosen = std::ranges::find(presets, std::string_view(preset), &Preset::name);
        if (chosen == presets.end()) throw UserError("there is no IP-Adapter preset called " + preset);
        const std::string_view pattern = is_xl ? chosen->sdxl : chosen->sd15;
        if (pattern.empty()) throw UserError("the preset " + preset + " is for Stable Diffusion 1.5 only");
        const bool large = is_xl ? chosen->large_vision_sdxl : chosen->large_vision_sd15;
        const std::string vision = matching_file(context, "clip_vision", large ? vision_g : vision_h,
                                                 large ? "the vision model CLIP-ViT-bigG-14-laion2B-39B-b160k"
                                                       : "the vision model CLIP-ViT-H-14-laion2B-s32B-b79K");
        const std::string file = matching_file(context, "ipadapter", pattern, "the IP-Adapter of the preset " + preset);
        return {model, IpAdapterLink{load_ip_adapter(context, file),
                                     context.use<inference::Engine>().load_clip_vision(
                                         context.use<Folders>().require("clip_vision", vision))}};
    }
};

}  // namespace

void register_ip_adapter_loaders(Registry& registry) {
    registry.add<IpAdapterModelLoader>("IPAdapterModelLoader");
    registry.add<IpAdapterUnifiedLoader>("IPAdapterUnifiedLoader");
}

}  // namespace easel::nodes
