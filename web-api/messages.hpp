// Typed events to wire messages: JSON texts and binary frames as the reference sends them.
#pragma once

#include "graph/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace easel::web {

struct WireMessage {
    bool is_binary = false;
    bool may_drop = false;  // previews: a slow client loses these, never others
    std::string payload;
};

// What the client of a socket negotiated.
struct ClientFeatures {
    bool supports_preview_metadata = false;
};

// The messages for one event, in order. Preview frames are encoded here (JPEG or PNG), so call it off the io thread
// for a Progress that has one.
std::vector<WireMessage> render(const graph::Event& event, const ClientFeatures& features);

// {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": n}}, "sid"?: sid}}
std::string status_message(std::size_t queue_remaining, const std::optional<std::string>& sid);

}  // namespace easel::web
