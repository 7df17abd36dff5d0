#include "nodes/image/saved_images.hpp"

#include "base/folders.hpp"
#include "base/options.hpp"
#include "base/python_json.hpp"
#include "nodes/image_io.hpp"
#include "nodes/saving.hpp"

#include <random>

namespace easel::nodes {

Json save_images(const graph::Context& context, const Tensor& pixels, const SaveRequest& request) {
    const auto directory = context.use<Folders>().directory(request.folder);
    const std::int64_t width = pixels.size(2), height = pixels.size(1);
    SaveSlot slot = request.counter ? SaveSlot(directory, request.prefix, *request.counter, width, height)
                                    : SaveSlot(directory, request.prefix, width, height);
    PngSettings settings{.compression = request.compression, .before_pixels = {}, .after_pixels = {}};
    for (const auto& [name, text] : metadata_texts(context, request.prompt, request.extra_pnginfo))
        settings.before_pixels.push_back(png_text(name, text));

    Json saved = Json::array();
    for (std::int64_t i = 0; i < pixels.size(0); ++i)
        saved.push_back(slot.save(encode_png(to_bytes(pixels[i]), settings), i, "_.png", request.folder));
    if (request.counter) *request.counter = slot.counter();
    return saved;
}

std::vector<std::pair<std::string, std::string>> metadata_texts(const graph::Context& context,
                                                                const std::optional<Json>& prompt,
                                                                const std::optional<Json>& extra_pnginfo) {
    const Options* options = context.services().find<Options>();
    if (options && options->disable_metadata) return {};
    std::vector<std::pair<std::string, std::string>> texts;
    if (prompt && !prompt->is_null()) texts.emplace_back("prompt", python_json(*prompt));
    if (extra_pnginfo && extra_pnginfo->is_object())
        for (const auto& [name, value] : extra_pnginfo->items())
            texts.emplace_back(name, python_json(value));
    return texts;
}

graph::Ui preview_of(const graph::Context& context, const Tensor& pixels) {
    const Json saved = save_images(context, pixels,
                                   {.prefix = random_preview_prefix(),
                                    .folder = "temp",
                                    .compression = 1,
                                    .prompt = std::nullopt,
                                    .extra_pnginfo = std::nullopt});
    return {{{"images", saved}, {"animated", Json::array({false})}}};
}

graph::Ui animation_ui(const Json& saved, std::int64_t frames) {
    Json content = {{"images", saved}};
    if (frames > 1) content["animated"] = Json::array({true});
    return {content};
}

std::string random_preview_prefix(const std::string& stem) {
    std::random_device random;
    std::uniform_int_distribution<int> letter('a', 'z');
    std::string prefix = stem + "_temp_";
    for (int i = 0; i < 5; ++i)
        prefix += static_cast<char>(letter(random));
    return prefix;
}

}  // namespace easel::nodes
