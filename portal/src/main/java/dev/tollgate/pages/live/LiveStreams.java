package dev.tollgate.pages.live;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.http.limits.Shares;
import dev.tollgate.keys.KeyView;
import dev.tollgate.pages.live.Live.LiveTopic;
import dev.tollgate.pages.live.LiveStream.LiveView;
import dev.tollgate.running.CallNow;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.Year;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open streams of this node. {@link #open} and {@link #leave} come from any thread; {@link #look} from one at a time. */
final class LiveStreams {

    private static final Logger log = LoggerFactory.getLogger(LiveStreams.class);

    /** A browser that has more tabs open shows the rest of them without live figures. */
    static final int OF_SESSION_MAX = 3;

    static final int ALL_MAX = 1_000;

    /** The number of accounts that one look reads in full; the others' turn is the next. */
    private static final int CLOSE_LOOKS_MAX = 50;

    /** Each this many looks: whether sessions live, and what changes without an entry, e.g. the day. */
    private static final int EACH_LOOKS = 5;

    private static final int EACH_LOOKS_LONG = 60;

    private final LiveReads reads;
    private final Map<String, LiveTopic> topics;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<LiveStream> streams = new LinkedHashSet<>();
    private final Map<String, Integer> ofSession = new HashMap<>();

    /** The streams of each account: one more than there can be, so that the last one is open to an account without a stream. */
    private final Shares byAccount = new Shares(ALL_MAX + 1);

    private final Map<Seat, Reading> seen = new ConcurrentHashMap<>();
    private boolean closed;
    private long looks;

    /** The keys of an account whose calls count, and the zone that defines today. */
    private record Seat(String accountId, KeyView keys, ZoneId zone) {

        static Seat of(LiveView view) {
            return new Seat(view.accountId(), view.scope().keys(), view.zone());
        }
    }

    /** @param look the number of the look that it is of */
    private record Reading(LiveAccounts.Now now, long look) {}

    LiveStreams(LiveReads reads, Map<String, LiveTopic> topics, InstantSource clock) {
        this.reads = reads;
        this.topics = topics;
        this.clock = clock;
    }

    /** @throws dev.tollgate.base.error.ApiException 429 if the session or the account has enough of them, 503 if there are too many */
    LiveStream open(LiveView view, LiveStream.Tab tab) {
        LiveStream stream = new LiveStream(view, tab);
        lock.lock();
        try {
            if (closed || streams.size() >= ALL_MAX) {
                throw refuse(503, sentence("Live figures are not available."));
            }
            if (ofSession.getOrDefault(view.session(), 0) >= OF_SESSION_MAX) {
                throw refuse(429, sentence("At most {n} tabs of one browser can have live figures.", OF_SESSION_MAX));
            }
            if (!byAccount.take(view.accountId(), 1)) {
                throw refuse(429, sentence("This account has the maximum number of tabs with live figures."));
            }
            streams.add(stream);
            ofSession.merge(view.session(), 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        return stream;
    }

    private static RuntimeException refuse(int status, Sentence message) {
        ErrorCode code = status == 429 ? ErrorCode.RATE_LIMIT_EXCEEDED : ErrorCode.INTERNAL_ERROR;
        return ApiError.of(code, message)
                .withStatus(status)
                .retryAfter(Duration.ofSeconds(30))
                .asException();
    }

    void leave(LiveStream stream) {
        lock.lock();
        try {
            if (streams.remove(stream)) {
                byAccount.give(stream.view().accountId(), 1);
                ofSession.computeIfPresent(stream.view().session(), (session, count) -> count == 1 ? null : count - 1);
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return streams.size();
        } finally {
            lock.unlock();
        }
    }

    private List<LiveStream> all() {
        lock.lock();
        try {
            return List.copyOf(streams);
        } finally {
            lock.unlock();
        }
    }

    /** Ends them all, and there will be no more. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        all().forEach(this::end);
    }

    private void end(LiveStream stream) {
        leave(stream);
        stream.end();
    }

    /** Once a second. Blocks while it reads; after a look that fails the next one is tried. */
    void look() {
        List<LiveStream> open = all();
        if (open.isEmpty()) {
            seen.clear();
            return;
        }
        try {
            looks++;
            look(looks % EACH_LOOKS == 0 ? ended(open) : open);
        } catch (StoreException e) {
            log.debug("live figures could not be read; trying again", e);
        }
    }

    private List<LiveStream> ended(List<LiveStream> open) {
        Map<String, LiveStream.Scope> alive = reads.alive(
                open.stream().map(stream -> stream.view().session()).distinct().toList());
        List<LiveStream> left = new ArrayList<>();
        for (LiveStream stream : open) {
            if (stream.view().scope().equals(alive.get(stream.view().session()))) {
                left.add(stream);
            } else {
                end(stream);
            }
        }
        return left;
    }

    private void look(List<LiveStream> open) {
        Map<Seat, List<LiveStream>> seats = new HashMap<>();
        for (LiveStream stream : open) {
            seats.computeIfAbsent(Seat.of(stream.view()), seat -> new ArrayList<>())
                    .add(stream);
        }
        seen.keySet().retainAll(seats.keySet());
        Set<String> accounts = new HashSet<>();
        seats.keySet().forEach(seat -> accounts.add(seat.accountId()));
        Map<String, LiveAccounts.Head> heads = reads.heads(List.copyOf(accounts));
        Map<String, CallNow> running = reads.running(accounts);
        Instant now = clock.instant();
        int closely = 0;
        for (Map.Entry<Seat, List<LiveStream>> each : seats.entrySet()) {
            Seat seat = each.getKey();
            LiveAccounts.Head head = heads.get(seat.accountId());
            boolean changed = head != null && hasChanged(seat, head) && closely < CLOSE_LOOKS_MAX;
            if (changed) {
                closely++;
                LiveAccounts.Now read = reads.now(seat.accountId(), KeyFilter.of(seat.keys()), seat.zone(), now);
                if (read != null) {
                    seen.put(seat, new Reading(read, looks));
                }
            }
            Reading last = seen.get(seat);
            if (last != null) {
                tell(each.getValue(), last.now(), running, now, changed);
            }
        }
    }

    private boolean hasChanged(Seat seat, LiveAccounts.Head head) {
        Reading last = seen.get(seat);
        return last == null || !last.now().head().equals(head) || looks - last.look() >= EACH_LOOKS_LONG;
    }

    private void tell(
            List<LiveStream> tabs, LiveAccounts.Now now, Map<String, CallNow> running, Instant at, boolean changed) {
        Map<Language, Told> told = new HashMap<>();
        for (LiveStream tab : tabs) {
            Language language = tab.view().language();
            language.boundIn(Year.from(at.atZone(tab.view().zone())), () -> {
                Told its = told.computeIfAbsent(
                        language,
                        _ -> new Told(now, running, at, changed, LiveTexts.of(now, running, at), new HashMap<>()));
                tab.tell(figures(tab, its));
            });
        }
    }

    /** The figures that the tabs of a seat have in common in one language: they are read once. @param more by what it is about */
    private record Told(
            LiveAccounts.Now now,
            Map<String, CallNow> running,
            Instant at,
            boolean changed,
            Map<String, Object> figures,
            Map<String, Map<String, Object>> more) {}

    private Map<String, Object> figures(LiveStream tab, Told told) {
        LiveView view = tab.view();
        Map<String, Object> its = new HashMap<>(told.figures);
        its.putAll(LiveTexts.spent(told.now, view.money()));
        if (view.scope().isWithBalance()) {
            its.putAll(LiveTexts.balance(told.now, view.money()));
        }
        Long since = view.since();
        if (since != null && (told.changed || tab.knowsNothing())) {
            its.putAll(told.more.computeIfAbsent(
                    "since:" + since,
                    key -> Map.of(
                            "new-calls",
                            LiveTexts.newer(reads.newer(
                                    view.accountId(), KeyFilter.of(view.scope().keys()), since)))));
        }
        if (view.call() != null) {
            its.putAll(LiveTexts.call(told.now, view.call(), told.running, told.at));
        }
        if (view.topic() != null && (told.changed || tab.knowsNothing() || looks % EACH_LOOKS == 0)) {
            its.putAll(told.more.computeIfAbsent(view.topic() + ":" + view.topicId(), key -> topic(view)));
        }
        return its;
    }

    private Map<String, Object> topic(LiveView view) {
        @Nullable LiveTopic topic = topics.get(view.topic());
        return topic == null
                ? Map.of()
                : Map.copyOf(topic.texts(view.accountId(), Objects.requireNonNull(view.topicId()), view.zone()));
    }

    /** The reads of a look at all streams. They may block. */
    interface LiveReads {

        Map<String, LiveAccounts.Head> heads(List<String> accountIds);

        LiveAccounts.@Nullable Now now(String accountId, KeyFilter keys, ZoneId zone, Instant now);

        int newer(String accountId, KeyFilter keys, long number);

        /** Returns what each of the sessions, named by their hashes, may show now. Without those that have ended or may show nothing. */
        Map<String, LiveStream.Scope> alive(List<String> sessions);

        /** Calls of this node, by their ids. */
        Map<String, CallNow> running(Set<String> accountIds);
    }
}
