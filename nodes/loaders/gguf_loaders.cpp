// The loaders of GGUF files by the names under which workflows know them.
#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <set>

namespace easel::nodes {
namespace {

constexpr std::string_view gguf_pack = "custom_nodes.ComfyUI-GGUF";

// Text encoders may be of either format.
graph::Choices gguf_or_other_encoders() {
    return [](const graph::Services& services) {
        std::set<std::string> names;
        for (const char* kind : {"text_encoders", "clip_gguf"})
            for (const std::string& name : services.use<Folders>().files(kind))
                names.insert(name);
        return Json(names);
    };
}

struct UnetLoaderGguf {
    std::string unet_name;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "Unet Loader (GGUF)";
        s.in("unet_name", &UnetLoaderGguf::unet_name).choices(files_in("unet_gguf"));
    }

    Model execute(Context& context) const {
        return context.use<inference::Engine>().load_diffusion_model(
            context.use<Folders>().require("diffusion_models", unet_name));
    }
};

// The same with choices of how weights are decoded, which this program always does as exactly as it computes.
struct UnetLoaderGgufAdvanced {
    std::string unet_name;
    std::string dequant_dtype;
    std::string patch_dtype;
    bool patch_on_device = false;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "Unet Loader (GGUF/Advanced)";
        s.in("unet_name", &UnetLoaderGgufAdvanced::unet_name).choices(files_in("unet_gguf"));
        const auto types = one_of({"default", "target", "float32", "float16", "bfloat16"});
        s.in("dequant_dtype", &UnetLoaderGgufAdvanced::dequant_dtype).choices(types);
        s.in("patch_dtype", &UnetLoaderGgufAdvanced::patch_dtype).choices(types);
        s.in("patch_on_device", &UnetLoaderGgufAdvanced::patch_on_device);
    }

    Model execute(Context& context) const { return UnetLoaderGguf{unet_name}.execute(context); }
};

Clip load_gguf_clips(Context& context, const std::vector<std::string>& names, const std::string& type) {
    std::vector<std::filesystem::path> paths;
    for (const std::string& name : names)
        paths.push_back(context.use<Folders>().require("text_encoders", name));
    return context.use<inference::Engine>().load_text_encoder(paths, type);
}

struct ClipLoaderGguf {
    std::string clip_name;
    std::string type;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "CLIPLoader (GGUF)";
        s.in("clip_name", &ClipLoaderGguf::clip_name).choices(gguf_or_other_encoders());
        s.in("type", &ClipLoaderGguf::type)
            .choices(one_of({"stable_diffusion", "stable_cascade", "sd3", "stable_audio", "mochi", "ltxv", "pixart",
                             "cosmos", "lumina2", "wan", "hidream", "chroma", "ace", "omnigen2", "qwen_image",
                             "hunyuan_image", "flux2", "ovis"}));
    }

    Clip execute(Context& context) const { return load_gguf_clips(context, {clip_name}, type); }
};

struct DualClipLoaderGguf {
    std::string clip_name1;
    std::string clip_name2;
    std::string type;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "DualCLIPLoader (GGUF)";
        s.in("clip_name1", &DualClipLoaderGguf::clip_name1).choices(gguf_or_other_encoders());
        s.in("clip_name2", &DualClipLoaderGguf::clip_name2).choices(gguf_or_other_encoders());
        s.in("type", &DualClipLoaderGguf::type)
            .choices(one_of({"sdxl", "sd3", "flux", "hunyuan_video", "hidream", "hunyuan_image", "hunyuan_video_15",
                             "kandinsky5", "kandinsky5_image", "ltxv", "newbie", "ace"}));
    }

    Clip execute(Context& context) const { return load_gguf_clips(context, {clip_name1, clip_name2}, type); }
};

struct TripleClipLoaderGguf {
    std::string clip_name1;
    std::string clip_name2;
    std::string clip_name3;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "TripleCLIPLoader (GGUF)";
        s.in("clip_name1", &TripleClipLoaderGguf::clip_name1).choices(gguf_or_other_encoders());
        s.in("clip_name2", &TripleClipLoaderGguf::clip_name2).choices(gguf_or_other_encoders());
        s.in("clip_name3", &TripleClipLoaderGguf::clip_name3).choices(gguf_or_other_encoders());
    }

    Clip execute(Context& context) const {
        return load_gguf_clips(context, {clip_name1, clip_name2, clip_name3}, "sd3");
    }
};

struct QuadrupleClipLoaderGguf {
    std::string clip_name1;
    std::string clip_name2;
    std::string clip_name3;
    std::string clip_name4;

    static void declare(Schema& s) {
        s.python_module = gguf_pack;
        s.category = "bootleg";
        s.display_name = "QuadrupleCLIPLoader (GGUF)";
        s.in("clip_name1", &QuadrupleClipLoaderGguf::clip_name1).choices(gguf_or_other_encoders());
        s.in("clip_name2", &QuadrupleClipLoaderGguf::clip_name2).choices(gguf_or_other_encoders());
        s.in("clip_name3", &QuadrupleClipLoaderGguf::clip_name3).choices(gguf_or_other_encoders());
        s.in("clip_name4", &QuadrupleClipLoaderGguf::clip_name4).choices(gguf_or_other_encoders());
    }

    Clip execute(Context& context) const {
        return load_gguf_clips(context, {clip_name1, clip_name2, clip_name3, clip_name4}, "hidream");
    }
};

}  // namespace

void register_gguf_loaders(Registry& registry) {
    registry.add<UnetLoaderGguf>("UnetLoaderGGUF");
    registry.add<UnetLoaderGgufAdvanced>("UnetLoaderGGUFAdvanced");
    registry.add<ClipLoaderGguf>("CLIPLoaderGGUF");
    registry.add<DualClipLoaderGguf>("DualCLIPLoaderGGUF");
    registry.add<TripleClipLoaderGguf>("TripleCLIPLoaderGGUF");
    registry.add<QuadrupleClipLoaderGguf>("QuadrupleCLIPLoaderGGUF");
}

}  // namespace easel::nodes
