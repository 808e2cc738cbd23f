package dev.tollgate.tasks;

import dev.tollgate.ledger.Reserve;

/**
 * Opens the task of a reservation; does nothing where that is refused: refused calls have none (decision D41).
 *
 * @param reserve of the same unit
 */
public record OpenTask(Reserve reserve, String door, String model) implements TaskChange {

    @Override
    public boolean writes() {
        return reserve.reserved();
    }
}
