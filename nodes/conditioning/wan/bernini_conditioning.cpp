#include "graph/autogrow.hpp"
#include "inference/image/resize.hpp"
#include "inference/models/wan/control_video.hpp"
#include "nodes/conditioning/wan/video_request.hpp"

namespace easel::nodes {
namespace {

struct BerniniConditioning {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;
    std::optional<Image> source_video;
    std::optional<Image> reference_video;
    graph::Autogrow<Image> reference_images;
    std::int64_t ref_max_size = 848;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_bernini";
        s.category = "model/conditioning/bernini";
        s.display_name = "Bernini Conditioning";
        s.description = "Conditioning node for Bernini in-context video/image conditioning. It can be used for the "
                        "following tasks: t2v (text-to-video), v2v (video-to-video), rv2v (reference-guided video "
                        "editing), r2v (reference-to-video), ads2v (insert image/video into video).Reference images "
                        "injected as in-context tokens (r2v, rv2v) are encoded independently at their own native "
                        "aspect ratio (long edge capped at ref_max_size)";
        s.in("positive", &BerniniConditioning::positive);
        s.in("negative", &BerniniConditioning::negative);
        s.in("vae", &BerniniConditioning::vae);
        s.in("width", &BerniniConditioning::width).range(16, 8192).step(16);
        s.in("height", &BerniniConditioning::height).range(16, 8192).step(16);
        s.in("length", &BerniniConditioning::length).range(1, 8192).step(4);
        s.in("batch_size", &BerniniConditioning::batch_size).range(1, 4096);
        s.in("source_video", &BerniniConditioning::source_video)
            .tooltip("Source video to edit or restyle (v2v, rv2v). Resized to width/height and trimmed to length.");
        s.in("reference_video", &BerniniConditioning::reference_video)
            .tooltip("Video to insert into the source video (ads2v).");
        graph::grow(s.in("reference_images", &BerniniConditioning::reference_images).optional().spec(),
                    {.element = "reference_image",
                     .prefix = "reference_image_",
                     .least = 0,
                     .most = 8,
                     .element_options = Json::parse(
                         R"json({"tooltip": "Reference image injected as an in-context token (r2v, rv2v)."})json")});
        s.in("ref_max_size", &BerniniConditioning::ref_max_size)
            .range(16, 8192)
            .step(16)
            .tooltip("Max size for the long edge of reference_video and reference_images. Resized with preserved "
                     "aspect ratio and snapped to 16px.")
            .optional();
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }

    std::tuple<Conditioning, Conditioning, Latent> execute() const {
        std::vector<Tensor> streams;
        const auto add = [&](const Tensor& pixels) { streams.push_back(vae.encode(pixels.slice(3, 0, 3))); };
        if (source_video)
            add(inference::resize_image(source_video->pixels.slice(0, 0, length).slice(3, 0, 3), width, height, "area",
                                        inference::Crop::center));
        if (reference_video) add(inference::wan::within(reference_video->pixels.slice(0, 0, length), ref_max_size));
        for (const auto& [name, images] : reference_images.values)
            for (const Tensor& image : images.pixels.split(1))
                add(inference::wan::within(image, ref_max_size));
        return {beside(positive, streams), beside(negative, streams),
                {.samples = inference::wan::empty_video(batch_size, 16, 8, video_size(*this))}};
    }

private:
    static Conditioning beside(Conditioning conditioning, const std::vector<Tensor>& streams) {
        for (inference::Condition& condition : conditioning)
            for (std::size_t i = 0; i < streams.size(); ++i)
                condition.extra["stream" + std::to_string(i)] = streams[i];
        return conditioning;
    }
};

}  // namespace

void register_bernini_conditioning(Registry& registry) { registry.add<BerniniConditioning>("BerniniConditioning"); }

}  // namespace easel::nodes

