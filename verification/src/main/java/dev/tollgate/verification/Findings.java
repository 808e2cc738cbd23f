package dev.tollgate.verification;

import dev.tollgate.base.money.Credits;
import java.math.BigDecimal;
import java.util.function.Consumer;

/** The collector of the differences that a check finds. */
final class Findings {

    private final Consumer<String> lines;
    private long count;
    private boolean isUsageNamed;

    Findings(Consumer<String> lines) {
        this.lines = lines;
    }

    void add(String sentence) {
        count++;
        lines.accept(sentence);
    }

    /** Adds a difference that a command can mend, and names that once. */
    void usage(UsageDifference difference) {
        add(difference.sentence() + (isUsageNamed ? "" : "; './tollgate ledger rebuild-usage' adds up usage again"));
        isUsageNamed = true;
    }

    /** Adds "… is A, … B" where two amounts that must be the same are not. */
    void same(String what, long micros, String other, long otherMicros) {
        if (micros != otherMicros) {
            add(what + " " + credits(micros) + ", " + other + " " + credits(otherMicros));
        }
    }

    boolean none() {
        return count == 0;
    }

    static String credits(long micros) {
        return Credits.text(micros);
    }

    /** Returns the credits of an amount in micro-credits. */
    static String credits(BigDecimal micros) {
        BigDecimal credits = micros.movePointLeft(6).stripTrailingZeros();
        return credits.signum() == 0 ? "0" : credits.toPlainString();
    }
}
