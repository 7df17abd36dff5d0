// Running a fragment shader (GLSL ES 3.00) over pictures.
#pragma once

#include "inference/tensor.hpp"

#include <string>
#include <vector>

namespace easel::inference {

// What a shader reads. Pictures are u_image0..4, numbers u_float0.., u_int0.., u_bool0.., tables u_curve0.. (one row of
// values, from 0 to 1); u_resolution is the size of the result. "#pragma passes N" in the source runs it N times, each
// on the result of the one before as u_image0; u_pass counts them.
struct ShaderInputs {
    std::vector<Tensor> images;  // each [batch, height, width, 3 or 4] in 0..1
    std::vector<double> floats;
    std::vector<int64_t> ints;
    std::vector<bool> bools;
    std::vector<std::vector<float>> curves;
};

constexpr std::size_t shader_outputs = 4;

// fragColor0..3 as pictures [batch, height, width, 4] each; black and transparent where the source does not name one.
// The first picture's batch counts. Throws RuntimeError with the compiler's message. (GLSLShader of the reference)
std::vector<Tensor> run_shader(const std::string& source, int64_t width, int64_t height, const ShaderInputs& inputs);

}  // namespace easel::inference
