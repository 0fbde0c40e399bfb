#include "cowtop/screen.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "cow/os/error.h"
#include "cowtop/cells.h"
#include "cowtop/layout.h"
#include "cowtop/signals.h"
#include "cowtop/terminal.h"
#include "cowtop/view.h"

namespace cowtop {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Screen {
 public:
  explicit Screen(const Live& live) : live_(live) {
    view_.title = live.title;
    view_.charset = current_charset();
    view_.has_output = static_cast<bool>(live.last_output);
    view_.interval = live.interval;
    view_.order = live.order;
  }

  Ending run() {
    look();
    while (!ending_) {
      show();
      wait();
    }
    ending_->looks = std::move(looks_);
    return *std::move(ending_);
  }

 private:
  void look() {
    sample_ = live_.look();
    keep_selected(sample_, view_);
    read_mappings();
    looks_.add(sample_);
    next_look_ = Clock::now() + std::max(sample_.until_next, kShortest);
    if (live_.over && live_.over()) end(Ending::Why::kEnded);
  }

  void read_mappings() {
    if (view_.page != Page::kMappings || !live_.mappings) return;
    mappings_ = live_.mappings(view_.selected);
  }

  void show() {
    const Size size = terminal_.size();
    std::vector<std::string> output;
    if (view_.page == Page::kOutput) output = live_.last_output(size.lines);
    const Picture picture = lay_out({.sample = sample_,
                                     .mappings = &mappings_,
                                     .why = &why_,
                                     .output = &output},
                                    view_, size);
    view_.first = picture.first;
    view_.shown = picture.shown;
    view_.total = picture.total;
    view_.widths = picture.widths;
    terminal_.show(picture);
  }

  // The timeout for poll(2) in milliseconds; -1: none. Rounded up, so that it
  // does not wake too early and wait again.
  int patience() const {
    if (view_.paused) return -1;
    const auto left =
        std::chrono::ceil<milliseconds>(next_look_ - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
  }

  void wait() {
    std::array<pollfd, 3> polled{
        {{.fd = terminal_.descriptor(), .events = POLLIN, .revents = 0},
         {.fd = signals_.descriptor(), .events = POLLIN, .revents = 0},
         {.fd = live_.ended, .events = POLLIN, .revents = 0}}};
    cow::checked(
        [&] { return ::poll(polled.data(), polled.size(), patience()); },
        "poll()");
    while (const int signal = signals_.next()) take(signal);
    if (ending_) return;
    if (polled[2].revents != 0) return end(Ending::Why::kEnded);
    if ((polled[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
      return end(Ending::Why::kSignal, SIGHUP);
    }
    if ((polled[0].revents & POLLIN) != 0) take_keys();
    if (!ending_ && !view_.paused && Clock::now() >= next_look_) look();
  }

  void take_keys() {
    while (const std::optional<Key> key = terminal_.key()) {
      act(press(*key, sample_, view_));
      if (ending_) return;
    }
  }

  void act(Action action) {
    switch (action) {
      case Action::kNothing:
        return;
      case Action::kQuit:
        return end(Ending::Why::kQuit);
      case Action::kMappings:
        return read_mappings();
      case Action::kWhy:
        if (live_.why) why_ = live_.why(view_.selected);
        return;
      case Action::kForget:
        if (live_.forget) live_.forget();
        break;
      case Action::kInterval:
        if (live_.set_interval) live_.set_interval(view_.interval);
        break;
      case Action::kLook:
        break;
    }
    // While paused, the figures do not change, whatever the key. The next look
    // follows the new choice.
    if (!view_.paused) look();
  }

  void take(int signal) {
    switch (signal) {
      case SIGWINCH:
        terminal_.resize();
        return;
      case SIGTSTP:
        terminal_.leave();
        signals_.do_default(SIGTSTP);
        terminal_.enter();
        return;
      case SIGCONT:
        // Another program may have used the terminal meanwhile.
        terminal_.enter();
        return;
      default:
        end(Ending::Why::kSignal, signal);
    }
  }

  void end(Ending::Why why, int signal = 0) {
    ending_ = Ending{.why = why, .signal = signal, .looks = {}};
  }

  // A look takes time. With a shorter wait, keys might never be read.
  static constexpr milliseconds kShortest{20};

  const Live& live_;
  // Declared before the terminal, so that it is destroyed after it: the
  // terminal must be given back while the signals cannot end this process.
  Signals signals_{SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                   SIGTSTP, SIGCONT, SIGWINCH};
  Terminal terminal_;
  View view_;
  Sample sample_;
  cow::Reading<std::vector<NamedMappings>> mappings_ = cow::Absent{"not read"};
  std::vector<std::string> why_;
  Looks looks_;
  Clock::time_point next_look_;
  std::optional<Ending> ending_;
};

}  // namespace

std::optional<std::string> why_no_screen() { return no_terminal(); }

Ending show_live(const Live& live) { return Screen(live).run(); }

}  // namespace cowtop
