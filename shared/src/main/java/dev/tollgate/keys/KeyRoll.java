package dev.tollgate.keys;

import dev.tollgate.base.log.Event;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises unknown keys without a database query for each: a cache of unknown keys would not help, because a flood of random keys never
 * repeats one.
 *
 * <p>If only this process writes, the roll is always complete. If several servers share a database, a caller with an unknown key waits until the
 * keys added since have been read: one query for all that wait, at most one in {@link #SPACING}, none without unknown keys. So a key that
 * another server has created works here immediately. In a flood the roll is trusted for {@link #BELIEVED}, while reads go on. Thread-safe.
 */
final class KeyRoll {

    /** The roll's knowledge of a key. */
    enum Entry {
        /** The key very probably exists: look it up. */
        LISTED,
        /** The key does not exist. */
        UNKNOWN,
        /** Another server may have made it: {@link #readOn} and ask again. */
        PERHAPS_NEW
    }

    /** The most keys of a roll. Beyond it the roll stays empty, and every unknown key is looked up: the table would take more than 120 MB. */
    static final int KEYS_MAX = 5_000_000;

    /** The number of unknown keys a second from which on reads are shared. */
    static final int CROWD = 50;

    /** The most callers that may wait for one read. */
    static final int WAITING_MAX = 5_000;

    static final Duration SPACING = Duration.ofMillis(50);
    static final Duration FRESH = Duration.ofMillis(300);
    static final Duration BELIEVED = Duration.ofMillis(700);
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int PAGE = 10_000;

    /**
     * A number is given before it can be seen. Read again are so many before the last one seen: several times as many as all keys that
     * a batch of the writer can make.
     */
    private static final int OVERLAP = 1_000;

    private static final String LAST = "SELECT COALESCE(MAX(number), 0) FROM api_key";
    private static final String SELECT_PAGE = "SELECT hash FROM api_key WHERE hash > ? ORDER BY hash LIMIT " + PAGE;
    private static final String SELECT_OLD_PAGE =
            "SELECT old_hash FROM api_key WHERE old_hash > ? ORDER BY old_hash LIMIT " + PAGE;
    private static final String COUNT_NEW = "SELECT COUNT(*), COALESCE(MAX(number), 0) FROM api_key WHERE number >= ?";
    private static final String SELECT_NEW =
            "SELECT number, hash FROM api_key WHERE number >= ? ORDER BY number LIMIT " + PAGE;

    private static final Logger log = LoggerFactory.getLogger(KeyRoll.class);

    private final Database database;
    private final boolean shared;
    private final KeyHashes hashes = new KeyHashes();
    private final AtomicLong readings = new AtomicLong();
    private final AtomicLong secondNanos = new AtomicLong(System.nanoTime());
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean complete;

    /** The start of the last successful read. */
    private volatile long readNanos;

    // guarded by this
    private long lastNumber;
    private List<Consumer<Boolean>> waiting = new ArrayList<>();
    private boolean isReading;

    /** The rows of the last full read. Only the reading thread uses it. */
    private @Nullable Tail seen;

    KeyRoll(Database database) {
        this.database = database;
        this.shared = database.dialect() != Dialect.SQLITE;
    }

    /** Reads all keys, once; until then everything is {@link Entry#LISTED}. Blocks. */
    void load() {
        long began = System.nanoTime();
        long last = database.read(sql -> sql.number(LAST));
        for (String text : List.of(SELECT_PAGE, SELECT_OLD_PAGE)) {
            String after = "";
            while (after != null) {
                after = page(text, after);
            }
        }
        synchronized (this) {
            lastNumber = last;
        }
        readNanos = began;
        complete = hashes.size() <= KEYS_MAX;
        if (!complete) {
            log.warn("more than {} keys: each unknown key is looked up in the database", KEYS_MAX);
        }
    }

    /** @return the last of the page, null where there may be no further one */
    private @Nullable String page(String text, String after) {
        List<String> page = database.read(sql -> sql.list(text, row -> row.getString(1), after));
        page.forEach(this::add);
        return page.size() < PAGE || hashes.size() > KEYS_MAX ? null : page.getLast();
    }

    /** Adds a key. Call it before any response shows that the key exists. */
    void add(String hash) {
        if (!KeySecret.isHash(hash)) {
            return; // its account was deleted, and with it this key
        }
        if (hashes.size() <= KEYS_MAX) {
            hashes.add(hash);
        }
        if (hashes.size() > KEYS_MAX) {
            complete = false;
        }
    }

    Entry find(String hash) {
        if (!complete || hashes.contains(hash)) {
            return Entry.LISTED;
        }
        return shared && !isBelieved() ? Entry.PERHAPS_NEW : Entry.UNKNOWN;
    }

    private boolean isBelieved() {
        long now = System.nanoTime();
        long begun = secondNanos.get();
        if (now - begun > SECOND_NANOS && secondNanos.compareAndSet(begun, now)) {
            asked.set(0);
        }
        long age = now - readNanos;
        if (asked.incrementAndGet() <= CROWD || age > BELIEVED.toNanos()) {
            return false;
        }
        if (age > FRESH.toNanos()) {
            readOn(read -> {});
        }
        return true;
    }

    /** Returns the number of reads of new keys. */
    long readings() {
        return readings.get();
    }

    /**
     * Waits, without blocking, for a read of new keys that starts after this call.
     *
     * @param then called exactly once, on another thread, with whether the read took place; false immediately if too many callers wait
     */
    void readOn(Consumer<Boolean> then) {
        synchronized (this) {
            if (waiting.size() < WAITING_MAX) {
                waiting.add(then);
                if (!isReading) {
                    isReading = true;
                    Thread.ofVirtual().name("read-keys").start(this::readForAll);
                }
                return;
            }
        }
        then.accept(false);
    }

    private void readForAll() {
        for (List<Consumer<Boolean>> all = next(); !all.isEmpty(); all = next()) {
            long began = System.nanoTime();
            boolean read = readNew();
            all.forEach(each -> each.accept(read));
            long over = System.nanoTime() - began;
            LockSupport.parkNanos(SPACING.toNanos() - over);
        }
    }

    /** Returns the waiting callers; without any the reading ends. */
    private synchronized List<Consumer<Boolean>> next() {
        List<Consumer<Boolean>> all = waiting;
        waiting = new ArrayList<>();
        isReading = !all.isEmpty();
        return all;
    }

    /** Blocks. @return whether the database could be asked */
    private boolean readNew() {
        long began = System.nanoTime();
        readings.incrementAndGet();
        try {
            long from;
            synchronized (this) {
                from = Math.max(0, lastNumber - OVERLAP);
            }
            Tail tail = tail(from);
            if (!tail.equals(seen)) {
                seen = null;
                long last = readFrom(from);
                synchronized (this) {
                    seen = last <= lastNumber ? tail : null;
                    lastNumber = Math.max(lastNumber, last);
                }
            }
            readNanos = began;
            return true;
        } catch (RuntimeException e) {
            log.error(Event.STORE_UNAVAILABLE, "new keys could not be read", e);
            return false;
        }
    }

    /** @return the last number */
    private long readFrom(long first) {
        long from = first;
        long next;
        List<Numbered> page;
        do {
            next = from;
            page = numbered(next);
            page.forEach(each -> add(each.hash()));
            from = page.isEmpty() ? from : page.getLast().number();
        } while (page.size() == PAGE && from > next);
        return from;
    }

    /** The rows from a number on: a key that is committed late changes the count. */
    private record Tail(long from, long count, long last) {}

    private Tail tail(long from) {
        Tail tail =
                database.read(sql -> sql.one(COUNT_NEW, row -> new Tail(from, row.getLong(1), row.getLong(2)), from));
        return Objects.requireNonNull(tail);
    }

    private List<Numbered> numbered(long from) {
        return database.read(sql -> sql.list(SELECT_NEW, row -> new Numbered(row.getLong(1), row.getString(2)), from));
    }

    private record Numbered(long number, String hash) {}
}
