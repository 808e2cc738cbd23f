package dev.tollgate.base.memory;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The part of the heap that requests may take together. An account may have at most as much as is still free: one account alone gets at most half, and
 * the next one finds as much room as it may have. Large requests leave a quarter to small ones. An account's large requests that are not
 * read yet may take an eighth of the free room, unless there is only one: reading them needs room, too.
 *
 * <p>Thread-safe, without a lock: a sum is raised first and lowered again where that was too much, so that two who take at once may both
 * be refused, but never both be let in beyond the limit.
 */
public final class MemoryBudget {

    private static final int SMALL_PART = 4;
    private static final int UNREAD_PART = 8;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final long bytesMax;
    private final long largeBytesMax;
    private final AtomicLong taken = new AtomicLong();
    private final ConcurrentHashMap<String, Party> accounts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Party> addresses = new ConcurrentHashMap<>();

    /** @param bytesMax of all requests together */
    public MemoryBudget(long bytesMax) {
        if (bytesMax < 1) {
            throw new IllegalArgumentException("a budget of " + bytesMax + " bytes");
        }
        this.bytesMax = bytesMax;
        this.largeBytesMax = bytesMax - bytesMax / SMALL_PART;
    }

    /** Half of what this process may have. */
    public static MemoryBudget ofHeap() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 2);
    }

    /** A sixteenth of it, for the heads of requests: what they take can keep no body out. */
    public static MemoryBudget ofHeads() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 16);
    }

    /**
     * Opens a lease for one request, which has to be released.
     *
     * @param accountId the account to charge; empty if unknown
     * @param address where the request comes from: charged, too, until it is read; null if no address is charged
     * @param isLarge whether it has to leave room to small ones
     */
    public Lease lease(String accountId, @Nullable String address, boolean isLarge) {
        Party account = accountId.isEmpty() ? null : Party.enter(accounts, accountId);
        return new Lease(this, account, address == null ? null : Party.enter(addresses, address), isLarge);
    }

    /** Returns the address that small requests take most for; null if there is none. */
    public @Nullable String largestAddress() {
        return addresses.values().stream()
                .max(Comparator.comparingLong(party -> party.small.get()))
                .map(party -> party.name)
                .orElse(null);
    }

    /** Returns the bytes that are charged now. */
    public long takenBytes() {
        return taken.get();
    }

    /** Returns the most bytes that one request may take: the share of an account that is alone. */
    public long shareBytesMax(boolean isLarge) {
        return limit(isLarge) / 2;
    }

    private long limit(boolean isLarge) {
        return isLarge ? largeBytesMax : bytesMax;
    }

    /**
     * Takes bytes if there is room, and returns whether there was.
     *
     * @param before what the request has taken already
     * @param address null once the request is read
     */
    boolean take(long bytes, long before, boolean isLarge, @Nullable Party account, @Nullable Party address) {
        long free = limit(isLarge) - taken.addAndGet(bytes);
        boolean fits = free >= 0;
        fits &= account == null || account.add(bytes, isLarge) <= free;
        fits &= address == null || address.add(bytes, isLarge) <= free;
        if (account != null && address != null && isLarge) {
            long unread = account.unread.addAndGet(bytes);
            fits &= unread <= free / UNREAD_PART || unread == before + bytes;
        }
        if (!fits) {
            give(bytes, isLarge, account, address);
        }
        return fits;
    }

    void give(long bytes, boolean isLarge, @Nullable Party account, @Nullable Party address) {
        taken.addAndGet(-bytes);
        if (account != null) {
            account.add(-bytes, isLarge);
        }
        if (address != null) {
            beingRead(bytes, isLarge, account, address);
        }
    }

    /** Reports bytes that are no longer unread. */
    static void beingRead(long bytes, boolean isLarge, @Nullable Party account, Party address) {
        address.add(-bytes, isLarge);
        if (account != null && isLarge) {
            account.unread.addAndGet(-bytes);
        }
    }

    ApiError tooLarge(boolean isLarge) {
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "The request is too large for this server: it would take more memory than the "
                                + shareBytesMax(isLarge) + " bytes that one account may have.")
                .withStatus(413);
    }

    static ApiError busy() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        sentence("The server is busy with large requests. Retry in a moment."))
                .withStatus(503)
                .retryAfter(SOON);
    }

    /** An account or an address, as long as a lease names it. */
    static final class Party {

        private final ConcurrentHashMap<String, Party> all;
        private final String name;
        private final AtomicLong small = new AtomicLong();
        private final AtomicLong large = new AtomicLong();
        private final AtomicLong unread = new AtomicLong();
        /** Changed only within the map's own lock of the name. */
        private int leases;

        private Party(ConcurrentHashMap<String, Party> all, String name) {
            this.all = all;
            this.name = name;
        }

        private static Party enter(ConcurrentHashMap<String, Party> all, String name) {
            return all.compute(name, (same, known) -> {
                Party party = known == null ? new Party(all, same) : known;
                party.leases++;
                return party;
            });
        }

        void leave() {
            all.computeIfPresent(name, (same, party) -> --party.leases == 0 ? null : party);
        }

        private long add(long bytes, boolean isLarge) {
            return (isLarge ? large : small).addAndGet(bytes);
        }
    }
}
