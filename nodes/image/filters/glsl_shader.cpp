#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "inference/image/curves.hpp"
#include "inference/shader/fragment_shader.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/image/saved_images.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> glsl_shader_size_mode_branches() {
    InputSpec custom_width = inner_input("width", "INT");
    Field<std::int64_t>(custom_width).default_value(512).range(1, 16384);
    InputSpec custom_height = inner_input("height", "INT");
    Field<std::int64_t>(custom_height).default_value(512).range(1, 16384);
    return {{"from_input", {}}, {"custom", {custom_width, custom_height}}};
}

// A curve of the editor: {"points": [[x, y], ...], "interpolation"}, or its points alone.
std::vector<float> table_of(const Json& curve) {
    const Json& points = curve.is_object() ? curve.at("points") : curve;
    const bool is_linear = curve.is_object() && curve.value("interpolation", "") == "linear";
    std::vector<std::pair<double, double>> sorted;
    for (const Json& point : points)
        sorted.emplace_back(point.at(0).get<double>(), point.at(1).get<double>());
    std::ranges::stable_sort(sorted, {}, &std::pair<double, double>::first);
    return inference::curve_table(sorted, is_linear ? inference::CurveKind::linear : inference::CurveKind::smooth);
}

struct GLSLShader {
    std::string fragment_shader = "#version 300 es\nprecision highp float;\n\nuniform sampler2D u_image0;\nuniform "
                                  "vec2 u_resolution;\n\nin vec2 v_texCoord;\nlayout(location = 0) out vec4 "
                                  "fragColor0;\n\nvoid main() {\n    fragColor0 = texture(u_image0, v_texCoord);\n}\n";
    Chosen size_mode;
    graph::Autogrow<Image> images;
    graph::Autogrow<double> floats;
    graph::Autogrow<std::int64_t> ints;
    graph::Autogrow<bool> bools;
    graph::Autogrow<Json> curves;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_glsl";
        s.category = "image/shader";
        s.display_name = "GLSL Shader";
        s.description = "Apply GLSL ES fragment shaders to images. u_resolution (vec2) is always available.";
        s.has_intermediate_output = true;
        s.experimental = true;
        s.in("fragment_shader", &GLSLShader::fragment_shader)
            .multiline()
            .tooltip("GLSL fragment shader source code (GLSL ES 3.00 / WebGL 2.0 compatible)");
        choice_in(s, "size_mode",
                  "Output size: 'from_input' uses first input image dimensions, 'custom' allows manual size",
                  glsl_shader_size_mode_branches(), &GLSLShader::size_mode);
        graph::grow(s.in("images", &GLSLShader::images)
                        .tooltip("Images are available as u_image0-4 (sampler2D) in the shader code")
                        .spec(),
                    {.element = "image", .prefix = "image", .most = 5});
        graph::grow(s.in("floats", &GLSLShader::floats)
                        .tooltip("Floats are available as u_float0-19 in the shader code")
                        .spec(),
                    {.element = "float",
                     .prefix = "u_float",
                     .least = 0,
                     .most = 20,
                     .element_options = Json::parse(R"json({"default": 0.0, "forceInput": true})json")});
        graph::grow(
            s.in("ints", &GLSLShader::ints).tooltip("Ints are available as u_int0-19 in the shader code").spec(),
            {.element = "int",
             .prefix = "u_int",
             .least = 0,
             .most = 20,
             .element_options = Json::parse(R"json({"default": 0, "forceInput": true})json")});
        graph::grow(s.in("bools", &GLSLShader::bools)
                        .tooltip("Booleans are available as u_bool0-9 (bool) in the shader code")
                        .spec(),
                    {.element = "bool",
                     .prefix = "u_bool",
                     .least = 0,
                     .element_options = Json::parse(R"json({"default": false, "forceInput": true})json")});
        graph::grow(
            s.in("curves", &GLSLShader::curves)
                .tooltip("Curves are available as u_curve0-3 (sampler2D, 1D LUT) in the shader code. Sample with "
                         "texture(u_curve0, vec2(x, 0.5)).r")
                .spec(),
            {.element = "curve",
             .prefix = "u_curve",
             .least = 0,
             .most = 4,
             .element_options = Json::parse(
                 R"json({"default": {"points": [[0.0, 0.0], [1.0, 1.0]], "interpolation": "monotone_cubic"},
                         "socketless": true, "forceInput": true})json"),
             .element_type = "CURVE"});
        s.out("IMAGE0").tooltip = "Available via layout(location = 0) out vec4 fragColor0 in the shader code";
        s.out("IMAGE1").tooltip = "Available via layout(location = 1) out vec4 fragColor1 in the shader code";
        s.out("IMAGE2").tooltip = "Available via layout(location = 2) out vec4 fragColor2 in the shader code";
        s.out("IMAGE3").tooltip = "Available via layout(location = 3) out vec4 fragColor3 in the shader code";
    }

    Returns<Image, Image, Image, Image> execute(Context& context) const {
        inference::ShaderInputs inputs;
        for (const auto& [name, image] : images.values)
            inputs.images.push_back(image.pixels);
        for (const auto& [name, value] : floats.values)
            inputs.floats.push_back(value);
        for (const auto& [name, value] : ints.values)
            inputs.ints.push_back(value);
        for (const auto& [name, value] : bools.values)
            inputs.bools.push_back(value);
        for (const auto& [name, curve] : curves.values)
            inputs.curves.push_back(table_of(curve));
        if (inputs.images.empty()) throw NamedError("ValueError", "At least one input image is required");
        const bool is_custom = size_mode.key == "custom";
        const std::int64_t width = is_custom ? size_mode.integer("width") : inputs.images.front().size(2);
        const std::int64_t height = is_custom ? size_mode.integer("height") : inputs.images.front().size(1);
        const auto drawn = inference::run_shader(fragment_shader, width, height, inputs);

        const auto saved = [&](const Tensor& pixels, const char* prefix) {
            return save_images(context, pixels, {.prefix = prefix, .folder = "temp", .compression = 1});
        };
        Json seen = Json::array();
        for (const Tensor& image : inputs.images)
            for (Json& file : saved(image, "GLSLShader_input"))
                seen.push_back(std::move(file));
        return {Ui{{{"input_images", std::move(seen)}, {"images", saved(drawn[0], "GLSLShader_output")}}},
                Image{drawn[0]}, Image{drawn[1]}, Image{drawn[2]}, Image{drawn[3]}};
    }
};

}  // namespace

void register_glsl_shader(Registry& registry) { registry.add<GLSLShader>("GLSLShader"); }

}  // namespace easel::nodes
