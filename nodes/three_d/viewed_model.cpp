#include "nodes/three_d/viewed_model.hpp"

namespace easel::nodes {

void ModelView::declare_model(Schema& s, const ModelKind& kind) {
    s.shape = RecordShape::modern;
    s.category = "3d";
    s.output_node = true;
    s.experimental = true;
    s.in("model_3d", &ModelView::model_3d).type(kind.accepted).tooltip(kind.tooltip);
}

void ModelView::declare_viewport(Schema& s, const ModelKind& kind) {
    s.in("viewport_state", &ModelView::viewport_state).type("LOAD_3D");
    s.in("width", &ModelView::width).range(1, 4096).step(1);
    s.in("height", &ModelView::height).range(1, 4096).step(1);
    s.in("model_3d_info", &ModelView::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
    s.in("camera_info", &ModelView::camera_info).type("LOAD3D_CAMERA").advanced();
    declare_origin(s);
    s.out("model_3d").type = kind.socket;
    s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
    s.out("camera_info").type = "LOAD3D_CAMERA";
    s.out("width");
    s.out("height");
}

void ModelView::declare_preview(Schema& s, const ModelKind& kind) {
    s.python_module = "comfy_extras.nodes_load_3d";
    declare_model(s, kind);
    declare_viewport(s, kind);
}

void SavedModelView::declare_saver(Schema& s, const ModelKind& kind) {
    s.python_module = "comfy_extras.nodes_save_3d";
    declare_model(s, kind);
    s.in("filename_prefix", &SavedModelView::filename_prefix).option("multiline", false);
    declare_viewport(s, kind);
}

ViewedModel ModelView::viewed(const std::string& file) const {
    const ViewportState viewport{viewport_state, camera_info, model_3d_info};
    return {shown_model(file, viewport), model_3d, viewport.model_info(), viewport.camera(), width, height};
}

}  // namespace easel::nodes
