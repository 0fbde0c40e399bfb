// Exercise 12: four workers read records that they inherited, and count how
// often each record was read. So each of them copies all records. Change this
// file so that a worker owns little more than the counts.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "check_in.h"
#include "cow/pool/pool.h"

namespace {

constexpr std::size_t kNumbers = 8;  // in a record

#if SOLUTION || ALTERNATIVE
struct Record {
  double numbers[kNumbers];
};
#elif MISTAKE_A_WORD_FOR_WORKERS
struct Record {
  double numbers[kNumbers];
  std::int64_t reads;             // of the parent
  std::int64_t reads_of_workers;  // of all others
};
#elif MISTAKE_A_CACHE_LINE
struct Record {
  double numbers[kNumbers];
  alignas(64) std::int64_t reads;  // in a cache line without numbers
};
#else
struct Record {
  double numbers[kNumbers];
  std::int64_t reads;  // how often a worker has read the numbers
};
#endif

std::vector<Record> records;  // built before the fork: every worker inherits it

void build(std::size_t bytes) {
  const std::vector<double> data = check_in::make_data(bytes);
  records.resize(data.size() / kNumbers);
  for (std::size_t k = 0; k < data.size(); ++k) {
    records[k / kNumbers].numbers[k % kNumbers] = data[k];
  }
}

double sum_of(const Record& record) {
  double sum = 0;
  for (const double number : record.numbers) sum += number;
  return sum;
}

// The end of each task. The result is right if each record was counted once.
double finish(double sum, std::size_t reads, int item) {
  check_in::meet();  // here the worker is measured
  const double once = static_cast<double>(records.size());
  return sum * (item + 1) * static_cast<double>(reads) / once;
}

#if SOLUTION
std::vector<std::int64_t> reads;  // one for each record, side by side

double analyze(int item) {
  double sum = 0;
  for (std::size_t k = 0; k < records.size(); ++k) {
    sum += sum_of(records[k]);
    ++reads[k];
  }
  std::size_t all = 0;
  for (const std::int64_t count : reads) all += static_cast<std::size_t>(count);
  return finish(sum, all, item);
}
#elif ALTERNATIVE
double analyze(int item) {
  std::vector<std::uint8_t> reads(records.size());  // a byte is enough here
  double sum = 0;
  for (std::size_t k = 0; k < records.size(); ++k) {
    sum += sum_of(records[k]);
    ++reads[k];
  }
  std::size_t all = 0;
  for (const std::uint8_t count : reads) all += count;
  return finish(sum, all, item);
}
#elif MISTAKE_A_WORD_FOR_WORKERS
double analyze(int item) {
  double sum = 0;
  for (Record& record : records) {
    sum += sum_of(record);
    ++record.reads_of_workers;
  }
  std::size_t all = 0;
  for (const Record& record : records) {
    all += static_cast<std::size_t>(record.reads_of_workers);
  }
  return finish(sum, all, item);
}
#elif MISTAKE_EVERY_EIGHTH
double analyze(int item) {
  double sum = 0;
  for (std::size_t k = 0; k < records.size(); ++k) {
    sum += sum_of(records[k]);
    if (k % 8 == 0) records[k].reads += 8;  // fewer writes
  }
  std::size_t all = 0;
  for (const Record& record : records) {
    all += static_cast<std::size_t>(record.reads);
  }
  return finish(sum, all, item);
}
#elif MISTAKE_COPIES_THE_RECORDS
double analyze(int item) {
  std::vector<Record> mine = records;
  double sum = 0;
  std::size_t all = 0;
  for (Record& record : mine) {
    sum += sum_of(record);
    all += static_cast<std::size_t>(++record.reads);
  }
  return finish(sum, all, item);
}
#else
double analyze(int item) {
  double sum = 0;
  for (Record& record : records) {
    sum += sum_of(record);
    ++record.reads;  // TODO: what does this write besides the count?
  }
  std::size_t all = 0;
  for (const Record& record : records) {
    all += static_cast<std::size_t>(record.reads);
  }
  return finish(sum, all, item);
}
#endif

std::vector<double> exercise(const check_in::Parameters& given) {
  build(given.data);
#if SOLUTION
  reads.resize(records.size());
#endif
  cow::Pool pool({.workers = given.workers});
  return pool.map(analyze, check_in::items(given.workers));
}

}  // namespace

int main() { return check_in::run(exercise); }
