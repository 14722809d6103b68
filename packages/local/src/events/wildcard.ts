/**
 * EventBridge wildcards: `*` stands for any run of characters, `\*` and `\\` for themselves.
 * Matching never backtracks: each literal piece is taken at its first place, found in linear time.
 */

/** The literal pieces between the stars: `a*b` is `["a", "b"]`, `*` is `["", ""]`, `a` is `["a"]`. */
export type WildcardPieces = readonly string[];

/** @throws RangeError on two stars in a row, or a backslash before anything but `*` and `\`. */
export function parseWildcard(text: string): WildcardPieces {
  const pieces: string[] = [];
  let piece = "";
  for (let position = 0; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === "*") {
      if (text.charAt(position + 1) === "*") {
        throw new RangeError(`Consecutive wildcard characters at pos ${position}`);
      }
      pieces.push(piece);
      piece = "";
    } else if (character === "\\") {
      position += 1;
      piece += escaped(text, position);
    } else {
      piece += character;
    }
  }
  pieces.push(piece);
  return pieces;
}

function escaped(text: string, position: number): string {
  const character = text.charAt(position);
  if (character !== "*" && character !== "\\") {
    throw new RangeError(`Invalid escape character at pos ${position - 1}`);
  }
  return character;
}

export function matchesWildcard(pieces: WildcardPieces, value: string): boolean {
  const first = pieces.at(0) ?? "";
  if (pieces.length < 2) {
    return value === first;
  }
  const last = pieces.at(-1) ?? "";
  const end = value.length - last.length;
  if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) {
    return false;
  }
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = indexOfLinear(value, piece, from);
    if (found < 0 || found + piece.length > end) {
      return false;
    }
    from = found + piece.length;
  }
  return true;
}

/** `String.indexOf` may take text × piece steps; Knuth, Morris and Pratt take text + piece. */
function indexOfLinear(text: string, piece: string, from: number): number {
  const fallbacks = fallbackTable(piece);
  let matched = 0;
  for (let position = from; position < text.length; position += 1) {
    while (matched > 0 && piece.charCodeAt(matched) !== text.charCodeAt(position)) {
      matched = fallbacks[matched - 1] ?? 0;
    }
    if (piece.charCodeAt(matched) === text.charCodeAt(position)) {
      matched += 1;
    }
    if (matched === piece.length) {
      return position - matched + 1;
    }
  }
  return -1;
}

/** For each prefix of the piece: the length of its longest proper prefix that is also its suffix. */
function fallbackTable(piece: string): readonly number[] {
  const fallbacks: number[] = [0];
  let matched = 0;
  for (let position = 1; position < piece.length; position += 1) {
    while (matched > 0 && piece.charCodeAt(matched) !== piece.charCodeAt(position)) {
      matched = fallbacks[matched - 1] ?? 0;
    }
    if (piece.charCodeAt(matched) === piece.charCodeAt(position)) {
      matched += 1;
    }
    fallbacks.push(matched);
  }
  return fallbacks;
}
