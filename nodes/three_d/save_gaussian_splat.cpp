#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveGaussianSplat : SavedModelView {
    static void declare(Schema& s) {
        declare_saver(s, splat_kind);
        s.display_name = "Save Splat";
        s.search_aliases = {"save splat", "save gaussian splat", "export gaussian", "export splat"};
    }

    ViewedModel execute(Context& context) const { return saved(context); }
};

}  // namespace

void register_save_gaussian_splat(Registry& registry) { registry.add<SaveGaussianSplat>("SaveGaussianSplat"); }

}  // namespace easel::nodes
