package dev.tollgate.base.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Room for answers that are collected before they leave, on the heap: whole bodies, and texts that the end of a stream repeats.
 *
 * <p>An account gets as much room as it leaves to others. If an answer that grows finds none, the largest answer of the account with the most has to
 * leave: it ends where it is, its caller gets the end, and its room is free once that is sent. Until then the growing answer waits. If others wait and
 * that end has not left soon afterwards, its connection is closed, so that no caller who does not read keeps others waiting.
 *
 * <p>An answer that yields, since no caller waits for it, makes no other one leave, and leaves before all that do not.
 *
 * <p>Thread-safe. Holders are called without the lock, from any thread.
 */
public final class AnswerRoom {

    /** The first bytes of each response, which lie in the piece that its exchange has reserved (Unread) and are not counted here. */
    static final int FREE_BYTES = 8 * 1024;

    private static final int PART_OF_HEAP = 8;

    private final long bytesMax;
    private final Executor soon;
    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<Share, Long> waiting = new LinkedHashMap<>();
    private long taken;
    private long leaving;
    private long waitingBytes;
    private long cut;

    /** The reply to an answer that grows. */
    public enum Reply {
        /** The room was free, and is taken now. */
        TAKEN,
        /** The holder is called again when there may be room. */
        LATER,
        /** The answer has to end. */
        NEVER
    }

    /** The call whose answer is collected. Its methods return at once. */
    public interface Holder {

        /** Announces that there may be room again. */
        void again();

        /** The answer has to end. */
        void leave();

        /** The end of the answer has to be dropped, and its share to be released. */
        void close();
    }

    /** @param soon runs a task later, when an end that its caller reads has left */
    public AnswerRoom(long bytesMax, Executor soon) {
        this.bytesMax = bytesMax;
        this.soon = soon;
    }

    /** Takes an eighth of what this process may have. */
    public static AnswerRoom ofHeap(Executor soon) {
        return new AnswerRoom(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, soon);
    }

    /** Opens a share for one answer, which has to be released. */
    public Share share(String accountId, Holder holder) {
        return share(accountId, holder, false);
    }

    /** @param yields whether no caller waits for the answer, so that others come first */
    public Share share(String accountId, Holder holder, boolean yields) {
        return new Share(accountId, holder, yields);
    }

    /** Returns what is taken, in bytes. */
    public synchronized long bytes() {
        return taken;
    }

    /** Returns how many answers had to end. */
    public synchronized long cut() {
        return cut;
    }

    private static final class Account {
        private final Set<Share> shares = new HashSet<>();
        private long taken;
    }

    /** The room of one answer. */
    public final class Share {

        private final String accountId;
        private final Holder holder;
        private final boolean yields;
        private long wanted;
        private long held;
        private boolean isLeaving;

        private Share(String accountId, Holder holder, boolean yields) {
            this.accountId = accountId;
            this.holder = holder;
            this.yields = yields;
        }

        /** Takes so much more. A reply of {@link Reply#LATER} takes nothing. */
        public Reply take(long bytes) {
            long more = Math.max(0, wanted + bytes - FREE_BYTES) - held;
            Reply reply = more == 0 ? Reply.TAKEN : AnswerRoom.this.take(this, more);
            if (reply == Reply.TAKEN) {
                wanted += bytes;
            }
            return reply;
        }

        /** Gives back everything. */
        public void release() {
            wanted = 0;
            AnswerRoom.this.release(this);
        }
    }

    private Reply take(Share share, long more) {
        Share leaver;
        synchronized (this) {
            stopWaiting(share);
            if (share.isLeaving || share.held + more > bytesMax / 2) {
                return Reply.NEVER;
            }
            Account account = accounts.get(share.accountId);
            if ((account == null ? 0 : account.taken) + more <= bytesMax - taken - more) {
                add(share, more);
                return Reply.TAKEN;
            }
            if (share.yields) {
                return Reply.NEVER;
            }
            waiting.put(share, more);
            waitingBytes += more;
            leaver = leaving < waitingBytes ? leaver(share, account == null ? more : account.taken + more) : null;
            if (leaver == share) {
                stopWaiting(share);
            }
        }
        if (leaver != null) {
            Share its = leaver;
            if (its != share) {
                its.holder.leave();
            }
            soon.execute(() -> closeIfAwaited(its));
        }
        return leaver == share ? Reply.NEVER : Reply.LATER;
    }

    private void stopWaiting(Share share) {
        Long bytes = waiting.remove(share);
        waitingBytes -= bytes == null ? 0 : bytes;
    }

    private void add(Share share, long bytes) {
        Account account = accounts.computeIfAbsent(share.accountId, id -> new Account());
        account.shares.add(share);
        account.taken += bytes;
        share.held += bytes;
        taken += bytes;
    }

    /**
     * Chooses the largest answer that yields, or else that of the account with the most.
     *
     * @param wanted what the account of the asking answer would have
     * @return null if all answers of that account are leaving
     */
    private @Nullable Share leaver(Share asking, long wanted) {
        Account most = accounts.values().stream()
                .max(Comparator.comparingLong(account -> account.taken))
                .orElse(null);
        Account its = accounts.get(asking.accountId);
        Account larger = most == null || wanted >= most.taken ? its : most;
        Share largest = largest(accounts.values().stream()
                .flatMap(account -> account.shares.stream())
                .filter(share -> share.yields));
        if (largest == null) {
            largest = larger == null ? asking : largest(larger.shares.stream());
        }
        if (largest != null) {
            largest.isLeaving = true;
            leaving += largest.held;
            cut++;
        }
        return largest;
    }

    private static @Nullable Share largest(Stream<Share> shares) {
        return shares.filter(share -> !share.isLeaving)
                .max(Comparator.comparingLong(share -> share.held))
                .orElse(null);
    }

    private void closeIfAwaited(Share share) {
        boolean isAwaited;
        synchronized (this) {
            if (share.held == 0) {
                return;
            }
            isAwaited = !waiting.isEmpty();
        }
        if (isAwaited) {
            share.holder.close();
        } else {
            soon.execute(() -> closeIfAwaited(share));
        }
    }

    private void release(Share share) {
        List<Share> next = List.of();
        synchronized (this) {
            stopWaiting(share);
            Account account = accounts.get(share.accountId);
            if (share.held > 0 && account != null) {
                long freed = share.held;
                leaving -= share.isLeaving ? freed : 0;
                taken -= freed;
                account.taken -= freed;
                share.held = 0;
                account.shares.remove(share);
                if (account.shares.isEmpty()) {
                    accounts.remove(share.accountId);
                }
                next = next(freed);
            }
        }
        next.forEach(woken -> woken.holder.again());
    }

    /** Chooses who may find room: those that have waited longest, or all if nothing more is leaving. */
    private List<Share> next(long freed) {
        List<Share> next = new ArrayList<>();
        long left = freed;
        Iterator<Map.Entry<Share, Long>> oldest = waiting.entrySet().iterator();
        while (oldest.hasNext() && (left > 0 || leaving == 0)) {
            Map.Entry<Share, Long> first = oldest.next();
            left -= first.getValue();
            waitingBytes -= first.getValue();
            next.add(first.getKey());
            oldest.remove();
        }
        return next;
    }
}
