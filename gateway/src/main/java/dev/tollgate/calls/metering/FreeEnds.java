package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.books.allowances.FreeAnswers.Room;
import dev.tollgate.books.allowances.FreeAnswers.Today;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.media.MadeFiles;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The limits on calls that end free of charge although their provider has reported usage: the operator pays for them (E72). Images, speech, text
 * completions and summaries often end so. They are refused if no room is left for them, and count while they run. Thread-safe.
 */
public final class FreeEnds {

    /** The APIs with calls that count while they run; of Responses, summaries do. */
    private static final List<String> COUNTED_APIS = Stream.of(
                    ProtocolName.IMAGES, ProtocolName.AUDIO, ProtocolName.COMPLETIONS, ProtocolName.RESPONSES)
            .map(ProtocolName::code)
            .toList();

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final FreeAnswers answers;
    private final Allowances allowances;
    private final InstantSource clock;

    /** The doors and models whose answer could not be shown on this node, as one text each: no more than are on sale. */
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    public FreeEnds(FreeAnswers answers, Allowances allowances, InstantSource clock) {
        this.answers = answers;
        this.allowances = allowances;
        this.clock = clock;
    }

    /**
     * The room of an account for a call.
     *
     * @param used free answers of the day
     */
    public record Look(long used, Room room, Instant at) {

        /** Returns whether the day has room for some more answers, running calls apart. */
        public boolean has(int more) {
            return used + more <= room.most();
        }
    }

    /** Returns whether calls like this one count while they run. */
    static boolean isCounted(MeteredCall call) {
        MadeFiles made = call.ask().media().made();
        return call.ask().compacts()
                || call.door().equals(ProtocolName.IMAGES.code())
                || call.door().equals(ProtocolName.COMPLETIONS.code())
                || (call.door().equals(ProtocolName.AUDIO.code()) && made != null && made.isSpeech());
    }

    /** Returns whether a model may answer in a form that the door cannot show. */
    boolean mayMeet(String door, String model) {
        return seen.contains(door + " " + model);
    }

    /** Notes an answer that the door could not show. */
    void meets(String door, String model) {
        seen.add(door + " " + model);
    }

    /** Reads the room of an account. Blocks. */
    public Look look(String accountId) {
        Instant now = clock.instant();
        Today today = answers.today(accountId, now);
        Map<String, Long> charged = new HashMap<>();
        for (String api : COUNTED_APIS) {
            charged.put(
                    api,
                    allowances.used(List.of(charged(accountId, api, now), charged(accountId, api, now.minus(DAY)))));
        }
        return new Look(today.used(), new Room(today.most(), charged), now);
    }

    /** Returns the change that counts a charged call of an API with calls that count while they run. For the unit of the settlement. */
    Change charging(MeteredCall call, Settle settle) {
        return allowances.counting(
                charged(call.accountId(), call.door(), clock.instant()),
                () -> settle.resolved() && settle.chargeMicros() > 0);
    }

    private Allowance charged(String accountId, String api, Instant at) {
        long day = SpendWindow.DAY.startMillis(at.toEpochMilli());
        return allowances.of("charged-" + api, accountId + " " + day, Integer.MAX_VALUE, DAY.multipliedBy(2));
    }

    /** Returns the refusal of a call whose account has no room; null if it has. */
    static @Nullable ApiError refusal(Look look, int more) {
        if (look.has(more)) {
            return null;
        }
        Instant end = Objects.requireNonNull(SpendWindow.DAY.endsAt(look.at()));
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        look.used()
                                + " answers of this account were free today although a model made them, because they could not be shown. Until "
                                + end
                                + " images, speech, summaries (compaction), text completions, and models whose files this API cannot show are"
                                + " refused. Other calls go on.")
                .retryAfter(Duration.between(look.at(), end))
                .doNotRetry();
    }

    /** Returns the refusal of a call for which running calls leave no room. */
    static ApiError heldByRunningCalls(Look look) {
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "This account may have " + look.room().most()
                                + " free answers today, and running calls for images, speech, summaries (compaction) or text completions"
                                + " may take those that are left. Retry when one of them has ended.")
                .retryAfter(SOON);
    }
}
