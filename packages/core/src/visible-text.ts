/** Controls, bidirectional marks, line separators, surrogates alone and all that shows as nothing. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Text from outside as a person may read it: every character that shows as nothing, or that changes
 * how others show, stands there by its number, such as `⟨U+202E⟩`.
 */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `⟨U+${number}⟩`;
  });
}

/** Whether there is anything in a text to be seen: spaces are not, nor the blank of braille. */
export function hasVisibleText(text: string): boolean {
  return text.replace(HIDDEN, "").replace(/[\s\u2800]/gu, "") !== "";
}

/** Text from outside in quotation marks, which nothing in it can end. */
export function quotation(text: string): string {
  return `"${visibleText(text).replace(/["\\]/g, "\\$&")}"`;
}
