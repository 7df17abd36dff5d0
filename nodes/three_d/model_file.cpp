#include "nodes/three_d/model_file.hpp"

#include "base/folders.hpp"
#include "nodes/saving.hpp"
#include "nodes/stored_files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <random>
#include <vector>

namespace easel::nodes {

namespace fs = std::filesystem;

namespace {

std::string lower_extension(const fs::path& file) {
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

bool is_model(const fs::path& file) {
    static constexpr std::array<std::string_view, 9> extensions = {".gltf", ".glb",   ".obj", ".fbx",   ".stl",
                                                                   ".spz",  ".splat", ".ply", ".ksplat"};
    return std::ranges::find(extensions, lower_extension(file)) != extensions.end();
}

std::string random_hexadecimal() {
    std::random_device random;
    std::string digits;
    for (int i = 0; i < 32; ++i)
        digits += "0123456789abcdef"[random() & 15];
    return digits;
}

bool is_none(const std::string& name) { return name.empty() || name == "none"; }

}  // namespace

std::string ModelFile::format() const {
    const std::string extension = lower_extension(path);
    return extension.empty() ? extension : extension.substr(1);
}

graph::Choices input_models() {
    return [](const graph::Services& services) {
        const fs::path root = services.use<Folders>().directory("input");
        std::vector<std::string> names;
        std::error_code failed;
        for (auto entry = fs::recursive_directory_iterator(root / "3d", failed);
             !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
            if (is_model(entry->path())) names.push_back(fs::relative(entry->path(), root).generic_string());
        std::ranges::sort(names);
        names.insert(names.begin(), "none");
        return Json(names);
    };
}

std::optional<std::string> refuse_missing_model(const ConstantInputs& inputs) {
    const Json& given = inputs["model_file"];
    const std::string name = given.is_string() ? given.get<std::string>() : std::string();
    if (is_none(name) || annotated_file(inputs.services.use<Folders>(), name)) return std::nullopt;
    return "Invalid 3D model file: " + name;
}

std::optional<ModelFile> chosen_model(const graph::Context& context, const std::string& name) {
    if (is_none(name)) return std::nullopt;
    return ModelFile{require_annotated_file(context.use<Folders>(), name)};
}

ModelFile new_model(const graph::Context& context, std::span<const std::uint8_t> bytes, std::string_view format) {
    const fs::path folder = context.use<Folders>().directory("temp");
    fs::create_directories(folder);
    const ModelFile model{folder / ("model_" + random_hexadecimal() + "." + std::string(format))};
    write_whole_file(model.path, bytes);
    return model;
}

std::string copy_for_preview(const graph::Context& context, const ModelFile& model, const std::string& prefix,
                             std::string_view kind) {
    const fs::path folder = context.use<Folders>().directory(kind);
    const std::string name = prefix + "_" + random_hexadecimal() + "." + model.format();
    fs::create_directories(folder);
    fs::copy_file(model.path, folder / name);
    return name;
}

std::string save_model(const graph::Context& context, const ModelFile& model, const std::string& prefix) {
    SaveSlot slot(context.use<Folders>().directory("output"), prefix);
    const std::string name = slot.next_name(0, "." + (model.format().empty() ? "glb" : model.format()));
    fs::copy_file(model.path, slot.folder() / name);
    return slot.subfolder().empty() ? name : slot.subfolder() + "/" + name;
}

Json ViewportState::camera() const {
    if (camera_info) return *camera_info;
    return state.is_object() && state.contains("camera_info") ? state["camera_info"] : Json();
}

Json ViewportState::model_info() const {
    if (model_3d_info) return *model_3d_info;
    return state.is_object() && state.contains("model_3d_info") ? state["model_3d_info"] : Json::array();
}

graph::Ui shown_model(const std::string& file, const ViewportState& viewport) {
    return {{{"result", Json::array({file, viewport.camera(), viewport.model_info()})}}};
}

}  // namespace easel::nodes
