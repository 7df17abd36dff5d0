#include "nodes/patches/unet/free_u_inputs.hpp"

namespace easel::nodes {
namespace {

struct FreeU_V2 : FreeUInputs {
    static void declare(Schema& s) { declare_free_u(s, 1.3, 1.4); }

    Model execute() const { return changed(inference::FreeU::Version::two); }
};

}  // namespace

void register_free_u_v2(Registry& registry) { registry.add<FreeU_V2>("FreeU_V2"); }

}  // namespace easel::nodes
