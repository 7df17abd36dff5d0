#include "inference/shader/gl.hpp"

#include "base/error.hpp"

#include <dlfcn.h>

#include <array>
#include <string>

namespace easel::inference {
namespace {

using Handle = void*;

// EGL's numbers.
constexpr int none = 0x3038, width = 0x3057, height = 0x3056, red = 0x3024, green = 0x3023, blue = 0x3022,
              alpha = 0x3021, surface_type = 0x3033, pbuffer = 0x0001, renderable = 0x3040, es3 = 0x0040,
              client_version = 0x3098;
constexpr unsigned es_api = 0x30A0, surfaceless_platform = 0x31DD;

struct EglFunctions {
    Handle (*GetDisplay)(Handle);
    Handle (*GetProcAddress)(const char*);
    unsigned (*Initialize)(Handle, int*, int*);
    unsigned (*BindAPI)(unsigned);
    unsigned (*ChooseConfig)(Handle, const int*, Handle*, int, int*);
    Handle (*CreatePbufferSurface)(Handle, Handle, const int*);
    Handle (*CreateContext)(Handle, Handle, Handle, const int*);
    unsigned (*MakeCurrent)(Handle, Handle, Handle, Handle);
};

[[noreturn]] void refuse(const std::string& what) {
    throw ModelError("shaders need OpenGL ES 3 without a screen: " + what +
                     " (Debian: apt-get install libegl1 libgles2 libgl1-mesa-dri)");
}

Handle open_library(const char* name) {
    Handle library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) refuse(std::string("there is no ") + name);
    return library;
}

template <class Function>
void find(Handle library, const char* name, Function& function) {
    Handle found = dlsym(library, name);
    if (found == nullptr) refuse(std::string("the library has no ") + name);
    function = reinterpret_cast<Function>(found);
}

EglFunctions load_egl() {
    Handle library = open_library("libEGL.so.1");
    EglFunctions egl{};
    find(library, "eglGetDisplay", egl.GetDisplay);
    find(library, "eglGetProcAddress", egl.GetProcAddress);
    find(library, "eglInitialize", egl.Initialize);
    find(library, "eglBindAPI", egl.BindAPI);
    find(library, "eglChooseConfig", egl.ChooseConfig);
    find(library, "eglCreatePbufferSurface", egl.CreatePbufferSurface);
    find(library, "eglCreateContext", egl.CreateContext);
    find(library, "eglMakeCurrent", egl.MakeCurrent);
    return egl;
}

GlFunctions load_gl() {
    Handle library = open_library("libGLESv2.so.2");
    GlFunctions gl{};
    find(library, "glCreateShader", gl.CreateShader);
    find(library, "glShaderSource", gl.ShaderSource);
    find(library, "glCompileShader", gl.CompileShader);
    find(library, "glGetShaderiv", gl.GetShaderiv);
    find(library, "glGetShaderInfoLog", gl.GetShaderInfoLog);
    find(library, "glDeleteShader", gl.DeleteShader);
    find(library, "glCreateProgram", gl.CreateProgram);
    find(library, "glAttachShader", gl.AttachShader);
    find(library, "glLinkProgram", gl.LinkProgram);
    find(library, "glGetProgramiv", gl.GetProgramiv);
    find(library, "glGetProgramInfoLog", gl.GetProgramInfoLog);
    find(library, "glDeleteProgram", gl.DeleteProgram);
    find(library, "glUseProgram", gl.UseProgram);
    find(library, "glGetUniformLocation", gl.GetUniformLocation);
    find(library, "glUniform1i", gl.Uniform1i);
    find(library, "glUniform1f", gl.Uniform1f);
    find(library, "glUniform2f", gl.Uniform2f);
    find(library, "glGenTextures", gl.GenTextures);
    find(library, "glDeleteTextures", gl.DeleteTextures);
    find(library, "glActiveTexture", gl.ActiveTexture);
    find(library, "glBindTexture", gl.BindTexture);
    find(library, "glTexParameteri", gl.TexParameteri);
    find(library, "glTexImage2D", gl.TexImage2D);
    find(library, "glGenFramebuffers", gl.GenFramebuffers);
    find(library, "glDeleteFramebuffers", gl.DeleteFramebuffers);
    find(library, "glBindFramebuffer", gl.BindFramebuffer);
    find(library, "glFramebufferTexture2D", gl.FramebufferTexture2D);
    find(library, "glCheckFramebufferStatus", gl.CheckFramebufferStatus);
    find(library, "glDrawBuffers", gl.DrawBuffers);
    find(library, "glReadBuffer", gl.ReadBuffer);
    find(library, "glReadPixels", gl.ReadPixels);
    find(library, "glGenVertexArrays", gl.GenVertexArrays);
    find(library, "glBindVertexArray", gl.BindVertexArray);
    find(library, "glViewport", gl.Viewport);
    find(library, "glDisable", gl.Disable);
    find(library, "glClearColor", gl.ClearColor);
    find(library, "glClear", gl.Clear);
    find(library, "glDrawArrays", gl.DrawArrays);
    return gl;
}

// The screen's display where there is a screen, else Mesa's without one.
Handle open_display(const EglFunctions& egl) {
    if (Handle display = egl.GetDisplay(nullptr); display != nullptr && egl.Initialize(display, nullptr, nullptr))
        return display;
    using PlatformDisplay = Handle (*)(unsigned, Handle, const int*);
    const auto of_platform = reinterpret_cast<PlatformDisplay>(egl.GetProcAddress("eglGetPlatformDisplayEXT"));
    Handle display = of_platform ? of_platform(surfaceless_platform, nullptr, nullptr) : nullptr;
    if (display == nullptr || !egl.Initialize(display, nullptr, nullptr)) refuse("no display can be opened");
    return display;
}

}  // namespace

struct GlContext::Shared {
    EglFunctions egl = load_egl();
    GlFunctions gl = load_gl();
    Handle display = open_display(egl), surface = nullptr, context = nullptr;

    Shared() {
        constexpr std::array config_wish{renderable, es3, surface_type, pbuffer, red, 8, green, 8,
                                         blue,       8,   alpha,        8,       none};
        constexpr std::array surface_wish{width, 64, height, 64, none};
        constexpr std::array context_wish{client_version, 3, none};
        Handle config = nullptr;
        int count = 0;
        if (!egl.BindAPI(es_api) || !egl.ChooseConfig(display, config_wish.data(), &config, 1, &count) || count == 0)
            refuse("the display has no fitting format");
        surface = egl.CreatePbufferSurface(display, config, surface_wish.data());
        context = egl.CreateContext(display, config, nullptr, context_wish.data());
        if (surface == nullptr || context == nullptr || !egl.MakeCurrent(display, surface, surface, context))
            refuse("no context can be made");
        GlFunctions::Name vertices = 0;
        gl.GenVertexArrays(1, &vertices);
        gl.BindVertexArray(vertices);
    }
};

GlContext::GlContext() {
    static Shared shared;
    shared_ = &shared;
    if (!shared.egl.MakeCurrent(shared.display, shared.surface, shared.surface, shared.context))
        refuse("the context cannot be used");
}

GlContext::~GlContext() { shared_->egl.MakeCurrent(shared_->display, nullptr, nullptr, nullptr); }

const GlFunctions& GlContext::functions() const { return shared_->gl; }

}  // namespace easel::inference
