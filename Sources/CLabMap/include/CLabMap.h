#pragma once
#include <stddef.h>

// The lab's map (map.yaml beside the source), embedded so that the installed program always has the map it was built with.
const unsigned char *nodewright_lab_map_text(void);
extern const size_t nodewright_lab_map_size;
