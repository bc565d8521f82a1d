// Runs the rules for the rate of the line on words of text, one for each thing that happens:
//   change=<baud> good_frame bad_frame greeted executed silence
// and prints the board's rate after each.
#include <iostream>
#include <string>

#include "line_rate.h"

namespace {

uint32_t board_baud = harness::kStartBaud;

void step(harness::LineRate& rate, const std::string& word) {
  if (word == "good_frame") {
    rate.good_frame();
  } else if (word == "bad_frame") {
    rate.bad_frame();
  } else if (word == "greeted") {
    rate.greeted();
  } else if (word == "executed") {
    rate.executed();
  } else if (word == "silence") {
    rate.silence();
  } else {
    rate.change(static_cast<uint32_t>(std::stoul(word.substr(word.find('=') + 1))));
  }
}

}  // namespace

void harness::board_set_baud(uint32_t baud) { board_baud = baud; }

int main() {
  harness::LineRate rate;
  for (std::string word; std::cin >> word;) {
    step(rate, word);
    std::cout << board_baud << std::endl;
  }
}
