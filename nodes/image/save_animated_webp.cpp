#include "base/folders.hpp"
#include "nodes/choices.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/image_io.hpp"
#include "nodes/picture_files/webp_file.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

// The prompt under the tag of the camera's model, every other text under those of its maker and downwards.
std::string exif_of(const std::vector<std::pair<std::string, std::string>>& texts) {
    constexpr std::uint16_t model = 0x0110;
    std::vector<std::pair<std::uint16_t, std::string>> entries;
    std::uint16_t tag = 0x010f;
    for (const auto& [name, text] : texts) {
        const bool is_prompt = name == "prompt" && entries.empty();
        entries.emplace_back(is_prompt ? model : tag, name + ":" + text);
        if (!is_prompt) --tag;
    }
    return entries.empty() ? std::string() : exif_texts(entries);
}

struct SaveAnimatedWEBP : FileOrigin {
    Image images;
    std::string filename_prefix = "ComfyUI";
    double fps = 6.0;
    bool lossless = true;
    std::int64_t quality = 80;
    std::string method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image";
        s.display_name = "Save Animated WEBP";
        s.output_node = true;
        s.in("images", &SaveAnimatedWEBP::images);
        s.in("filename_prefix", &SaveAnimatedWEBP::filename_prefix).option("multiline", false);
        s.in("fps", &SaveAnimatedWEBP::fps).range(0.01, 1000.0).step(0.01);
        s.in("lossless", &SaveAnimatedWEBP::lossless);
        s.in("quality", &SaveAnimatedWEBP::quality).range(0, 100);
        s.in("method", &SaveAnimatedWEBP::method).choices(one_of({"default", "fastest", "slowest"}));
        declare_origin(s);
        s.out("images");
    }

    Returns<Image> execute(Context& context) const {
        const Tensor& pixels = images.pixels;
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, pixels.size(2), pixels.size(1));
        const WebpSettings settings{.lossless = lossless,
                                    .quality = int(quality),
                                    .method = method == "fastest"   ? 0
                                              : method == "slowest" ? 6
                                                                    : 4,
                                    .milliseconds = int(1000.0 / fps),
                                    .exif = exif_of(metadata_texts(context, prompt, extra_pnginfo))};
        const Json saved = Json::array({slot.save(encode_webp(to_bytes(pixels), settings), 0, "_.webp", "output")});
        return {animation_ui(saved, pixels.size(0)), images};
    }
};

}  // namespace

void register_save_animated_webp(Registry& registry) { registry.add<SaveAnimatedWEBP>("SaveAnimatedWEBP"); }

}  // namespace easel::nodes
