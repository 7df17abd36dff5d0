#include "base/folders.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct LoadImageTextDataSetFromFolder {
    std::string folder;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image";
        s.display_name = "Load Image-Text (from Folder)";
        s.description = "Load a dataset of pairs of images and text captions from a specified folder and return them "
                        "as a list. Supported formats: PNG, JPG, JPEG, WEBP.";
        s.experimental = true;
        s.search_aliases = {"load folder", "load from folder", "load dataset", "load images", "import dataset"};
        s.in("folder", &LoadImageTextDataSetFromFolder::folder)
            .choices(input_folders())
            .tooltip("The folder to load images and text captions from.");
        s.out("images").tooltip = "List of loaded images";
        s.out("texts").tooltip = "List of text captions";
    }

    std::tuple<List<Image>, List<std::string>> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("input"), folder);
        const auto files = repeated_pictures_in(root);
        List<Image> images;
        List<std::string> captions;
        for (const Tensor& picture : load_pictures(files))
            images.push_back({picture});
        for (const auto& file : files)
            captions.push_back(caption_of(file));
        return {std::move(images), std::move(captions)};
    }
};

}  // namespace

void register_load_image_text_data_set_from_folder(Registry& registry) {
    registry.add<LoadImageTextDataSetFromFolder>("LoadImageTextDataSetFromFolder");
}

}  // namespace easel::nodes
