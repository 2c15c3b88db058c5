#pragma once
#include <lzma.h>
// The constants are macros with casts, which Swift does not see.
static inline lzma_vli nlzma_filter_x86(void) { return LZMA_FILTER_X86; }
static inline lzma_vli nlzma_filter_lzma2(void) { return LZMA_FILTER_LZMA2; }
static inline lzma_vli nlzma_no_more_filters(void) { return LZMA_VLI_UNKNOWN; }
