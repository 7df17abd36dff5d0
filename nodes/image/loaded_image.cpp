#include "nodes/image/loaded_image.hpp"

#include "base/python_repr.hpp"
#include "nodes/image_io.hpp"
#include "nodes/stored_files.hpp"

namespace easel::nodes {

LoadedImage load_image(const Folders& folders, const std::string& name) {
    DecodedPicture picture = decode_image(require_annotated_file(folders, name));
    Tensor mask = picture.alpha ? 1.0 - *picture.alpha : at::zeros({picture.pixels.size(0), 64, 64}, at::kFloat);
    return {.image = {std::move(picture.pixels)}, .mask = {std::move(mask)}};
}

Json image_fingerprint(const ConstantInputs& inputs) {
    return file_digest(require_annotated_file(inputs.services.use<Folders>(), python_str(inputs["image"])));
}

std::optional<std::string> refuse_missing_image(const ConstantInputs& inputs) {
    const Json& name = inputs["image"];
    if (name.is_null() || annotated_file(inputs.services.use<Folders>(), python_str(name))) return std::nullopt;
    return "Invalid image file: " + python_str(name);
}

}  // namespace easel::nodes
