// XML read back, as far as our pictures use it.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace book::testing {

/// An element with everything in it.
struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< its own, without that of its children
  std::vector<Element> children;

  const std::string& at(const std::string& attribute) const {
    return attributes.at(attribute);
  }
  double number(const std::string& attribute) const {
    return std::stod(at(attribute));
  }

  /// Itself and all elements in it called `wanted`, in the document's order.
  std::vector<const Element*> all(std::string_view wanted) const {
    std::vector<const Element*> found;
    if (name == wanted) found.push_back(this);
    for (const Element& child : children) {
      const auto more = child.all(wanted);
      found.insert(found.end(), more.begin(), more.end());
    }
    return found;
  }
  /// The text of the child called `wanted`, or "".
  std::string child_text(std::string_view wanted) const {
    for (const Element& child : children) {
      if (child.name == wanted) return child.text;
    }
    return "";
  }
};

/// The document's only element. Throws std::runtime_error that says where, if
/// `xml` is not well-formed.
Element parse_xml(std::string_view xml);

}  // namespace book::testing
