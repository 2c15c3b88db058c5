// #embed is C23; clang takes it as an extension in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CLabMap.h"

static const unsigned char text[] = {
#embed "map.yaml"
};

const unsigned char *nodewright_lab_map_text(void) { return text; }
const size_t nodewright_lab_map_size = sizeof text;
