#pragma once
#include <newt.h>

// newt's functions, bound when the first screen is drawn: nodectl also runs in the initramfs and on images without newt, so
// it must not be linked with it.
struct nodewright_newt {
    __typeof__(newtInit) *init;
    __typeof__(newtFinished) *finished;
    __typeof__(newtCls) *cls;
    __typeof__(newtRefresh) *refresh;
    __typeof__(newtResizeScreen) *resizeScreen;
    __typeof__(newtClearKeyBuffer) *clearKeyBuffer;
    __typeof__(newtDrawRootText) *drawRootText;
    __typeof__(newtPushHelpLine) *pushHelpLine;
    __typeof__(newtOpenWindow) *openWindow;
    __typeof__(newtPopWindow) *popWindow;
    __typeof__(newtForm) *form;
    __typeof__(newtFormDestroy) *formDestroy;
    __typeof__(newtFormAddComponent) *formAddComponent;
    __typeof__(newtFormSetHeight) *formSetHeight;
    __typeof__(newtFormSetWidth) *formSetWidth;
    __typeof__(newtFormSetCurrent) *formSetCurrent;
    __typeof__(newtFormGetCurrent) *formGetCurrent;
    __typeof__(newtFormAddHotKey) *formAddHotKey;
    __typeof__(newtFormSetTimer) *formSetTimer;
    __typeof__(newtFormRun) *formRun;
    __typeof__(newtDrawForm) *drawForm;
    __typeof__(newtVerticalScrollbar) *verticalScrollbar;
    __typeof__(newtLabel) *label;
    __typeof__(newtLabelSetText) *labelSetText;
    __typeof__(newtLabelSetColors) *labelSetColors;
    __typeof__(newtTextbox) *textbox;
    __typeof__(newtTextboxSetText) *textboxSetText;
    __typeof__(newtEntry) *entry;
    __typeof__(newtEntryGetValue) *entryGetValue;
    __typeof__(newtCheckbox) *checkbox;
    __typeof__(newtCheckboxGetValue) *checkboxGetValue;
    __typeof__(newtListbox) *listbox;
    __typeof__(newtListboxAppendEntry) *listboxAppendEntry;
    __typeof__(newtListboxSetCurrent) *listboxSetCurrent;
    __typeof__(newtListboxGetCurrent) *listboxGetCurrent;
    __typeof__(newtListboxSetWidth) *listboxSetWidth;
    __typeof__(newtCompactButton) *compactButton;
    __typeof__(newtScale) *scale;
    __typeof__(newtScaleSet) *scaleSet;
    __typeof__(newtComponentAddCallback) *componentAddCallback;
};

/// newt, or nothing when the machine does not have it.
const struct nodewright_newt *nodewright_newt_open(void);
/// The component, key or reason with which a form ended: Swift does not see unions with anonymous enumerations.
static inline int nodewright_newt_reason(const struct newtExitStruct *ending) { return (int)ending->reason; }
static inline int nodewright_newt_key(const struct newtExitStruct *ending) { return ending->u.key; }
static inline newtComponent nodewright_newt_component(const struct newtExitStruct *ending) { return ending->u.co; }
