#include "base/error.hpp"
#include "base/folders.hpp"
#include "base/python_repr.hpp"
#include "inference/training/training_dataset.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/types.hpp"

#include <set>

namespace easel::nodes {
namespace {

namespace fs = std::filesystem;

const std::vector<fs::path>& dataset_roots(const Folders& folders) { return folders.model_folder("datasets")->paths; }

bool is_dataset(const fs::path& folder) {
    std::error_code failed;
    if (fs::exists(folder / "metadata.json", failed)) return true;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".safetensors") return true;
    return false;
}

// The datasets below a folder; nothing is looked for inside of one. Links that lead back are followed once.
void collect_datasets(const fs::path& root, const fs::path& folder, std::set<fs::path>& seen,
                      std::set<std::string>& found) {
    std::error_code failed;
    if (!seen.insert(fs::canonical(folder, failed)).second || failed) return;
    if (folder != root && is_dataset(folder)) {
        found.insert(folder.lexically_relative(root).generic_string());
        return;
    }
    for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, failed))
        if (entry.is_directory(failed)) collect_datasets(root, entry.path(), seen, found);
}

Json dataset_names(const Services& services) {
    std::set<std::string> found;
    for (const fs::path& root : dataset_roots(services.use<Folders>())) {
        std::set<fs::path> seen;
        collect_datasets(root, root, seen, found);
    }
    return found;
}

// A folder below `root`, which it is not itself.
fs::path folder_below(const fs::path& root, const std::string& name) {
    const fs::path folder = dataset_folder(OwnFolder(root), name);
    if (folder.lexically_normal() == fs::absolute(root).lexically_normal() || name.empty() || name == ".")
        throw UserError("folder_name must name a subfolder of the datasets directory, e.g. 'my_dataset'.");
    return folder;
}

struct SaveTrainingDataset {
    List<Latent> latents;
    List<Conditioning> conditioning;
    List<std::string> folder_name{"training_dataset"};
    List<std::int64_t> shard_size{1000};
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "model/training";
        s.display_name = "Save Training Dataset";
        s.description =
            "Save encoded training dataset (latents + conditioning) to disk for efficient loading during training.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"export dataset", "save dataset"};
        s.in("latents", &SaveTrainingDataset::latents).tooltip("List of latent dicts from MakeTrainingDataset.");
        s.in("conditioning", &SaveTrainingDataset::conditioning)
            .tooltip("List of conditioning lists from MakeTrainingDataset.");
        s.in("folder_name", &SaveTrainingDataset::folder_name)
            .option("multiline", false)
            .tooltip("Name of folder to save the dataset into, inside the datasets directory. Subfolders like "
                     "'project/run1' are allowed.");
        s.in("shard_size", &SaveTrainingDataset::shard_size)
            .range(1, 100000)
            .advanced()
            .tooltip("Number of samples per shard file.");
        s.hidden_in("prompt", "PROMPT", &SaveTrainingDataset::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveTrainingDataset::extra_pnginfo);
    }

    std::tuple<> execute(Context& context) const {
        const fs::path folder = folder_below(dataset_roots(context.use<Folders>()).front(), folder_name.front());
        inference::save_training_samples(
            folder,
            {.latents = {latents.begin(), latents.end()}, .conditions = {conditioning.begin(), conditioning.end()}},
            static_cast<std::size_t>(shard_size.front()));
        return {};
    }
};

struct LoadTrainingDataset {
    std::string folder_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "model/training";
        s.display_name = "Load Training Dataset";
        s.description = "Load encoded training dataset (latents + conditioning) from disk for use in training.";
        s.experimental = true;
        s.search_aliases = {"import dataset", "training data"};
        s.in("folder_name", &LoadTrainingDataset::folder_name)
            .choices(dataset_names)
            .tooltip("Saved dataset to load, from the datasets directory.");
        s.out("latents").tooltip = "List of latent dicts";
        s.out("conditioning").tooltip = "List of conditioning lists";
    }

    std::tuple<List<Latent>, List<Conditioning>> execute(Context& context) const {
        for (const fs::path& root : dataset_roots(context.use<Folders>())) {
            const fs::path folder = folder_below(root, folder_name);
            if (!fs::is_directory(folder)) continue;
            inference::TrainingSamples samples = inference::load_training_samples(folder);
            List<Latent> latents;
            List<Conditioning> conditions;
            for (Latent& latent : samples.latents)
                latents.push_back(std::move(latent));
            for (Conditioning& caption : samples.conditions)
                conditions.push_back(std::move(caption));
            return {latents, conditions};
        }
        throw UserError("Dataset folder " + python_repr(std::string_view(folder_name)) +
                        " not found in the datasets folders");
    }
};

}  // namespace

void register_training_dataset_files(Registry& registry) {
    registry.add<SaveTrainingDataset>("SaveTrainingDataset");
    registry.add<LoadTrainingDataset>("LoadTrainingDataset");
}

}  // namespace easel::nodes
