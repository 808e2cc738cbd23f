package dev.tollgate.books.tasks;

import dev.tollgate.books.ledger.Resolution;

/**
 * Ends the task of a reservation with what the ledger charged; does nothing where the reservation had ended before.
 *
 * @param resolution of the same unit
 * @param status not {@code PROCESSING}
 * @param model as the answer named it
 */
public record CloseTask(Resolution resolution, TaskStatus status, String model, TaskResult result)
        implements TaskChange {

    public CloseTask {
        if (status == TaskStatus.PROCESSING) {
            throw new IllegalArgumentException("a task that ends is not processing");
        }
    }
}
