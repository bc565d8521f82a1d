// Runs the frame codec on lines of text, and prints one line for each:
//   frame <type> <seq> <payload hex or -> <encoded hex>   ok, or what is wrong: it must encode and decode so
//   corrupt <encoded hex>                                 ok, or what is wrong: it must be one bad frame
//   decode <hex or ->                                     what the bytes hold: `bad` or `<type>:<seq>:<payload hex>`
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "frame.h"

namespace {

using Octets = std::vector<uint8_t>;

Octets from_hex(const std::string& text) {
  Octets octets;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    octets.push_back(static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return octets;
}

std::string to_hex(const uint8_t* octets, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", octets[i]);
    text += digits;
  }
  return text;
}

// One decoder for all lines: each must leave it ready for the next.
std::string decode(const Octets& octets) {
  static harness::FrameDecoder decoder;
  std::string events;
  for (uint8_t octet : octets) {
    const auto result = decoder.feed(octet);
    if (result == harness::FrameDecoder::Result::kIncomplete) continue;
    if (!events.empty()) events += ' ';
    if (result == harness::FrameDecoder::Result::kBadFrame) {
      events += "bad";
      continue;
    }
    const harness::Frame& frame = decoder.frame();
    events += std::to_string(frame.type) + ':' + std::to_string(frame.seq) + ':';
    events += to_hex(frame.payload, frame.payload_bytes);
  }
  return events;
}

std::string expect(const std::string& actual, const std::string& expected) {
  return actual == expected ? "ok" : "got " + actual + ", expected " + expected;
}

std::string check_frame(std::istringstream& fields) {
  unsigned type;
  unsigned seq;
  std::string payload;
  std::string encoded;
  fields >> type >> seq >> payload >> encoded;
  const Octets octets = from_hex(payload);
  // Of the exact size on the heap, so that the sanitizer sees a byte too many.
  Octets buffer(harness::kMaxEncodedBytes);
  const size_t size = harness::encode_frame(
      {static_cast<uint8_t>(type), static_cast<uint16_t>(seq), octets.data(), octets.size()}, buffer.data());
  const std::string written = expect(to_hex(buffer.data(), size), encoded);
  if (written != "ok") return written;
  const std::string decoded = std::to_string(type) + ':' + std::to_string(seq) + ':' + (payload == "-" ? "" : payload);
  return expect(decode(from_hex(encoded)), decoded);
}

std::string answer(const std::string& line) {
  std::istringstream fields(line);
  std::string kind;
  fields >> kind;
  if (kind == "frame") return check_frame(fields);
  std::string octets;
  fields >> octets;
  const std::string events = decode(from_hex(octets));
  return kind == "corrupt" ? expect(events, "bad") : events;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << std::endl;
}
