#include "cow/report/bytes_shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cow/pool/frame.h"
#include "cow/report/table.h"

namespace cow {

std::string show_bytes(std::string_view bytes, const std::vector<Part>& parts) {
  constexpr std::size_t kShown = 8;  // one number; of a block, the first
  Table table({Table::Align::kRight, Table::Align::kRight, Table::Align::kLeft,
               Table::Align::kLeft});
  table.row({"at", "bytes", "", "what it is"});
  std::size_t at = 0;
  for (const Part& part : parts) {
    if (at + part.size.size() > bytes.size()) break;
    std::string hex;
    for (const char byte :
         bytes.substr(at, std::min(part.size.size(), kShown))) {
      hex += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
    }
    if (part.size.size() > kShown) hex += "…";
    table.row({std::to_string(at), std::to_string(part.size.count()), hex,
               part.meaning});
    at += part.size.size();
  }
  if (at != bytes.size()) {
    throw std::logic_error(fmt::format(
        "{} bytes are explained of a message of {}", at, bytes.size()));
  }
  return table.to_string();
}

std::vector<Part> header_parts() {
  return {{Bytes(sizeof FrameHeader::magic), "\"COW1\": a frame begins"},
          {Bytes(sizeof FrameHeader::kind), "its kind: a batch"},
          {Bytes(sizeof FrameHeader::slot), "where it is offered"},
          {Bytes(sizeof FrameHeader::payload), "how many bytes follow"},
          {Bytes(sizeof FrameHeader::batch), "number of the batch"},
          {Bytes(sizeof FrameHeader::entry), "the code that runs it"},
          {Bytes(sizeof FrameHeader::first), "index of its first item"},
          {Bytes(sizeof FrameHeader::count), "how many items it holds"}};
}

}  // namespace cow
