package dev.tollgate.base.log;

import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * The event of a log line: a word that stays stable when sentences are reworded. The list is closed; lines without an event of
 * their own are {@link #NOTE}. For the logger it is a marker without references.
 */
@SuppressWarnings("deprecation") // a marker must declare that it has no references
public enum Event implements Marker {
    /** A request is over. */
    ACCESS,
    /** A line without an event of its own. */
    NOTE,
    /** The server is ready, after it was not. */
    READY,
    /** The server is not ready, and the line has the reason. */
    NOT_READY,
    /** The database fails to write or read. */
    STORE_UNAVAILABLE(true),
    /** The file of the embedded database is damaged. */
    STORE_DAMAGED(true),
    /** The database works again. */
    STORE_BACK,
    /** The database lost confirmed data. */
    STORE_WENT_BACK,
    /** A standby of the database has taken over. */
    PRIMARY_CHANGED,
    /** More than one database server says that it is the primary. */
    SECOND_PRIMARY,
    /** The disk of the data folder is full. */
    DISK_FULL,
    /** No copy of the books was made, and the line has the reason. */
    BACKUP_FAILED,
    /** A copy of the books was made, after a failure. */
    BACKUP_MADE,
    /** A node's lease was not renewed. */
    LEASE_NOT_RENEWED,
    LEASE_LOST,
    /** A clock of this machine that is far from the database's. */
    CLOCK_OFF,
    /** The holds of calls that a dead node left open were released. */
    HOLDS_GIVEN_BACK,
    /** The books do not add up. */
    LEDGER_DIFFERENCE,
    /** A call used more than its hold and balance covered. */
    SHORTFALL,
    /** A channel reported usage that cannot be charged as reported. */
    USAGE_ANOMALY,
    /** A call was not answered by the upstream. */
    UPSTREAM_FAILED,
    CHANNEL_FAILING,
    CHANNEL_MISCONFIGURED,
    CHANNEL_NO_QUOTA,
    /** No channel serves a model that is sold. */
    CHANNELS_NOT_SERVING,
    CHANNELS_READ,
    CHANNELS_NOT_READ,
    MODEL_RETIRED,
    /** The model that answered is not the model of the request. */
    MODEL_ANSWERED,
    /** The files of the operator's address have changed. If the new ones cannot be used, the former ones stay in use. */
    CERTIFICATES_READ,
    CERTIFICATES_NOT_READ,
    /** A request failed because of a fault in Tollgate. */
    REQUEST_FAULT,
    /** A call failed because of a fault in Tollgate. */
    CALL_FAULT,
    MAIL_FAILED,
    PAYMENT_FAILED,
    SIGN_IN_FAILED,
    /** A file of a kept answer, or of a medium, cannot be written or read. */
    SPOOL_FAILED,
    THREAD_ENDED,
    /** The collector did not receive spans. */
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

    /** Returns the word for lines of the log. */
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
