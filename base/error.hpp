// The errors that may leave a function of easel. Each carries the type name that clients see.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace easel {

// The root of our errors. `type()` is what clients read as `exception_type`.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    virtual std::string_view type() const { return "RuntimeError"; }
};

// The request or a file that it names is wrong; the message says what to change.
class UserError : public Error {
public:
    using Error::Error;
    std::string_view type() const override { return "ValueError"; }
};

// A model file cannot be used: unknown architecture, a missing weight, a damaged file.
class ModelError : public Error {
public:
    using Error::Error;
};

// No memory left on the device. Whoever owns the models may release some and try again.
class OutOfMemory : public Error {
public:
    using Error::Error;
    std::string_view type() const override { return "OutOfMemoryError"; }
};

// An error with a type name of the thrower's choice, for nodes that must match a name clients know.
class NamedError : public Error {
public:
    NamedError(std::string type, const std::string& message) : Error(message), type_(std::move(type)) {}
    std::string_view type() const override { return type_; }

private:
    std::string type_;
};

// Someone asked the running job to stop. Not an error, and not derived from one.
struct Interrupted {};

// Ends the program with `what`, the file and the line: an invariant of our own is broken.
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace easel

#define EASEL_ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : ::easel::assertion_failed(#condition, __FILE__, __LINE__))
