const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/** As many digits as the shortest whole number that 64 bits may not hold. */
const LONG_DIGITS = /\d{19}/;

/**
 * JSON as EventBridge takes it: whole numbers of 64 bits at most. A longer one, as in an intent's
 * parameters, is the same number written with an exponent.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function detailText(json: string): string {
  if (!LONG_DIGITS.test(json)) return json;
  return json.replace(STRING_OR_NUMBER, (token) =>
    /^-?\d+$/.test(token) && !fitsIn64Bits(BigInt(token)) ? Number(token).toExponential() : token,
  );
}

function fitsIn64Bits(whole: bigint): boolean {
  return BigInt.asIntN(64, whole) === whole;
}
