#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Save3DAdvanced : SavedModelView {
    static void declare(Schema& s) {
        declare_saver(s, any_model_kind);
        s.display_name = "Save 3D (Advanced)";
        s.search_aliases = {"save 3d", "export 3d model", "save mesh advanced"};
    }

    ViewedModel execute(Context& context) const { return saved(context); }
};

}  // namespace

void register_save_3d_advanced(Registry& registry) { registry.add<Save3DAdvanced>("Save3DAdvanced"); }

}  // namespace easel::nodes
