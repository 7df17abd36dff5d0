#include "inference/shader/fragment_shader.hpp"

#include "base/error.hpp"
#include "inference/shader/gl.hpp"

#include <algorithm>
#include <array>
#include <regex>

namespace easel::inference {
namespace {

using Name = GlFunctions::Name;
using Enum = GlFunctions::Enum;

// OpenGL's numbers.
constexpr Enum fragment_stage = 0x8B30, vertex_stage = 0x8B31, compiled = 0x8B81, linked = 0x8B82, log_length = 0x8B84;
constexpr Enum texture_2d = 0x0DE1, texture0 = 0x84C0, mag_filter = 0x2800, min_filter = 0x2801, wrap_s = 0x2802,
               wrap_t = 0x2803;
constexpr int linear = 0x2601, clamp_to_edge = 0x812F, rgba32f = 0x8814, r32f = 0x822E;
constexpr Enum rgba = 0x1908, red = 0x1903, floats = 0x1406;
constexpr Enum framebuffer = 0x8D40, attachment0 = 0x8CE0, complete = 0x8CD5;
constexpr Enum blend = 0x0BE2, triangles = 0x0004;
constexpr unsigned color_bit = 0x4000;
constexpr std::size_t first_curve_unit = 5;  // behind the pictures

// One triangle that covers the picture.
constexpr const char* vertex_source = R"(#version 300 es
out vec2 v_texCoord;
void main() {
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    v_texCoord = corner * 0.5 + 0.5;
    gl_Position = vec4(corner, 0.0, 1.0);
}
)";

// One past the highest fragColor that the source names, 1 to 4.
std::size_t output_count(const std::string& source) {
    static const std::regex pattern("fragColor([0-9]+)");
    std::size_t count = 0;
    for (auto found = std::sregex_iterator(source.begin(), source.end(), pattern); found != std::sregex_iterator();
         ++found) {
        const std::string digits = (*found)[1];
        count = std::max(count, digits.size() > 2 ? shader_outputs : std::size_t(std::stoul(digits)) + 1);
    }
    return std::clamp(count, std::size_t{1}, shader_outputs);
}

int pass_count(const std::string& source) {
    static const std::regex pattern("#pragma\\s+passes\\s+([0-9]{1,6})");
    std::smatch found;
    return std::regex_search(source, found, pattern) ? std::max(1, std::stoi(found[1])) : 1;
}

// Programs, textures and framebuffers of one run; freed with it.
class Run {
public:
    explicit Run(const GlFunctions& gl) : gl_(gl) {}
    ~Run() {
        gl_.BindFramebuffer(framebuffer, 0);
        gl_.UseProgram(0);
        gl_.DeleteTextures(static_cast<int>(textures_.size()), textures_.data());
        gl_.DeleteFramebuffers(static_cast<int>(framebuffers_.size()), framebuffers_.data());
        if (program_ != 0) gl_.DeleteProgram(program_);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void use_program(const std::string& source) {
        const Name vertex = shader(vertex_stage, vertex_source);
        const Name fragment = shader(fragment_stage, source);
        program_ = gl_.CreateProgram();
        gl_.AttachShader(program_, vertex);
        gl_.AttachShader(program_, fragment);
        gl_.LinkProgram(program_);
        gl_.DeleteShader(vertex);
        gl_.DeleteShader(fragment);
        int is_linked = 0;
        gl_.GetProgramiv(program_, linked, &is_linked);
        if (!is_linked)
            throw NamedError("RuntimeError",
                             "Program linking failed:\n" + log_of(program_, gl_.GetProgramiv, gl_.GetProgramInfoLog));
        gl_.UseProgram(program_);
    }

    template <class Set>
    void uniform(const std::string& name, const Set& set) const {
        if (const int place = gl_.GetUniformLocation(program_, name.c_str()); place >= 0) set(place);
    }

    Name texture() {
        Name made = 0;
        gl_.GenTextures(1, &made);
        textures_.push_back(made);
        gl_.BindTexture(texture_2d, made);
        gl_.TexParameteri(texture_2d, min_filter, linear);
        gl_.TexParameteri(texture_2d, mag_filter, linear);
        gl_.TexParameteri(texture_2d, wrap_s, clamp_to_edge);
        gl_.TexParameteri(texture_2d, wrap_t, clamp_to_edge);
        return made;
    }

    // Draws into textures of this size; they are given back in `targets`.
    Name target(int64_t width, int64_t height, std::size_t count, std::vector<Name>& targets) {
        Name made = 0;
        gl_.GenFramebuffers(1, &made);
        framebuffers_.push_back(made);
        gl_.BindFramebuffer(framebuffer, made);
        std::vector<Enum> buffers;
        for (std::size_t i = 0; i < count; ++i) {
            targets.push_back(texture());
            gl_.TexImage2D(texture_2d, 0, rgba32f, static_cast<int>(width), static_cast<int>(height), 0, rgba, floats,
                           nullptr);
            buffers.push_back(attachment0 + static_cast<Enum>(i));
            gl_.FramebufferTexture2D(framebuffer, buffers.back(), texture_2d, targets.back(), 0);
        }
        gl_.DrawBuffers(static_cast<int>(count), buffers.data());
        if (gl_.CheckFramebufferStatus(framebuffer) != complete)
            throw NamedError("RuntimeError", "Framebuffer is not complete");
        return made;
    }

private:
    Name shader(Enum stage, const std::string& source) const {
        const Name made = gl_.CreateShader(stage);
        const char* text = source.c_str();
        gl_.ShaderSource(made, 1, &text, nullptr);
        gl_.CompileShader(made);
        int is_compiled = 0;
        gl_.GetShaderiv(made, compiled, &is_compiled);
        if (is_compiled) return made;
        const std::string message = log_of(made, gl_.GetShaderiv, gl_.GetShaderInfoLog);
        gl_.DeleteShader(made);
        throw NamedError("RuntimeError", "Shader compilation failed:\n" + message);
    }

    static std::string log_of(Name object, void (*get)(Name, Enum, int*), void (*get_log)(Name, int, int*, char*)) {
        int length = 0;
        get(object, log_length, &length);
        std::string message(static_cast<std::size_t>(std::max(length, 1)), '\0');
        get_log(object, length, &length, message.data());
        message.resize(static_cast<std::size_t>(std::max(length, 0)));
        return message;
    }

    const GlFunctions& gl_;
    Name program_ = 0;
    std::vector<Name> textures_, framebuffers_;
};

// Four channels, opaque where there were three, from the lowest row on.
Tensor as_texture(const Tensor& picture) {
    Tensor four = picture.to(at::kFloat);
    if (four.size(2) == 3) four = at::constant_pad_nd(four, {0, 1}, 1.0);
    if (four.size(2) != 4)
        throw NamedError("ValueError", "shaders read pictures of 3 or 4 channels, not " + std::to_string(four.size(2)));
    return four.flip(0).contiguous();
}

void set_uniforms(const GlFunctions& gl, const Run& run, const ShaderInputs& inputs, int64_t width, int64_t height) {
    const auto numbered = [](const char* name, std::size_t i) { return name + std::to_string(i); };
    for (std::size_t i = 0; i < inputs.images.size(); ++i)
        run.uniform(numbered("u_image", i), [&](int place) { gl.Uniform1i(place, static_cast<int>(i)); });
    for (std::size_t i = 0; i < inputs.curves.size(); ++i)
        run.uniform(numbered("u_curve", i),
                    [&](int place) { gl.Uniform1i(place, static_cast<int>(first_curve_unit + i)); });
    run.uniform("u_resolution",
                [&](int place) { gl.Uniform2f(place, static_cast<float>(width), static_cast<float>(height)); });
    for (std::size_t i = 0; i < inputs.floats.size(); ++i)
        run.uniform(numbered("u_float", i),
                    [&](int place) { gl.Uniform1f(place, static_cast<float>(inputs.floats[i])); });
    for (std::size_t i = 0; i < inputs.ints.size(); ++i)
        run.uniform(numbered("u_int", i), [&](int place) { gl.Uniform1i(place, static_cast<int>(inputs.ints[i])); });
    for (std::size_t i = 0; i < inputs.bools.size(); ++i)
        run.uniform(numbered("u_bool", i), [&](int place) { gl.Uniform1i(place, inputs.bools[i] ? 1 : 0); });
}

}  // namespace

std::vector<Tensor> run_shader(const std::string& source, int64_t width, int64_t height, const ShaderInputs& inputs) {
    const GlContext context;
    const GlFunctions& gl = context.functions();
    const std::size_t outputs = output_count(source);
    const int passes = pass_count(source);
    Run run(gl);
    run.use_program(source);

    std::vector<Name> targets, between;
    const Name last = run.target(width, height, outputs, targets);
    std::array<Name, 2> ping_pong{};
    if (passes > 1)
        for (Name& own : ping_pong)
            own = run.target(width, height, 1, between);
    std::vector<Name> pictures;
    for (std::size_t i = 0; i < inputs.images.size(); ++i) {
        gl.ActiveTexture(texture0 + static_cast<Enum>(i));
        pictures.push_back(run.texture());
    }
    for (std::size_t i = 0; i < inputs.curves.size(); ++i) {
        gl.ActiveTexture(texture0 + static_cast<Enum>(first_curve_unit + i));
        run.texture();
        gl.TexImage2D(texture_2d, 0, r32f, static_cast<int>(inputs.curves[i].size()), 1, 0, red, floats,
                      inputs.curves[i].data());
    }
    set_uniforms(gl, run, inputs, width, height);
    gl.Viewport(0, 0, static_cast<int>(width), static_cast<int>(height));
    gl.Disable(blend);

    const int64_t batch = inputs.images.front().size(0);
    std::vector<Tensor> results(shader_outputs);
    for (Tensor& result : results)
        result = at::zeros({batch, height, width, 4});
    for (int64_t member = 0; member < batch; ++member) {
        for (std::size_t i = 0; i < pictures.size(); ++i) {
            const Tensor picture = as_texture(inputs.images[i][member]);
            gl.ActiveTexture(texture0 + static_cast<Enum>(i));
            gl.BindTexture(texture_2d, pictures[i]);
            gl.TexImage2D(texture_2d, 0, rgba32f, static_cast<int>(picture.size(1)), static_cast<int>(picture.size(0)),
                          0, rgba, floats, picture.const_data_ptr<float>());
        }
        for (int pass = 0; pass < passes; ++pass) {
            run.uniform("u_pass", [&](int place) { gl.Uniform1i(place, pass); });
            gl.BindFramebuffer(framebuffer, pass == passes - 1 ? last : ping_pong[static_cast<std::size_t>(pass % 2)]);
            gl.ActiveTexture(texture0);
            gl.BindTexture(texture_2d, pass == 0 ? pictures[0] : between[static_cast<std::size_t>((pass - 1) % 2)]);
            gl.ClearColor(0, 0, 0, 0);
            gl.Clear(color_bit);
            gl.DrawArrays(triangles, 0, 3);
        }
        gl.BindFramebuffer(framebuffer, last);
        for (std::size_t i = 0; i < outputs; ++i) {
            Tensor rows = at::empty({height, width, 4});
            gl.ReadBuffer(attachment0 + static_cast<Enum>(i));
            gl.ReadPixels(0, 0, static_cast<int>(width), static_cast<int>(height), rgba, floats,
                          rows.data_ptr<float>());
            results[i][member].copy_(rows.flip(0));
        }
    }
    return results;
}

}  // namespace easel::inference
