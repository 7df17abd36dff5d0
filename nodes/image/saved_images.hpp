// Saving batches of pictures as PNG files with the prompt and the workflow in them.
#pragma once

#include "graph/context.hpp"
#include "graph/returns.hpp"
#include "inference/tensor.hpp"
#include "nodes/picture_files/png_writer.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {

struct SaveRequest {
    std::string prefix;
    std::string folder = "output";  // or "temp"
    int compression = 4;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;
    // Counts the files under a prefix that nobody else uses, from 1 on; null: the folder's files are looked at.
    std::int64_t* counter = nullptr;
};

// Writes each of `pixels` [batch, h, w, channels] and returns what the client is told: [{filename, subfolder, type}].
Json save_images(const graph::Context& context, const Tensor& pixels, const SaveRequest& request);

// The prompt and every entry of extra_pnginfo as name and JSON text; none where the server is to keep them out of
// files.
std::vector<std::pair<std::string, std::string>> metadata_texts(const graph::Context& context,
                                                                const std::optional<Json>& prompt,
                                                                const std::optional<Json>& extra_pnginfo);

// Saves `pixels` where previews go and shows them, as comfy_api's PreviewImage does.
graph::Ui preview_of(const graph::Context& context, const Tensor& pixels);

// What the client is told of an animation of `frames` frames; a single one is a still picture.
graph::Ui animation_ui(const Json& saved, std::int64_t frames);

// "<stem>_temp_" and five random letters.
std::string random_preview_prefix(const std::string& stem = "ComfyUI");

}  // namespace easel::nodes
