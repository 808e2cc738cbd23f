package dev.tollgate.admin;

import dev.tollgate.deeds.Deed;
import dev.tollgate.payments.Voucher;
import dev.tollgate.payments.Vouchers;
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
            Vouchers.Made made = vouchers.draw(count, creditsMicros, by.needReason(), expiresAt);
            Deed deed = new Deed(
                    by.actor(),
                    "voucher.create",
                    "vouchers",
                    by.reason(),
                    clock.instant(),
                    () -> new Deed.Changed(
                            null,
                            new DeedJson()
                                    .text("first", Long.toString(made.change().outcome()))
                                    .text("count", Integer.toString(count))
                                    .credits("credits", creditsMicros)
                                    .end()));
            writer.commitAndWait(Unit.of(made.change(), deed));
            return made.codes();
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
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
