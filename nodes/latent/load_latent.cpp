#include "base/folders.hpp"
#include "base/python_repr.hpp"
#include "inference/sampling/latent_file.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace easel::nodes {
namespace {

// The .latent files directly in the input folder, by name.
Json latent_files(const Services& services) {
    std::vector<std::string> names;
    std::error_code ignored;
    const auto& folder = services.use<Folders>().directory("input");
    for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored))
        if (at->path().extension() == ".latent" && at->is_regular_file(ignored)) names.push_back(at->path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

struct LoadLatent {
    std::string latent;

    static void declare(Schema& s) {
        s.category = "model/latent";
        s.display_name = "Load Latent";
        s.search_aliases = {"import latent", "open latent"};
        s.checked_inputs = {"latent"};
        s.in("latent", &LoadLatent::latent).choices(latent_files);
    }

    Latent execute(Context& context) const {
        return inference::load_latent(require_annotated_file(context.use<Folders>(), latent));
    }

    static Json fingerprint(const ConstantInputs& inputs) {
        return file_digest(require_annotated_file(inputs.services.use<Folders>(), inputs["latent"].get<std::string>()));
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        const Json& name = inputs["latent"];
        if (name.is_string() && annotated_file(inputs.services.use<Folders>(), name.get<std::string>()))
            return std::nullopt;
        return "Invalid latent file: " + python_str(name);
    }
};

}  // namespace

void register_load_latent(Registry& registry) { registry.add<LoadLatent>("LoadLatent"); }

}  // namespace easel::nodes
