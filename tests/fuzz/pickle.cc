// Messages, as values of many types. Whatever the bytes are, unpickling ends
// with a PickleError or with a value; and that value, pickled again, gives a
// message whose value is the same.
//
// Input: one byte chooses the type; one the size of the pieces in which the
// message is fetched; the rest is the message.
#include "cow/pickle/pickle.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "cow/pickle/eigen.h"
#include "fuzz/input.h"
#include "pickle/bytes.h"

namespace cow::fuzz {
namespace {

using testing::bytes_of;
using testing::value_of;

enum class Kind : std::uint8_t { kThis = 1, kThat = 2 };

struct Part {
  std::int16_t number = 0;
  std::string text;
  Kind kind = Kind::kThis;
  auto operator<=>(const Part&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text, kind);
  }
};

// A class that holds its like.
struct Tree {
  std::uint8_t value = 0;
  std::vector<Tree> children;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, children);
  }
};

struct Chain {
  std::uint8_t value = 0;
  std::unique_ptr<Chain> next;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, next);
  }
};

// Nodes may point to each other in a ring, which nobody would free: so each
// enters itself here, and the rings are broken after each input.
struct Node {
  Node() { all.insert(this); }
  Node(const Node& other)
      : value(other.value), next(other.next), back(other.back) {
    all.insert(this);
  }
  Node& operator=(const Node&) = default;
  ~Node() { all.erase(this); }

  static void break_rings() {
    std::vector<std::shared_ptr<Node>> held;
    for (Node* node : all) held.push_back(std::move(node->next));
  }

  std::uint8_t value = 0;
  std::shared_ptr<Node> next;
  std::weak_ptr<Node> back;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, next, back);
  }

 private:
  inline static std::set<Node*> all;
};

// A class that cannot be made empty.
template <typename Number>
struct Constructed {
  explicit Constructed(Number given) : number(given) {}
  Number number;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
  template <class Archive>
  static void load_and_construct(Archive& archive,
                                 cereal::construct<Constructed>& construct) {
    Number number{};
    archive(number);
    construct(number);
  }
};

using Numbers = std::tuple<bool, std::int8_t, std::uint16_t, int, double, Kind,
                           std::vector<double>, std::vector<std::uint8_t>,
                           std::vector<bool>, std::array<float, 3>>;
using Strings = std::tuple<std::string, std::u16string, std::u32string,
                           std::vector<std::string>>;
using Nested =
    std::tuple<std::vector<std::vector<std::vector<std::int16_t>>>,
               std::deque<std::list<Part>>, std::vector<std::optional<Part>>>;
using Maps =
    std::tuple<std::map<std::string, std::vector<int>>,
               std::multimap<std::int8_t, std::string>, std::set<std::int16_t>,
               std::multiset<Part>, std::map<Part, bool>>;
using Unordered = std::tuple<std::unordered_map<std::int16_t, std::string>,
                             std::unordered_set<std::string>,
                             std::unordered_multimap<std::int8_t, int>,
                             std::unordered_multiset<std::int16_t>>;
using Choices =
    std::tuple<std::optional<int>, std::optional<std::optional<bool>>,
               std::variant<std::monostate, int, std::string, Part>,
               std::vector<std::variant<std::vector<bool>, double>>>;
using Pointers =
    std::tuple<std::shared_ptr<int>, std::shared_ptr<std::string>,
               std::vector<std::shared_ptr<const int>>, std::weak_ptr<int>,
               std::unique_ptr<Part>, std::shared_ptr<Eigen::VectorXf>,
               std::map<std::int8_t, std::shared_ptr<std::string>>>;
using ConstructedPointers =
    std::tuple<std::vector<std::shared_ptr<Constructed<std::int8_t>>>,
               std::shared_ptr<Constructed<double>>,
               std::unique_ptr<Constructed<std::int8_t>>,
               std::shared_ptr<Constructed<std::int8_t>>>;
using Matrices =
    std::tuple<Eigen::VectorXd, Eigen::MatrixXf, Eigen::Matrix2d,
               Eigen::Matrix<std::int8_t, Eigen::Dynamic, 3>,
               Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>,
               Eigen::Matrix<std::int16_t, Eigen::Dynamic, Eigen::Dynamic,
                             Eigen::RowMajor, 4, 5>,
               std::vector<Eigen::RowVectorXi>>;

// The same from pieces of at most `most` bytes.
template <typename T>
T fetched(std::string_view bytes, std::size_t most) {
  std::string_view left = bytes;
  Unpickler unpickler(
      [&](void* to, std::size_t size) {
        const std::size_t part = std::min({size, most, left.size()});
        std::memcpy(to, left.data(), part);
        left.remove_prefix(part);
        return part;
      },
      Bytes(bytes.size()));
  T value = unpickle<T>(unpickler);
  if (unpickler.left() != Bytes()) throw PickleError("left over");
  return value;
}

// Numbers are compared as bytes, because a NaN equals nothing; containers
// without an order have no bytes of their own.
bool same(const Unordered& a, const Unordered& b) { return a == b; }
template <typename T>
bool same(const T& a, const T& b) {
  return bytes_of(a) == bytes_of(b);
}

// A pointer may be written without a look at its object, which is therefore
// looked at here.
template <typename T>
void look_at(const T&) {}
void look_at(const ConstructedPointers& pointers) {
  const auto& [many, number, own, one] = pointers;
  for (const auto& each : many) {
    if (each) bytes_of(*each);
  }
  if (number) bytes_of(*number);
  if (own) bytes_of(*own);
  if (one) bytes_of(*one);
}

template <typename T>
std::optional<T> read(const auto& unpickled) {
  try {
    return unpickled();
  } catch (const PickleError& error) {
    require(*error.what() != '\0', "an error says what is wrong");
    return std::nullopt;
  }
}

template <typename T>
void check(std::string_view message, std::size_t most) {
  const auto value = read<T>([&] { return value_of<T>(message); });
  const auto piecewise = read<T>([&] { return fetched<T>(message, most); });
  require(value.has_value() == piecewise.has_value(),
          "from memory and from pieces alike");
  if (!value) return;
  look_at(*value);
  require(same(*value, *piecewise), "from memory and from pieces the same");
  const std::string again = bytes_of(*value);
  const auto back = read<T>([&] { return value_of<T>(again); });
  require(back.has_value(), "what was pickled can be unpickled");
  require(same(*value, *back), "what was pickled comes back");
}

using Check = void (*)(std::string_view, std::size_t);
constexpr std::array<Check, 12> kChecks = {
    check<Numbers>,   check<Strings>,
    check<Nested>,    check<Maps>,
    check<Unordered>, check<Choices>,
    check<Pointers>,  check<ConstructedPointers>,
    check<Matrices>,  check<Tree>,
    check<Chain>,     check<std::shared_ptr<Node>>};

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace cow::fuzz;
  Input input(data, size);
  const std::size_t type = input.take<std::uint8_t>() % kChecks.size();
  const std::size_t most = std::size_t{input.take<std::uint8_t>()} + 1;
  kChecks[type](input.rest(), most);
  Node::break_rings();
  return 0;
}
