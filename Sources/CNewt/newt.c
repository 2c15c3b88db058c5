#include <dlfcn.h>
#include <stddef.h>
#include "CNewt.h"

static struct nodewright_newt newt;

#define BIND(field, name) \
    do { \
        *(void **)(&newt.field) = dlsym(library, #name); \
        if (!newt.field) return NULL; \
    } while (0)

const struct nodewright_newt *nodewright_newt_open(void) {
    // The name with its version: what libnewt's package of every distribution has (symbol version NEWT_0.52).
    void *library = dlopen("libnewt.so.0.52", RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    BIND(init, newtInit);
    BIND(finished, newtFinished);
    BIND(cls, newtCls);
    BIND(refresh, newtRefresh);
    BIND(resizeScreen, newtResizeScreen);
    BIND(clearKeyBuffer, newtClearKeyBuffer);
    BIND(drawRootText, newtDrawRootText);
    BIND(pushHelpLine, newtPushHelpLine);
    BIND(openWindow, newtOpenWindow);
    BIND(popWindow, newtPopWindow);
    BIND(form, newtForm);
    BIND(formDestroy, newtFormDestroy);
    BIND(formAddComponent, newtFormAddComponent);
    BIND(formSetHeight, newtFormSetHeight);
    BIND(formSetWidth, newtFormSetWidth);
    BIND(formSetCurrent, newtFormSetCurrent);
    BIND(formGetCurrent, newtFormGetCurrent);
    BIND(formAddHotKey, newtFormAddHotKey);
    BIND(formSetTimer, newtFormSetTimer);
    BIND(formRun, newtFormRun);
    BIND(drawForm, newtDrawForm);
    BIND(verticalScrollbar, newtVerticalScrollbar);
    BIND(label, newtLabel);
    BIND(labelSetText, newtLabelSetText);
    BIND(labelSetColors, newtLabelSetColors);
    BIND(textbox, newtTextbox);
    BIND(textboxSetText, newtTextboxSetText);
    BIND(entry, newtEntry);
    BIND(entryGetValue, newtEntryGetValue);
    BIND(checkbox, newtCheckbox);
    BIND(checkboxGetValue, newtCheckboxGetValue);
    BIND(listbox, newtListbox);
    BIND(listboxAppendEntry, newtListboxAppendEntry);
    BIND(listboxSetCurrent, newtListboxSetCurrent);
    BIND(listboxGetCurrent, newtListboxGetCurrent);
    BIND(listboxSetWidth, newtListboxSetWidth);
    BIND(compactButton, newtCompactButton);
    BIND(scale, newtScale);
    BIND(scaleSet, newtScaleSet);
    BIND(componentAddCallback, newtComponentAddCallback);
    return &newt;
}
