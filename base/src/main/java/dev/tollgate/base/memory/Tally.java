package dev.tollgate.base.memory;

/**
 * Charges a lease in steps, so that a value that is read costs an addition and no more. For one thread.
 *
 * <p>The figures are what a value takes at most on a 64-bit JVM with compressed references, rounded up, whatever becomes of it: a node of a
 * tree, a record, an entry in a table of names.
 */
public final class Tally {

    /** The most bytes that may exist before they are charged. */
    public static final int STEP_BYTES = 4096;

    private static final int SCALAR_BYTES = 72;
    private static final int NAME_BYTES = 136;
    private static final int OBJECT_BYTES = 200;
    private static final int ARRAY_BYTES = 112;

    private final Lease lease;
    private long pending;
    private long charged;

    public Tally(Lease lease) {
        this.lease = lease;
    }

    /** A number, a text without its characters, true, false or null. */
    public void scalar() {
        add(SCALAR_BYTES);
    }

    /** The name of a member. */
    public void name(String name) {
        add(NAME_BYTES + 2L * name.length());
    }

    public void object() {
        add(OBJECT_BYTES);
    }

    public void array() {
        add(ARRAY_BYTES);
    }

    /**
     * A text's characters.
     *
     * @param utf8Bytes its length in UTF-8: where it differs from that in characters, each takes two bytes
     */
    public void text(String text, long utf8Bytes) {
        add(utf8Bytes == text.length() ? utf8Bytes : 2L * text.length());
    }

    /** @throws dev.tollgate.base.error.ApiException 413 or 503, as {@link Lease#take} */
    public void add(long bytes) {
        pending += bytes;
        if (pending >= STEP_BYTES) {
            settle();
        }
    }

    /** Charges what is not charged yet. */
    public void settle() {
        lease.take(pending);
        charged += pending;
        pending = 0;
    }

    /** Returns part of the charge. */
    public void less(long bytes) {
        lease.give(bytes);
        charged -= bytes;
    }

    /** Returns the whole charge. */
    public void giveBack() {
        lease.give(charged);
        charged = 0;
        pending = 0;
    }

    /** Takes room for the time of some work, which is to be given back by {@link Lease#give}. */
    public Lease lease() {
        return lease;
    }
}
