#include "cowtop/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cow/memory/text.h"
#include "cow/report/table.h"
#include "cowtop/amount.h"
#include "cowtop/cells.h"
#include "cowtop/clock.h"

namespace cowtop {
namespace {

using Json = nlohmann::ordered_json;
using cow::Table;

std::string replaced(std::string_view text, std::string_view from,
                     std::string_view to) {
  std::string result;
  for (auto at = text.find(from); at != text.npos; at = text.find(from)) {
    result.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return result.append(text);
}

// As cow::wrap, but an amount stays together with its unit, and further lines
// are indented below the text after `first`.
std::string wrapped(std::string text, std::string_view first = "") {
  for (const std::string unit : {"bytes", "KiB", "MiB", "GiB", "TiB"}) {
    text =
        replaced(text, fmt::format(" {}", unit), fmt::format("\u00a0{}", unit));
  }
  const std::string hang(first.size(), ' ');
  const std::string lines = replaced(cow::wrap(text, hang), "\u00a0", " ");
  return std::string(first) + lines.substr(std::min(hang.size(), lines.size()));
}

void add_row(const Row& row, Table& table) {
  const std::string command =
      std::string(2 * static_cast<std::size_t>(row.depth), ' ') + row.command;
  if (!row.usage) {
    table.row({std::to_string(row.pid), "-", "-", "-", "-", "-", "-", command});
    return;
  }
  table.row({std::to_string(row.pid), amount(row.usage->rss),
             amount(row.usage->pss), amount(row.usage->uss()),
             amount(row.usage->swap), change(row.became_private),
             change(row.private_per_second), command});
}

// Cuts the last column, whose title is "command".
std::string cut_commands(std::string_view table, std::size_t columns) {
  columns = std::max(columns, table.find("command"));
  std::string text;
  while (!table.empty()) {
    text += cut(cow::take_line(table), columns, current_charset()) + '\n';
  }
  return text;
}

Json to_object(const Row& row) {
  Json json = {
      {"pid", row.pid}, {"ppid", row.parent}, {"command", row.command}};
  if (!row.usage) {
    json["reason"] = row.usage.reason();
    return json;
  }
  json["rss"] = row.usage->rss.count();
  json["pss"] = row.usage->pss.count();
  json["uss"] = row.usage->uss().count();
  json["swap"] = row.usage->swap.count();
  json["anonymous"] = row.usage->anonymous.count();
  json["became_private"] = row.became_private.count();
  json["private_per_second"] = row.private_per_second.count();
  return json;
}

Json to_object(const Diagnosis& diagnosis) {
  return {{"kind", to_string(diagnosis.kind)},
          {"sentence", diagnosis.sentence},
          {"evidence", diagnosis.evidence},
          {"advice", diagnosis.advice}};
}

void add_diagnosis(const Diagnosis& diagnosis, std::string& text) {
  text += wrapped(diagnosis.sentence);
  for (const std::string& line : diagnosis.evidence) {
    text += wrapped(line, "  - ");
  }
  if (!diagnosis.advice.empty()) {
    text += wrapped("To do: " + diagnosis.advice + ".");
  }
}

Json to_object(const Why& why) {
  Json json = {{"pid", why.copier.pid},
               {"relative", why.copier.relative},
               {"sentence", sentence_of(why)},
               {"evidence", evidence_of(why)}};
  if (!why.pages) {
    json["reason"] = why.pages.reason();
    return json;
  }
  const auto bytes = [](cow::Pages pages) { return to_bytes(pages).count(); };
  json["copied"] = bytes(why.copied);
  json["compared"] = bytes(why.pages->compared());
  json["unread"] = bytes(why.pages->unread);
  json["types"] = Json::array();
  for (std::size_t i = 0; i < cow::kPageChanges.size(); ++i) {
    json[std::string(cow::kPageChanges[i])] =
        bytes(why.pages->count(static_cast<cow::PageChange>(i)));
  }
  for (const cow::ChangedType& type : why.pages->types) {
    Json one = {{"name", type.name}, {"bytes", bytes(type.all())}};
    for (std::size_t i = 0; i < cow::kPageChanges.size(); ++i) {
      one[std::string(cow::kPageChanges[i])] = bytes(type.pages[i]);
    }
    json["types"].push_back(std::move(one));
  }
  return json;
}

// A field of RFC 4180: in quotes; quotes inside are doubled.
std::string quoted(const std::string& text) {
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
  return field + '"';
}

double seconds_of(std::chrono::system_clock::time_point at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

}  // namespace

std::string to_table(const Sample& sample, std::size_t columns) {
  using Align = Table::Align;
  Table table({Align::kRight, Align::kRight, Align::kRight, Align::kRight,
               Align::kRight, Align::kRight, Align::kRight, Align::kLeft});
  table.row({"PID", "RSS", "PSS", "USS", "swap", "new", "new/s", "command"});
  for (const Row& row : sample.rows) add_row(row, table);
  const Totals& totals = sample.totals;
  std::string text = cut_commands(table.to_string(""), columns);
  text += fmt::format("\nWhat top adds up       (sum of RSS): {}\n",
                      amount(totals.rss));
  text += fmt::format("What the machine pays  (sum of PSS): {}\n",
                      amount(totals.pss));
  if (sample.group) {
    text +=
        fmt::format("What the control group has         : {} of {}\n",
                    amount(sample.group->used), amount(sample.group->limit));
  }
  text += '\n';
  Diagnosis diagnosis = sample.diagnosis;
  // One advice is enough: that of --why knows more.
  if (sample.why && !cure_of(*sample.why).empty()) diagnosis.advice.clear();
  add_diagnosis(diagnosis, text);
  for (const Diagnosis& other : sample.others) {
    text += '\n';
    add_diagnosis(other, text);
  }
  if (sample.why) text += '\n' + wrapped(sentence_of(*sample.why));
  if (sample.why) {
    for (const std::string& line : evidence_of(*sample.why)) {
      text += wrapped(line, "  - ");
    }
  }
  if (!sample.notes.empty()) text += '\n';
  for (const std::string& note : sample.notes) text += wrapped(note);
  return text;
}

std::string to_json(const Sample& sample) {
  Json json;
  json["at"] = seconds_of(sample.at);
  json["processes"] = Json::array();
  for (const Row& row : sample.rows)
    json["processes"].push_back(to_object(row));
  json["totals"] = {{"rss", sample.totals.rss.count()},
                    {"pss", sample.totals.pss.count()},
                    {"uss", sample.totals.uss.count()},
                    {"swap", sample.totals.swap.count()}};
  if (sample.group) {
    json["cgroup"] = {{"used", sample.group->used.count()},
                      {"limit", sample.group->limit.count()}};
  }
  json["diagnosis"] = to_object(sample.diagnosis);
  json["other_trees"] = Json::array();
  for (const Diagnosis& other : sample.others)
    json["other_trees"].push_back(to_object(other));
  if (sample.why) json["why"] = to_object(*sample.why);
  json["notes"] = sample.notes;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_summary(const Looks& looks) {
  if (!looks.first()) return "";
  auto table = Table::of_figures({"", "RSS", "PSS", "USS", "swap", "at"});
  const auto add = [&](const std::string& name, const Sample& sample) {
    const Totals& sums = sample.totals;
    table.row({name, amount(sums.rss), amount(sums.pss), amount(sums.uss),
               amount(sums.swap), clock(sample.at)});
  };
  add("lowest", *looks.smallest());
  add("highest", *looks.largest());
  return fmt::format(
      "The sums since {}, when PSS was lowest and highest:\n{}{}",
      clock(*looks.first()), table.to_string(""),
      wrapped(looks.largest()->diagnosis.sentence));
}

std::string csv_header() {
  return "time,pid,ppid,rss,pss,uss,swap,became_private,private_per_second,"
         "command,diagnosis,sentence\n";
}

std::string to_csv(const Sample& sample) {
  std::string text;
  for (const Row& row : sample.rows) {
    text += fmt::format("{:.3f},{},{},", seconds_of(sample.at), row.pid,
                        row.parent);
    text += row.usage ? fmt::format(
                            "{},{},{},{},{},{}", row.usage->rss.count(),
                            row.usage->pss.count(), row.usage->uss().count(),
                            row.usage->swap.count(), row.became_private.count(),
                            row.private_per_second.count())
                      : ",,,,,";
    text += fmt::format(",{},,\n", quoted(row.command));
  }
  const Totals& sums = sample.totals;
  return text + fmt::format("{:.3f},,,{},{},{},{},,,,{},{}\n",
                            seconds_of(sample.at), sums.rss.count(),
                            sums.pss.count(), sums.uss.count(),
                            sums.swap.count(), to_string(sample.diagnosis.kind),
                            quoted(sample.diagnosis.sentence));
}

}  // namespace cowtop
