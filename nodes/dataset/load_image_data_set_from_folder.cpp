#include "base/folders.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LoadImageDataSetFromFolder {
    std::string folder;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image";
        s.display_name = "Load Image (from Folder)";
        s.description = "Load a dataset of images from a specified folder and return a list of images. Supported "
                        "formats: PNG, JPG, JPEG, WEBP.";
        s.experimental = true;
        s.search_aliases = {"load folder", "load from folder", "load dataset", "load images", "import dataset"};
        s.in("folder", &LoadImageDataSetFromFolder::folder)
            .choices(input_folders())
            .tooltip("The folder to load images from.");
        s.out("images").tooltip = "List of loaded images";
    }

    List<Image> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("input"), folder);
        List<Image> images;
        for (const Tensor& picture : load_pictures(pictures_in(root)))
            images.push_back({picture});
        return images;
    }
};

}  // namespace

void register_load_image_data_set_from_folder(Registry& registry) {
    registry.add<LoadImageDataSetFromFolder>("LoadImageDataSetFromFolder");
}

}  // namespace easel::nodes
