// OpenGL ES 3.0 without a screen, through the system's libEGL and libGLESv2, which are loaded when a shader is first
// run. Mesa's software renderer will do. Inference thread only.
#pragma once

#include <memory>

namespace easel::inference {

// The functions that shaders are run with, by their names without "gl"; the numbers that they take are the standard's.
struct GlFunctions {
    using Enum = unsigned;
    using Name = unsigned;

    Name (*CreateShader)(Enum);
    void (*ShaderSource)(Name, int, const char* const*, const int*);
    void (*CompileShader)(Name);
    void (*GetShaderiv)(Name, Enum, int*);
    void (*GetShaderInfoLog)(Name, int, int*, char*);
    void (*DeleteShader)(Name);
    Name (*CreateProgram)();
    void (*AttachShader)(Name, Name);
    void (*LinkProgram)(Name);
    void (*GetProgramiv)(Name, Enum, int*);
    void (*GetProgramInfoLog)(Name, int, int*, char*);
    void (*DeleteProgram)(Name);
    void (*UseProgram)(Name);
    int (*GetUniformLocation)(Name, const char*);
    void (*Uniform1i)(int, int);
    void (*Uniform1f)(int, float);
    void (*Uniform2f)(int, float, float);
    void (*GenTextures)(int, Name*);
    void (*DeleteTextures)(int, const Name*);
    void (*ActiveTexture)(Enum);
    void (*BindTexture)(Enum, Name);
    void (*TexParameteri)(Enum, Enum, int);
    void (*TexImage2D)(Enum, int, int, int, int, int, Enum, Enum, const void*);
    void (*GenFramebuffers)(int, Name*);
    void (*DeleteFramebuffers)(int, const Name*);
    void (*BindFramebuffer)(Enum, Name);
    void (*FramebufferTexture2D)(Enum, Enum, Enum, Name, int);
    Enum (*CheckFramebufferStatus)(Enum);
    void (*DrawBuffers)(int, const Enum*);
    void (*ReadBuffer)(Enum);
    void (*ReadPixels)(int, int, int, int, Enum, Enum, void*);
    void (*GenVertexArrays)(int, Name*);
    void (*BindVertexArray)(Name);
    void (*Viewport)(int, int, int, int);
    void (*Disable)(Enum);
    void (*ClearColor)(float, float, float, float);
    void (*Clear)(unsigned);
    void (*DrawArrays)(Enum, int, int);
};

// A context, current while the object lives. Throws ModelError where the libraries are missing or no display is to be
// had.
class GlContext {
public:
    GlContext();
    ~GlContext();
    GlContext(const GlContext&) = delete;
    GlContext& operator=(const GlContext&) = delete;

    const GlFunctions& functions() const;

private:
    struct Shared;
    Shared* shared_;  // made once, kept as long as the program runs
};

}  // namespace easel::inference
