package dev.tollgate.upstreams.signatures;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.media.KeptFiles;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what earlier answers were signed with, and makes the changes that keep it. */
public final class Signatures {

    /** How long a signature is kept after its last use. */
    public static final Duration KEPT = Duration.ofDays(30);

    /** How often it is worth looking for old ones. */
    public static final Duration SWEEP_EVERY = Duration.ofMinutes(10);

    /** What the signatures of one account may take, in KiB; as many rows at most. */
    public static final long SHARE_KIB = 64 * 1024;

    /** Longer ones are not kept: Google names no limit, several thousand are usual. */
    static final int SIGNATURE_CHARS_MAX = 256 * 1024;

    static final int UPSTREAM_ID_CHARS_MAX = 1_024;

    /** The limit on signed parts of one answer. */
    static final int PARTS_MAX = 128;

    /** Calls and texts of one request that are looked up, the nearest to its end. */
    static final int LOOKUPS_MAX = 1_024;

    /** The limit on the signatures and parts that one request gets back; the nearest to its end win. */
    static final long REPLAY_BYTES_MAX = 8L << 20;

    /** A use is noted when the last note is this old: most reads write nothing. */
    private static final Duration TOUCH_AFTER = Duration.ofDays(1);

    private static final int FORGET_ROWS = 500;

    private static final Logger log = LoggerFactory.getLogger(Signatures.class);

    private final Database database;
    private final Writer writer;
    private final SecretBox secrets;
    private final SignatureSeal seal;
    private final KeptFiles kept;
    private final InstantSource clock;

    /** @param kept files that callers send back by their addresses */
    public Signatures(Database database, Writer writer, SecretBox secrets, KeptFiles kept, InstantSource clock) {
        this.kept = kept;
        this.database = database;
        this.writer = writer;
        this.secrets = secrets;
        this.seal = new SignatureSeal(secrets);
        this.clock = clock;
    }

    /** Goes after the ledger, whose outcomes it reads. */
    public static Part<?> part() {
        return part(SHARE_KIB);
    }

    /** @param shareKib what the signatures of one account may take */
    public static Part<?> part(long shareKib) {
        return new SignaturesPart(shareKib);
    }

    // ---- to keep ----

    /**
     * What goes with a settlement.
     *
     * @param model the upstream's name of the model
     * @param channel the name of the channel that answered
     * @return nothing if nothing was signed
     */
    public List<Change> keeping(
            Settle settle, String accountId, String model, String channel, List<SignedPart> signed) {
        Prints prints = new Prints(secrets.printer(), accountId);
        List<SignaturesPart.Row> rows = new ArrayList<>();
        for (SignedPart part : signed) {
            if (rows.size() < PARTS_MAX && isKept(part)) {
                rows.add(row(prints, settle, accountId, model, channel, part));
            }
        }
        return rows.isEmpty() ? List.of() : List.of(new SignaturesPart.Keep(settle, accountId, rows));
    }

    private static boolean isKept(SignedPart part) {
        return switch (part) {
            case SignedPart.Call call ->
                length(call.signature()) + length(call.before()) <= SIGNATURE_CHARS_MAX
                        && length(call.upstreamId()) <= UPSTREAM_ID_CHARS_MAX;
            case SignedPart.Text text -> text.signature().length() <= SIGNATURE_CHARS_MAX;
            case SignedPart.File file -> file.signature().length() <= SIGNATURE_CHARS_MAX;
            case SignedPart.SentBack back ->
                !back.signature().isEmpty() && length(back.upstreamId()) <= UPSTREAM_ID_CHARS_MAX;
        };
    }

    static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private SignaturesPart.Row row(
            Prints prints, Settle settle, String accountId, String model, String channel, SignedPart part) {
        String print =
                switch (part) {
                    case SignedPart.Call call -> prints.call(call.id(), call.name(), call.arguments());
                    case SignedPart.Text text -> prints.text(text.text());
                    case SignedPart.File file -> prints.file(file.head(), file.length());
                    case SignedPart.SentBack back -> prints.signature(back.signature());
                };
        long usedAt = settle.at().toEpochMilli();
        return switch (part) {
            case SignedPart.Call call -> {
                String sealed = seal.closed(joined(call), accountId, print);
                yield new SignaturesPart.Row(print, model, channel, call.first(), call.upstreamId(), sealed, usedAt);
            }
            case SignedPart.Text text -> signed(print, model, channel, text.signature(), accountId, usedAt);
            case SignedPart.File file -> signed(print, model, channel, file.signature(), accountId, usedAt);
            case SignedPart.SentBack back ->
                new SignaturesPart.Row(print, model, channel, false, back.upstreamId(), null, usedAt);
        };
    }

    private SignaturesPart.Row signed(
            String print, String model, String channel, String signature, String accountId, long usedAt) {
        return new SignaturesPart.Row(
                print, model, channel, false, null, seal.closed(signature, accountId, print), usedAt);
    }

    /** What stood before a call is kept behind its signature, which has no line breaks. */
    private static @Nullable String joined(SignedPart.Call call) {
        String signature = call.signature() == null ? "" : call.signature();
        return call.before() == null ? call.signature() : signature + "\n" + call.before();
    }

    // ---- to find ----

    /** Whether a request can have anything to find: most have not, and need no read. */
    public static boolean mayHave(List<Message> messages, boolean demanded) {
        boolean said = false;
        for (int i = messages.size() - 1; i >= 0; i--) {
            switch (messages.get(i)) {
                case Message.Assistant assistant
                when !assistant.toolCalls().isEmpty() -> {
                    return true;
                }
                case Message.Assistant _ -> said = true;
                case Message.User user
                when !demanded && !user.isInstruction() -> {
                    return false;
                }
                default -> {}
            }
        }
        return said && demanded;
    }

    /**
     * Looks up all that was signed in the messages, in one read. Blocks.
     *
     * @param modelOn the upstream's name of the model that a channel of this name is asked for now; null if it is asked for none
     * @throws StoreException when the store cannot be read
     */
    public Replay find(String accountId, Function<String, @Nullable String> modelOn, List<Message> messages) {
        List<Prints> prints = Prints.underEach(secrets, accountId);
        List<WantedSignature> wanted = WantedSignature.of(kept, prints.getFirst(), accountId, messages);
        if (wanted.isEmpty()) {
            return Replay.NONE;
        }
        List<String> now = wanted.stream().map(WantedSignature::print).toList();
        Map<String, SignaturesPart.Row> found =
                found(accountId, now, prints, older -> WantedSignature.of(kept, older, accountId, messages).stream()
                        .map(WantedSignature::print)
                        .toList());
        Replay.Builder replay = new Replay.Builder(modelOn);
        for (WantedSignature it : wanted) {
            SignaturesPart.Row row = found.get(it.print());
            if (row != null && replay.bytes() < REPLAY_BYTES_MAX) {
                add(accountId, it, row, replay);
            }
        }
        return replay.build();
    }

    /**
     * Looks up who made the signatures that a caller sent back, in one read. Blocks.
     *
     * @param modelOn the upstream's name of the model that a channel of this name is asked for now; null if it is asked for none
     * @param signatures in the conversation's order
     * @throws StoreException when the store cannot be read
     */
    public SignatureOrigins origins(
            String accountId, Function<String, @Nullable String> modelOn, List<String> signatures) {
        List<Prints> prints = Prints.underEach(secrets, accountId);
        List<String> nearest = signatures.subList(Math.max(0, signatures.size() - LOOKUPS_MAX), signatures.size());
        if (nearest.isEmpty()) {
            return SignatureOrigins.NONE;
        }
        List<String> distinct = nearest.stream().distinct().toList();
        List<String> now = distinct.stream().map(prints.getFirst()::signature).toList();
        Map<String, SignaturesPart.Row> found = found(accountId, now, prints, older -> distinct.stream()
                .map(older::signature)
                .toList());
        Map<String, String> printed = new HashMap<>();
        for (int i = 0; i < now.size(); i++) {
            printed.put(distinct.get(i), now.get(i));
        }
        Map<String, SignatureOrigins.Origin> origins = new HashMap<>();
        String preferred = null;
        for (String signature : nearest) {
            SignaturesPart.Row row = found.get(printed.get(signature));
            if (row != null) {
                origins.put(signature, new SignatureOrigins.Origin(row.channel(), row.model(), row.upstreamId()));
                preferred = row.model().equals(modelOn.apply(row.channel())) ? row.channel() : preferred;
            }
        }
        return new SignatureOrigins(origins, preferred);
    }

    /** Makes the prints of what is looked up. */
    @FunctionalInterface
    private interface Printed {
        /** Returns the prints under another key, in the order of those under the first one. */
        List<String> under(Prints older);
    }

    /**
     * Looks up prints in one read, and in one more for each older key of the ring. What is found under an older key is moved to the first one, not waited
     * for.
     *
     * @param now the prints under the first key
     * @param prints under each key
     * @return by the prints under the first key
     */
    private Map<String, SignaturesPart.Row> found(
            String accountId, List<String> now, List<Prints> prints, Printed printed) {
        Map<String, SignaturesPart.Row> found = SignaturesPart.read(database, accountId, now.stream());
        touch(accountId, found);
        for (Prints older : prints.subList(1, prints.size())) {
            if (found.keySet().containsAll(now)) {
                break;
            }
            List<String> then = printed.under(older);
            Map<String, SignaturesPart.Row> old = SignaturesPart.read(database, accountId, then.stream());
            for (int i = 0; i < now.size(); i++) {
                SignaturesPart.Row row = old.get(then.get(i));
                if (row != null && !found.containsKey(now.get(i))) {
                    found.put(now.get(i), moved(accountId, row, now.get(i)));
                }
            }
        }
        return found;
    }

    private SignaturesPart.Row moved(String accountId, SignaturesPart.Row row, String print) {
        String kept = row.signature() == null ? null : seal.opened(row.signature(), accountId, row.print());
        SignaturesPart.Row moved = new SignaturesPart.Row(
                print,
                row.model(),
                row.channel(),
                row.first(),
                row.upstreamId(),
                seal.closed(kept, accountId, print),
                clock.millis());
        note(new SignaturesPart.Move(accountId, row.print(), moved));
        return moved;
    }

    private void add(String accountId, WantedSignature wanted, SignaturesPart.Row row, Replay.Builder replay) {
        String kept = row.signature() == null
                ? ""
                : Objects.requireNonNullElse(seal.opened(row.signature(), accountId, row.print()), "");
        int end = kept.indexOf('\n');
        String signature = end < 0 ? kept : kept.substring(0, end);
        Replay.Part part = new Replay.Part(
                signature.isEmpty() ? null : signature,
                row.channel(),
                row.model(),
                row.first(),
                row.upstreamId(),
                end < 0 ? null : kept.substring(end + 1));
        if (wanted.call() != null) {
            replay.add(wanted.call(), part);
        } else if (wanted.file() != null) {
            replay.add(wanted.file(), part);
        } else {
            replay.add(wanted.message(), part);
        }
    }

    /** Not waited for: what is lost is a note, and the next use makes it again. */
    private void touch(String accountId, Map<String, SignaturesPart.Row> found) {
        Instant now = clock.instant();
        long before = now.minus(TOUCH_AFTER).toEpochMilli();
        List<String> stale = found.values().stream()
                .filter(row -> row.usedAt() < before)
                .map(SignaturesPart.Row::print)
                .toList();
        if (!stale.isEmpty()) {
            note(new SignaturesPart.Touch(accountId, stale, now));
        }
    }

    private void note(SignaturesPart.SignatureChange use) {
        writer.commit(Unit.of(use)).whenComplete((unit, failure) -> {
            if (failure != null) {
                log.debug("the use of signatures was not noted", failure);
            }
        });
    }

    /** Returns the signatures as they lie in the database. */
    public static SealedValues sealed() {
        return SealedValues.ending(
                "signatures of thoughts",
                "signature",
                true,
                "thought_signature WHERE signature IS NOT NULL",
                "used_at",
                KEPT,
                "DELETE FROM thought_signature WHERE (account_id, print) IN"
                        + " (SELECT account_id, print FROM thought_signature WHERE %s LIMIT 500)");
    }

    // ---- to forget ----

    /**
     * Forgets what has not been used for {@link #KEPT}, a few rows in each unit of work. Blocks.
     *
     * @throws StoreException when the store does not take it; the next time may
     */
    public void forgetOld() {
        SignaturesPart.Forget forget;
        do {
            forget = new SignaturesPart.Forget(clock.instant().minus(KEPT), FORGET_ROWS);
            writer.commitAndWait(Unit.of(forget));
        } while (forget.outcome() == FORGET_ROWS);
    }

    /** Returns the thought signatures of an account, for the export and the erasure of accounts: they stay until they expire. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "thought-signatures.csv",
                "stored thought signatures, without their content",
                "thought_signature s",
                "s.account_id = :account",
                "s.model s.used_at",
                "s.account_id s.print s.place"));
    }
}
