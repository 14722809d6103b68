/**
 * The times that safety rests on, in milliseconds. They hold together: change one only with the
 * argument it stands in.
 */

/** A read of the facts that took longer is thrown away. */
export const READ_MS_MAX = 250;

/**
 * Between the two raises of an account's fence. Longer than any read that counts, so that none can
 * pair facts from before a change with the fence after it: a batch of reads is no snapshot.
 */
export const FENCE_SETTLE_MS = READ_MS_MAX + 50;

/**
 * How far this machine's clock may be from the service's, as a reply to a read states it: beyond it
 * nothing is committed. Twice the function's skew that is expected (5 s), the whole second that the
 * service's time is stated in and the time of a read stay far below. A stop, a day or an expiry is
 * late or early by no more than this.
 */
export const CLOCK_DIFFERENCE_MS_MAX = 30_000;

/** No commit is sent later than this after the read it relies on began. */
export const COMMIT_WINDOW_MS = 2_000;

/**
 * What one request of the consumer may take. With the window of a commit it bounds how long a change
 * for a tenant or for everyone may go unheeded, but for what the network holds back.
 */
export const REQUEST_MS_MAX = 1_000;
