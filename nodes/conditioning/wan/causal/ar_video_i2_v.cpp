#include "inference/models/wan/causal/ar_video.hpp"
#include "inference/models/wan/start_frames.hpp"
#include "inference/sampling/model_options.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ARVideoI2V {
    Model model;
    Vae vae;
    Image start_image;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ar_video";
        s.category = "model/conditioning/autoregressive";
        s.in("model", &ARVideoI2V::model);
        s.in("vae", &ARVideoI2V::vae);
        s.in("start_image", &ARVideoI2V::start_image);
        s.in("width", &ARVideoI2V::width).range(16, 8192).step(16);
        s.in("height", &ARVideoI2V::height).range(16, 8192).step(16);
        s.in("length", &ARVideoI2V::length).range(1, 1024).step(4);
        s.in("batch_size", &ARVideoI2V::batch_size).range(1, 64);
    }

    std::tuple<Model, Latent> execute() const {
        const inference::wan::VideoSize size{.width = width, .height = height, .frames = length};
        const Tensor first = vae.encode(inference::wan::fitted(start_image.pixels.slice(0, 0, 1), size).slice(3, 0, 3));
        const auto frames = std::make_shared<inference::wan::FirstFrames>(model.latent_format().to_model(first));
        const Model started = inference::with_changed_options(model, [&](inference::ModelOptions& options) {
            options.attached.insert_or_assign(std::string(inference::wan::FirstFrames::name), frames);
        });
        return {started, {.samples = inference::wan::empty_video(batch_size, 16, 8, size)}};
    }
};

}  // namespace

void register_ar_video_i2_v(Registry& registry) { registry.add<ARVideoI2V>("ARVideoI2V"); }

}  // namespace easel::nodes
