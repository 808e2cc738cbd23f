package dev.tollgate.base.log;

import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * What a line of the log tells of, as a word that stays what it is while sentences are written anew. The list is closed; lines of no event of
 * their own are {@link #NOTE}. To the logger it is a marker without references.
 */
@SuppressWarnings("deprecation") // whoever makes a marker has to say that it has none of its own
public enum Event implements Marker {
    /** A request is over. */
    ACCESS,
    /** All that has no word of its own. */
    NOTE,
    /** The server is ready, after it was not. */
    READY,
    /** It is not, and says why. */
    NOT_READY,
    /** The database does not take, or does not give, what it is asked. */
    STORE_UNAVAILABLE(true),
    /** It does again. */
    STORE_BACK,
    /** It lost what it had confirmed. */
    STORE_WENT_BACK,
    /** The disk of the data folder is full. */
    DISK_FULL,
    /** What a node holds in the cluster was not renewed. */
    LEASE_NOT_RENEWED,
    LEASE_LOST,
    /** Of calls that a dead node has left open. */
    HOLDS_GIVEN_BACK,
    /** The books do not add up. */
    LEDGER_DIFFERENCE,
    /** A call used what nothing covered. */
    SHORTFALL,
    /** A channel has reported what cannot be charged as it is. */
    USAGE_ANOMALY,
    /** A call was not answered by the upstream. */
    UPSTREAM_FAILED,
    CHANNEL_FAILING,
    CHANNEL_MISCONFIGURED,
    CHANNEL_NO_QUOTA,
    /** None serves a model that is sold. */
    CHANNELS_NOT_SERVING,
    CHANNELS_READ,
    CHANNELS_NOT_READ,
    MODEL_RETIRED,
    /** The files of the operator's address have changed and were taken, or could not be: then what they were stays. */
    CERTIFICATES_READ,
    CERTIFICATES_NOT_READ,
    /** A request has met a fault of ours. */
    REQUEST_FAULT,
    /** A call has. */
    CALL_FAULT,
    MAIL_FAILED,
    PAYMENT_FAILED,
    SIGN_IN_FAILED,
    /** A file of a kept answer, or of a medium, cannot be written or read. */
    SPOOL_FAILED,
    THREAD_ENDED,
    /** The collector did not take them. */
    SPANS_LOST,
    /** Lines of some event came too often. */
    LINES_LEFT_OUT,
    /** Lines could not be written. */
    LINES_LOST;

    private final boolean oneCause;

    Event() {
        this(false);
    }

    /** @param oneCause whether one stack trace tells of all of them */
    Event(boolean oneCause) {
        this.oneCause = oneCause;
    }

    boolean isOneCause() {
        return oneCause;
    }

    /** In lines. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String getName() {
        return word();
    }

    @Override
    public void add(Marker reference) {
        throw new UnsupportedOperationException("an event has no references");
    }

    @Override
    public boolean remove(Marker reference) {
        return false;
    }

    @Override
    @Deprecated
    public boolean hasChildren() {
        return false;
    }

    @Override
    public boolean hasReferences() {
        return false;
    }

    @Override
    public Iterator<Marker> iterator() {
        return Collections.emptyIterator();
    }

    @Override
    public boolean contains(@Nullable Marker other) {
        return this == other;
    }

    @Override
    public boolean contains(@Nullable String name) {
        return word().equals(name);
    }
}
