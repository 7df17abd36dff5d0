// What links between 3D nodes carry, and what the nodes that show models share.
#pragma once

#include "nodes/types.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace easel::nodes {

// A model, point cloud or splat in a file.
struct ModelFile {
    static constexpr std::string_view socket = "FILE_3D";
    std::filesystem::path path;
    std::string format() const;  // the extension in lower case: "glb"
};

// "none" and the model files below the input folder's "3d", by name.
graph::Choices input_models();

// Refuses names without a file; "none" and "" are fine. For nodes whose input "model_file" is such a name.
std::optional<std::string> refuse_missing_model(const ConstantInputs& inputs);

// The file that a name of input_models stands for; nothing for "none".
std::optional<ModelFile> chosen_model(const graph::Context& context, const std::string& name);

// A model that is made here, in the folder for temporary files.
ModelFile new_model(const graph::Context& context, std::span<const std::uint8_t> bytes, std::string_view format);

// Copies a model under a new name "<prefix>_<random>.<format>" into the folder of that kind; returns the name.
std::string copy_for_preview(const graph::Context& context, const ModelFile& model, const std::string& prefix,
                             std::string_view kind);

// Copies a model into the output folder under the next free name of `prefix`; returns the name with its subfolder.
std::string save_model(const graph::Context& context, const ModelFile& model, const std::string& prefix);

// What a viewport was left in, and what came by a link in place of it.
struct ViewportState {
    Json state;
    std::optional<Json> camera_info;
    std::optional<Json> model_3d_info;

    Json camera() const;      // null when nothing is known
    Json model_info() const;  // [] when nothing is known
};

graph::Ui shown_model(const std::string& file, const ViewportState& viewport);

}  // namespace easel::nodes
