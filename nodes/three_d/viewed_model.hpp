// What nodes share that show a 3D file in a viewport and hand on how it was looked at.
#pragma once

#include "nodes/file_origin.hpp"
#include "nodes/three_d/model_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace easel::nodes {

using ViewedModel = Returns<ModelFile, Json, Json, std::int64_t, std::int64_t>;

// The kind of file that such a node takes: the sockets that it accepts, the one that it hands on, and a tooltip.
struct ModelKind {
    const char* accepted;
    std::string_view socket;
    const char* tooltip;
};
inline constexpr ModelKind any_model_kind = {
    "FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D", ModelFile::socket,
    "3D model file from an upstream 3D node."};
inline constexpr ModelKind splat_kind = {"FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT",
                                         "FILE_3D_SPLAT_ANY", "A gaussian splat 3D file."};
inline constexpr ModelKind point_cloud_kind = {"FILE_3D_POINT_CLOUD_ANY,FILE_3D_PLY", "FILE_3D_POINT_CLOUD_ANY",
                                               "Point cloud file (.ply)"};

// The inputs of a node that shows a file. First base of such a node.
struct ModelView : FileOrigin {
    ModelFile model_3d;
    Json viewport_state;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::optional<Json> model_3d_info;
    std::optional<Json> camera_info;

    // Declares what a previewing node has: the file and the viewport.
    static void declare_preview(Schema& s, const ModelKind& kind);

    // What the node shows and hands on; `file` is the name that the viewport loads.
    ViewedModel viewed(const std::string& file) const;

protected:
    static void declare_model(Schema& s, const ModelKind& kind);
    // What the viewport was left in, the prompt, and the outputs.
    static void declare_viewport(Schema& s, const ModelKind& kind);
};

// The same of a node that saves the file too.
struct SavedModelView : ModelView {
    std::string filename_prefix = "3d/ComfyUI";

    static void declare_saver(Schema& s, const ModelKind& kind);

    ViewedModel saved(const Context& context) const { return viewed(save_model(context, model_3d, filename_prefix)); }
};

}  // namespace easel::nodes
