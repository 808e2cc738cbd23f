package dev.tollgate.payments;

import dev.tollgate.ledger.FreeCredits;
import dev.tollgate.ledger.Grant;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;

/**
 * Payments in which no money moves, for trying things out. Made only where nothing but the sandbox answers: beside a real upstream they would be
 * free money. Thread-safe; blocks.
 */
public final class TestPayments {

    public static final long DOLLARS_MAX = 1_000;

    /** A credit is half a cent. */
    private static final long MICROS_A_DOLLAR = 200_000_000L;

    private final Writer writer;
    private final InstantSource clock;

    public TestPayments(Writer writer, InstantSource clock) {
        this.writer = writer;
        this.clock = clock;
    }

    /** What so many dollars buy, micro-credits. */
    public static long micros(long dollars) {
        return Math.multiplyExact(dollars, MICROS_A_DOLLAR);
    }

    /**
     * @param dollars 1 to {@value #DOLLARS_MAX}
     * @param id of this payment: it is made once, however often it is asked for
     * @return whether the credits are there
     */
    public boolean pay(String accountId, long dollars, String id) {
        if (dollars < 1 || dollars > DOLLARS_MAX) {
            throw new IllegalArgumentException("a test payment is 1 to " + DOLLARS_MAX + " dollars");
        }
        Grant grant = new Grant(
                accountId,
                micros(dollars),
                "Test payment of $" + dollars + ", no money moved",
                FreeCredits.ofTestPayment(accountId, id),
                clock.instant());
        writer.commitAndWait(Unit.of(grant));
        return grant.outcome() instanceof Grant.Granted || grant.outcome() instanceof Grant.GrantedBefore;
    }
}
