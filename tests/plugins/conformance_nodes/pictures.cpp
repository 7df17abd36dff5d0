// Nodes that need pictures: a lazy mix, previews while working, a constant image.
#include "groups.hpp"

#include "nodes/types.hpp"

namespace conformance_nodes {
namespace {

using easel::nodes::Image;
using easel::nodes::Mask;

struct TestLazyMix {
    Lazy<Image> a, b;
    Mask mask;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("a", &TestLazyMix::a);
        s.in("b", &TestLazyMix::b);
        s.in("mask", &TestLazyMix::mask);
    }

    bool everywhere(double value) const {
        return mask.values.min().item<double>() == value && mask.values.max().item<double>() == value;
    }

    std::vector<std::string_view> wanted() const {
        std::vector<std::string_view> names;
        if (!a.computed && !everywhere(1)) names.push_back("a");
        if (!b.computed && !everywhere(0)) names.push_back("b");
        return names;
    }

    Image execute() const {
        if (everywhere(0)) return *a.get();
        if (everywhere(1)) return *b.get();
        const at::Tensor m = mask.values.reshape({-1, mask.values.size(-2), mask.values.size(-1)}).unsqueeze(-1);
        return {a.get()->pixels * (1.0 - m) + b.get()->pixels * m};
    }
};

struct TestProgress {
    std::int64_t value = 0, steps = 3;
    std::string format;
    std::int64_t width = 64, height = 32, max_size = 0;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestProgress::value).no_default();
        s.in("steps", &TestProgress::steps).range(1, 100);
        s.in("format", &TestProgress::format).choices([](const Services&) { return Json({"none", "JPEG", "PNG"}); });
        s.in("width", &TestProgress::width).range(1, 4096);
        s.in("height", &TestProgress::height).range(1, 4096);
        s.in("max_size", &TestProgress::max_size).range(0, 4096);
    }

    PreviewImage red() const {
        PreviewImage picture{.format = format,
                             .width = static_cast<int>(width),
                             .height = static_cast<int>(height),
                             .max_size = static_cast<int>(max_size),
                             .rgb = std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
        for (std::size_t i = 0; i < picture.rgb.size(); i += 3)
            picture.rgb[i] = 255;
        return picture;
    }

    std::int64_t execute(Context& context) const {
        for (std::int64_t step = 1; step <= steps; ++step) {
            wait_seconds(0.12);
            std::optional<PreviewImage> preview;
            if (format != "none") preview = red();
            context.progress(static_cast<double>(step), static_cast<double>(steps), std::move(preview));
        }
        return value;
    }
};

struct TestImageValue {
    double value = 0.5;
    std::int64_t size = 8;

    static void declare(Schema& s) {
        s.category = "conformance";
        s.in("value", &TestImageValue::value).range(0.0, 1.0);
        s.in("size", &TestImageValue::size).range(1, 1024);
    }

    Image execute() const { return {at::full({1, size, size, 3}, value, at::kFloat)}; }
};

}  // namespace

void register_pictures(Registry& registry) {
    registry.add<TestLazyMix>("TestLazyMix");
    registry.add<TestProgress>("TestProgress");
    registry.add<TestImageValue>("TestImageValue");
}

}  // namespace conformance_nodes
