// #embed is C23; clang takes it as an extension in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CReportPage.h"

static const unsigned char style[] = {
#embed "page.css"
};

static const unsigned char script[] = {
#embed "page.js"
};

const unsigned char *nodewright_page_style(void) { return style; }
const size_t nodewright_page_style_size = sizeof style;
const unsigned char *nodewright_page_script(void) { return script; }
const size_t nodewright_page_script_size = sizeof script;
