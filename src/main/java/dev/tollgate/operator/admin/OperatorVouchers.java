package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.payments.MakeVouchers;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Vouchers as an operator makes and lists them. Thread-safe; blocks. */
public final class OperatorVouchers {

    private final Vouchers vouchers;
    private final Writer writer;
    private final InstantSource clock;

    public OperatorVouchers(Vouchers vouchers, Writer writer, InstantSource clock) {
        this.vouchers = vouchers;
        this.writer = writer;
        this.clock = clock;
    }

    /**
     * Makes vouchers. Needs a reason, which is their note.
     *
     * @param count 1 to {@value Vouchers#AT_ONCE_MAX}
     * @param creditsMicros of each, above 0
     * @param expiresAt null: never
     * @return the codes, told here and nowhere else
     */
    public List<String> make(By by, int count, long creditsMicros, @Nullable Instant expiresAt) throws Refused {
        try {
            Vouchers.Made made = vouchers.draw(count, creditsMicros, by.needReason(), expiresAt, once(by));
            Deed deed = new Deed(
                    by.actor(),
                    "voucher.create",
                    "vouchers",
                    by.reason(),
                    clock.instant(),
                    () -> made.change().wasMadeBefore() ? null : made(made.change(), count, creditsMicros));
            writer.commitAndWait(Unit.of(made.change(), deed));
            if (made.change().wasMadeBefore()) {
                throw new Refused(
                        Refused.Why.CONFLICT,
                        "These vouchers were made before, and no others were made now. Their codes were shown then, once.");
            }
            return made.codes();
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String once(By by) {
        return by.requestId() == null
                ? null
                : by.actor().who() + " " + by.requestId().text();
    }

    private static Deed.Changed made(MakeVouchers change, int count, long creditsMicros) {
        return new Deed.Changed(
                null,
                new DeedJson()
                        .text("first", Long.toString(change.outcome()))
                        .text("count", Integer.toString(count))
                        .credits("credits", creditsMicros)
                        .end());
    }

    /** The newest first. @param before the last sequence of the page before */
    public List<Voucher> page(long before, int limit) throws Refused {
        try {
            return vouchers.page(before, limit);
        } catch (StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }
}
