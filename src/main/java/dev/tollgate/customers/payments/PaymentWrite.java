package dev.tollgate.customers.payments;

import java.sql.SQLException;

/** A change that only writes: whatever it finds, there is nothing to decide. */
@FunctionalInterface
non-sealed interface PaymentWrite extends PaymentChange {

    /** Runs on the writer's thread. */
    void to(PaymentWriting rows) throws SQLException;
}
