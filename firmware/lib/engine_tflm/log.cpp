#include "log.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace harness {
namespace {

class Text {
 public:
  Text(char* begin, size_t capacity) : next_(begin), last_(begin + capacity - 1) {}

  void put(char c) {
    if (next_ < last_) *next_++ = c;
  }

  void put(const char* string) {
    for (const char* c = string == nullptr ? "?" : string; *c != 0; ++c) put(*c);
  }

  void put(uint64_t number, unsigned base) {
    if (number >= base) put(number / base, base);
    put("0123456789abcdef"[number % base]);
  }

  void put_signed(int64_t number) {
    if (number < 0) put('-');
    put(number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number), 10);
  }

  void end() { *next_ = 0; }

 private:
  char* next_;
  char* last_;  // place of the 0, at most
};

enum class Length { kInt, kLong, kLongLong, kSize };

Length read_length(const char** format) {
  Length length = Length::kInt;
  for (; strchr("-+ #.0123456789lzht", **format) != nullptr && **format != 0; ++*format) {
    if (**format == 'z' || **format == 't') length = Length::kSize;
    if (**format == 'l') length = length == Length::kLong ? Length::kLongLong : Length::kLong;
  }
  return length;
}

int64_t take_signed(va_list* values, Length length) {
  switch (length) {
    case Length::kInt:
      return va_arg(*values, int);
    case Length::kLong:
      return va_arg(*values, long);
    case Length::kLongLong:
      return va_arg(*values, long long);
    case Length::kSize:
      return va_arg(*values, ptrdiff_t);
  }
  return 0;
}

uint64_t take_unsigned(va_list* values, Length length) {
  switch (length) {
    case Length::kInt:
      return va_arg(*values, unsigned);
    case Length::kLong:
      return va_arg(*values, unsigned long);
    case Length::kLongLong:
      return va_arg(*values, unsigned long long);
    case Length::kSize:
      return va_arg(*values, size_t);
  }
  return 0;
}

// Without its fraction, and limited to what is an int64_t.
void put_double(Text& text, double number) {
  constexpr double kLargest = 1e18;
  if (std::isnan(number)) return text.put("nan");
  text.put_signed(static_cast<int64_t>(std::min(std::max(number, -kLargest), kLargest)));
}

void put_value(Text& text, char conversion, Length length, va_list* values) {
  switch (conversion) {
    case 'd':
    case 'i':
      return text.put_signed(take_signed(values, length));
    case 'u':
      return text.put(take_unsigned(values, length), 10);
    case 'x':
      return text.put(take_unsigned(values, length), 16);
    case 'c':
      return text.put(static_cast<char>(va_arg(*values, int)));
    case 's':
      return text.put(va_arg(*values, const char*));
    case 'f':
      return put_double(text, va_arg(*values, double));
    default:
      return text.put(conversion);
  }
}

bool begins_with(const char* text, const char* start) { return strncmp(text, start, strlen(start)) == 0; }

}  // namespace

void format_text(char* buffer, size_t capacity, const char* format, va_list values) {
  Text text(buffer, capacity);
  va_list rest;
  va_copy(rest, values);
  for (; *format != 0; ++format) {
    if (*format != '%') {
      text.put(*format);
      continue;
    }
    ++format;
    const Length length = read_length(&format);
    if (*format == 0) break;
    put_value(text, *format, length, &rest);
  }
  va_end(rest);
  text.end();
}

void LibraryLog::clear() {
  text_[0] = 0;
  op_ = kNoOp;
  planner_is_full_ = false;
}

void LibraryLog::write(const char* format, va_list values) {
  if (text_[0] == 0) format_text(text_, sizeof text_, format, values);
  planner_is_full_ = planner_is_full_ || begins_with(format, "Too many buffers");
  if (begins_with(format, "Node %s (number %d")) {
    va_list rest;
    va_copy(rest, values);
    (void)va_arg(rest, const char*);
    op_ = va_arg(rest, int);
    va_end(rest);
  }
}

const char* LibraryLog::text() const { return text_[0] != 0 ? text_ : "the library gave up without saying why"; }

LibraryLog& library_log() {
  static LibraryLog log;
  return log;
}

}  // namespace harness

// The library's own ways to say something, in the place of its micro_log.

void VMicroPrintf(const char* format, va_list values) { harness::library_log().write(format, values); }

void Log(const char* format, va_list values) { VMicroPrintf(format, values); }  // VMicroPrintf before 2024

void MicroPrintf(const char* format, ...) {
  va_list values;
  va_start(values, format);
  VMicroPrintf(format, values);
  va_end(values);
}
