// What `easel doctor` says of memory: how much there is for models, and which of the installed ones fit.
#pragma once

#include "base/folders.hpp"
#include "inference/memory/device_memory.hpp"

#include <string>

namespace easel::server {

std::string room_for_models(const inference::DeviceMemory& memory, const Folders& folders);

}  // namespace easel::server
