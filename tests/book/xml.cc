#include "book/xml.h"

#include <fmt/format.h>

namespace book::testing {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view xml) : xml_(xml) {}

  Element document() {
    Element root = element();
    skip_blanks();
    if (at_ != xml_.size()) fail("something behind the end");
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(
        fmt::format("byte {}: {}: \"{}\"", at_, what, xml_.substr(at_, 40)));
  }
  bool next(std::string_view expected) {
    if (xml_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  void skip_blanks() {
    while (at_ < xml_.size() && std::string_view(" \n\t\r").find(xml_[at_]) !=
                                    std::string_view::npos) {
      ++at_;
    }
  }
  std::string name() {
    const std::size_t begin = at_;
    while (at_ < xml_.size() &&
           std::string_view(" \n\t\r=/><\"'&").find(xml_[at_]) ==
               std::string_view::npos) {
      ++at_;
    }
    if (at_ == begin) fail("a name is expected");
    return std::string(xml_.substr(begin, at_ - begin));
  }
  char character() {
    if (!next("&")) return xml_[at_++];
    if (next("amp;")) return '&';
    if (next("lt;")) return '<';
    if (next("gt;")) return '>';
    if (next("quot;")) return '"';
    fail("an unknown entity");
  }
  void attribute(Element& element) {
    const std::string key = name();
    if (!next("=")) fail("= is expected");
    if (at_ == xml_.size()) fail("a value is expected");
    const char quote = xml_[at_++];
    if (quote != '"' && quote != '\'') fail("a quote is expected");
    std::string value;
    while (at_ < xml_.size() && xml_[at_] != quote) {
      if (xml_[at_] == '<') fail("< in a value");
      value += character();
    }
    ++at_;
    if (!element.attributes.emplace(key, value).second) fail("twice");
  }
  Element element() {
    Element element;
    if (!next("<")) fail("< is expected");
    element.name = name();
    for (skip_blanks(); !next(">"); skip_blanks()) {
      if (next("/>")) return element;
      attribute(element);
    }
    while (!next("</")) {
      if (at_ == xml_.size()) fail(element.name + " is not closed");
      if (xml_[at_] == '<') {
        element.children.push_back(this->element());
      } else {
        element.text += character();
      }
    }
    if (name() != element.name) fail(element.name + " is not closed first");
    skip_blanks();
    if (!next(">")) fail("> is expected");
    return element;
  }

  std::string_view xml_;
  std::size_t at_ = 0;
};

}  // namespace

Element parse_xml(std::string_view xml) { return Parser(xml).document(); }

}  // namespace book::testing
