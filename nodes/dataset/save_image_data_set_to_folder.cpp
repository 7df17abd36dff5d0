#include "base/folders.hpp"
#include "nodes/choices.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

struct SaveImageDataSetToFolder : FileOrigin {
    List<Image> images;
    List<std::string> folder_name{"dataset"};
    List<std::string> filename_prefix{"image"};
    List<std::string> mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image";
        s.display_name = "Save Image (to Folder) (DEPRECATED)";
        s.description = "Save a dataset of images to a specified folder. Supported formats: PNG.";
        s.output_node = true;
        s.deprecated = true;
        s.experimental = true;
        s.search_aliases = {"save folder", "save to folder", "save dataset", "save images", "export dataset"};
        s.in("images", &SaveImageDataSetToFolder::images).tooltip("List of images to save.");
        s.in("folder_name", &SaveImageDataSetToFolder::folder_name)
            .option("multiline", false)
            .tooltip("Name of the folder to save images to (inside output directory).");
        s.in("filename_prefix", &SaveImageDataSetToFolder::filename_prefix)
            .advanced()
            .option("multiline", false)
            .tooltip("Prefix for saved image filenames.");
        s.in("mode", &SaveImageDataSetToFolder::mode)
            .choices(one_of({"overwrite", "increment"}))
            .default_value("overwrite")
            .tooltip("Whether to overwrite existing files or increment filenames to avoid overwriting.");
        declare_origin(s);
    }

    std::tuple<> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("output"), folder_name.front());
        std::vector<Tensor> pictures;
        for (const Image& image : images)
            pictures.push_back(image.pixels);
        save_pictures(pictures, root, filename_prefix.front(), mode.front() == "overwrite");
        return {};
    }
};

}  // namespace

void register_save_image_data_set_to_folder(Registry& registry) {
    registry.add<SaveImageDataSetToFolder>("SaveImageDataSetToFolder");
}

}  // namespace easel::nodes
