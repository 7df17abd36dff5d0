#include "nodes/patches/unet/free_u_inputs.hpp"

namespace easel::nodes {
namespace {

struct FreeU : FreeUInputs {
    static void declare(Schema& s) { declare_free_u(s, 1.1, 1.2); }

    Model execute() const { return changed(inference::FreeU::Version::one); }
};

}  // namespace

void register_free_u(Registry& registry) { registry.add<FreeU>("FreeU"); }

}  // namespace easel::nodes
