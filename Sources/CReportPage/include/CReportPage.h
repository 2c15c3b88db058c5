#pragma once
#include <stddef.h>

// The style and the script of the pages that "report" and "diff" write, embedded so that a page needs nothing else.
const unsigned char *nodewright_page_style(void);
extern const size_t nodewright_page_style_size;
const unsigned char *nodewright_page_script(void);
extern const size_t nodewright_page_script_size;
