// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "region.h"

#include <string.h>

void reset_regions(struct regions* regions) { regions->recorded = regions->next = 0; }

void record_region(struct regions* regions, const struct counters* counters) {
  if (regions->recorded < MAX_REGIONS) regions->counters[regions->recorded++] = *counters;
}

void publish_next(struct regions* regions, struct mailbox* mailbox) {
  struct mailbox filled = {.version = MAILBOX_VERSION, .index = NO_REGION};
  if (regions->next < regions->recorded) {
    filled.index = regions->next;
    filled.counters = regions->counters[regions->next++];
  } else {
    regions->next = 0;
  }
  memcpy(mailbox, &filled, sizeof filled);
}
