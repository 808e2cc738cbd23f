package dev.tollgate.upstreams.sessions;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The prompts that sessions have sent to this node lately, by checksums without any text (E86). Owns them for all loops: thread-safe, and the lock is held
 * for a look or a change alone, never while a prompt is read.
 */
public final class PromptMemory {

    static final int PROMPTS_MAX = 4;
    static final int SESSIONS_MAX = 128;
    static final long ACCOUNT_BYTES_MAX = 4 << 20;
    static final Duration KEPT = Duration.ofHours(2);

    private static final long BYTES_MAX = 32 << 20;
    private static final int PART_OF_HEAP = 16;
    private static final long SESSION_BYTES = 256;

    private final InstantSource clock;
    private final long bytesMax;
    /** The sessions by key, in the order in which they were kept. */
    private final LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>();

    private final Map<String, Account> accounts = new HashMap<>();
    private long bytes;

    /**
     * A prompt that was answered.
     *
     * @param print as the caller wrote it
     * @param sent the same if it was sent so
     * @param tokens as the upstream has counted them
     * @param project the place of the project that answered
     */
    record Prompt(PromptPrint print, PromptPrint sent, long tokens, long project, long atMillis) {}

    /** @param prompts the earliest first */
    private record Session(String accountId, List<Prompt> prompts, long bytes) {

        static Session of(String accountId, List<Prompt> prompts) {
            long bytes = SESSION_BYTES;
            for (Prompt prompt : prompts) {
                bytes += prompt.print().memoryBytes()
                        + (prompt.sent() == prompt.print() ? 0 : prompt.sent().memoryBytes());
            }
            return new Session(accountId, List.copyOf(prompts), bytes);
        }
    }

    private static final class Account {
        /** The keys of its sessions in the same order. */
        private final LinkedHashSet<Long> sessions = new LinkedHashSet<>();

        private long bytes;
    }

    PromptMemory(InstantSource clock, long bytesMax) {
        this.clock = clock;
        this.bytesMax = bytesMax;
    }

    /** Returns a memory of 32 MiB, or less if the heap is small. */
    public static PromptMemory ofHeap(InstantSource clock) {
        return new PromptMemory(clock, Math.min(BYTES_MAX, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
    }

    /** Compares a prompt with those that its session has sent before. */
    public CallPrompt look(CallSession session, PromptParts parts) {
        long now = clock.millis();
        Prompt nearest = null;
        long most = -1;
        for (Prompt prompt : fresh(session, now)) {
            long bytes = prompt.sent().bytes(prompt.sent().common(parts.sent()));
            if (bytes >= most) {
                nearest = prompt;
                most = bytes;
            }
        }
        return new CallPrompt(this, session, parts, nearest == null ? null : earlier(nearest, parts, most, now));
    }

    private static CallPrompt.Earlier earlier(Prompt prompt, PromptParts parts, long commonBytes, long now) {
        PromptPrint print = prompt.print();
        int common = print.common(parts.print());
        long bytes = prompt.sent().bytes(prompt.sent().parts());
        double written = (double) print.bytes(common) / Math.max(1, print.bytes(print.parts()));
        boolean isTranslation = 2.0 * commonBytes < written * bytes;
        return new CallPrompt.Earlier(
                prompt.tokens(),
                bytes,
                commonBytes,
                isTranslation ? null : parts.path().apply(common),
                prompt.project(),
                Math.max(0, now - prompt.atMillis()));
    }

    /** Returns a new list: each call of a session asks twice, and a stream would cost it more than the comparison. */
    private List<Prompt> fresh(CallSession session, long now) {
        List<Prompt> fresh = new ArrayList<>(PROMPTS_MAX);
        Session known = known(session.key());
        if (known != null && known.accountId().equals(session.accountId())) {
            for (Prompt prompt : known.prompts()) {
                if (prompt.atMillis() > now - KEPT.toMillis()) {
                    fresh.add(prompt);
                }
            }
        }
        return fresh;
    }

    private synchronized @Nullable Session known(long key) {
        return sessions.get(key);
    }

    /** Keeps a prompt that was answered. It replaces the prompt that it continues, else the earliest of four. */
    void keep(CallSession session, PromptParts parts, long tokens, long project) {
        PromptPrint print = parts.print();
        long now = clock.millis();
        List<Prompt> prompts = fresh(session, now);
        Prompt continued = null;
        for (Prompt prompt : prompts) {
            int known = prompt.print().parts();
            if (prompt.print().common(print) == known
                    && (continued == null || known > continued.print().parts())) {
                continued = prompt;
            }
        }
        prompts.remove(continued);
        if (prompts.size() == PROMPTS_MAX) {
            prompts.removeFirst();
        }
        prompts.add(new Prompt(print, parts.sent(), tokens, project, now));
        put(session.key(), Session.of(session.accountId(), prompts), now);
    }

    /** Makes room first. */
    private synchronized void put(long key, Session session, long now) {
        remove(key);
        long more = session.bytes();
        Account account = accounts.getOrDefault(session.accountId(), new Account());
        while (account.sessions.size() >= SESSIONS_MAX || account.bytes + more > ACCOUNT_BYTES_MAX) {
            remove(account.sessions.getFirst());
        }
        while (!sessions.isEmpty()
                && (bytes + more > bytesMax || isOld(sessions.firstEntry().getValue(), now))) {
            remove(sessions.firstEntry().getKey());
        }
        sessions.put(key, session);
        account = accounts.computeIfAbsent(session.accountId(), _ -> new Account());
        account.sessions.add(key);
        account.bytes += more;
        bytes += more;
    }

    private static boolean isOld(Session session, long now) {
        return session.prompts().getLast().atMillis() <= now - KEPT.toMillis();
    }

    private void remove(long key) {
        Session session = sessions.remove(key);
        if (session != null) {
            Account account = Objects.requireNonNull(accounts.get(session.accountId()));
            account.sessions.remove(key);
            account.bytes -= session.bytes();
            bytes -= session.bytes();
            if (account.sessions.isEmpty()) {
                accounts.remove(session.accountId());
            }
        }
    }

    /** Returns the bytes of all prompts. */
    public synchronized long bytes() {
        return bytes;
    }
}
