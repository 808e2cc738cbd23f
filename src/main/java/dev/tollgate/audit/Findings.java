package dev.tollgate.audit;

import dev.tollgate.money.Credits;
import java.util.function.Consumer;

/** Where a check puts what does not add up. */
final class Findings {

    private final Consumer<String> lines;
    private long count;

    Findings(Consumer<String> lines) {
        this.lines = lines;
    }

    void add(String sentence) {
        count++;
        lines.accept(sentence);
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
}
