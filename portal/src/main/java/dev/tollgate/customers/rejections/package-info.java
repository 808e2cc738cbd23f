/**
 * Requests that were refused with a 4xx and created no task: the latest of each account with the reason ({@link RefusedCalls}), and their numbers in the
 * books by account, key, error and quarter of an hour ({@link RefusalBooks}).
 *
 * <p>Invariants: the list is of this server and in memory: at most {@value RefusedCalls#OF_ACCOUNT_MAX} are kept for an account, and at most
 * {@value RefusedCalls#ALL_MAX} in all, of the accounts refused last. A refusal writes nothing: numbers are added to the books every second and when the server
 * stops; a server that is killed loses the numbers of the last second. An account has at most {@value RefusalBooks#ROWS_MAX} rows in a quarter of an hour and
 * server, and one for each error of its other keys. Refusals without an account (an unknown key) are neither counted nor kept. So memory stays constant.
 *
 * <p>Threading: two locks, held for a few writes and never while waiting. Accepted calls do not come here.
 */
@NullMarked
package dev.tollgate.customers.rejections;

import org.jspecify.annotations.NullMarked;
