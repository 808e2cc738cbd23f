package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.auditlog.UnseenDifferences;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.verification.Audit;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Recomputes the books while calls continue, one run at a time, on its own thread. The audit log has each run and the number of differences, so that
 * the last one is known after a restart and on other servers; this server has the sentences in memory until the next run. Thread-safe; blocks.
 */
public final class BooksCheck {

    /** The number of differences that are listed; others are only counted. */
    public static final int DIFFERENCES_MAX = 100;

    /** The number of sentences of a day's check that the audit log has. */
    private static final int WRITTEN_MAX = 5;

    private static final String ACTION = "books.check";

    private static final Fact DIFFERENCES = new Fact("differences", sentence("Differences"));

    private static final Field<Long> ENDED_AT = Field.whole("ended_at", sentence("End of the check"), 0, Long.MAX_VALUE)
            .help("The ended_at of the differences, in Unix seconds.");

    /** Begins a check. The result is its state. */
    public static final OperatorAction<BooksCheck, State> CHECK = OperatorAction.bare(
                    ACTION, sentence("Checked the books"), "/admin/books")
            .telling(
                    DIFFERENCES,
                    new Fact("started_at", sentence("Begun"), Fact.Kind.TIME),
                    new Fact("first", sentence("First differences")))
            .answering(202)
            .button(Button.of(sentence("Verify now")))
            .does((books, by, request) -> books.begin(by.actor()), (request, state) -> json(state));

    /** The result is whether there were differences that no operator had seen. */
    public static final OperatorAction<BooksCheck, Boolean> SEEN = OperatorAction.post(
                    "books.seen",
                    sentence("Marked differences of the books as seen"),
                    "/admin/books/seen",
                    "",
                    ENDED_AT)
            .telling(
                    DIFFERENCES,
                    new Fact("checked", sentence("What was checked")).told(Fact.Told.ALWAYS),
                    new Fact("checked_at", ENDED_AT.label(), Fact.Kind.TIME).told(Fact.Told.ALWAYS))
            .button(Button.of(sentence("Mark as seen")))
            .does((books, by, request) -> books.seen(by, request.need(ENDED_AT)), (request, changed) -> new AdminJson()
                    .flag("changed", changed)
                    .node());

    private static final Logger log = LoggerFactory.getLogger(BooksCheck.class);

    /**
     * The differences that a check has found.
     *
     * @param differences how many there are in all
     * @param sentences the first {@value #DIFFERENCES_MAX} of them
     */
    public record Found(long differences, List<String> sentences) {

        public Found {
            sentences = List.copyOf(sentences);
        }

        /** Collects differences. Used by one thread. */
        public static final class Collector implements Consumer<String> {

            private final List<String> sentences = new ArrayList<>();
            private long count;

            @Override
            public void accept(String sentence) {
                if (count++ < DIFFERENCES_MAX) {
                    sentences.add(sentence);
                }
            }

            public Found found() {
                return new Found(count, sentences);
            }
        }
    }

    /** The progress of a check. */
    public sealed interface State {}

    /** No run was ever finished. */
    public record Never() implements State {}

    /** @param subject what it reads now @param rows how many of them were read, at least */
    public record Running(Instant since, String subject, long rows) implements State {}

    /**
     * @param differences how many there are in all
     * @param sentences the first {@value #DIFFERENCES_MAX} of them; if another server, or this one before its start, found them, those that are
     *     written in the audit log
     */
    public record Done(Instant since, Instant at, long differences, List<String> sentences) implements State {}

    /** The database's file is damaged. @param sentence how, and what to do */
    public record Damaged(String sentence) implements State {}

    /** The check could not be finished. */
    public record Failed(Instant since, Instant at) implements State {}

    private final Database database;
    private final SecretBox secrets;
    private final AuditLog audits;
    private final AuditedWriter writer;
    private final InstantSource clock;
    private final AtomicReference<State> state = new AtomicReference<>(new Never());

    /** @param secrets opens kept responses */
    public BooksCheck(
            Database database, SecretBox secrets, AuditLog audits, AuditedWriter writer, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.audits = audits;
        this.writer = writer;
        this.clock = clock;
    }

    /** Returns the present run, or the last one of all servers. */
    public State state() {
        String damage = database.damage();
        if (damage != null) {
            return new Damaged(damage);
        }
        State own = state.get();
        Done stored = own instanceof Running ? null : stored();
        boolean isOwn = stored == null
                || switch (own) {
                    case Done done -> done.since.equals(stored.since) || done.at.isAfter(stored.at);
                    case Failed failed -> !failed.at.isBefore(stored.at);
                    case Never _, Running _, Damaged _ -> false;
                };
        return isOwn || stored == null ? own : stored;
    }

    /** A check of the schedule, on whichever server. @param subject the copy, or the books */
    public record Scheduled(Instant at, long differences, String subject) {}

    /** Returns the newest check of the schedule; null if there is none. Reads the audit log. */
    public @Nullable Scheduled ofSchedule() {
        return newest(Actor.SCHEDULE.who())
                .map(row ->
                        new Scheduled(row.at(), json(row).path("differences").asLong(), row.subject()))
                .orElse(null);
    }

    private Optional<AuditLog.Line> newest(@Nullable String actor) {
        AuditLog.Filter checks = new AuditLog.Filter(actor, ACTION, null, Set.of(), null, null);
        return audits.page(checks, Long.MAX_VALUE, 1).stream().findFirst();
    }

    private static JsonNode json(AuditLog.Line row) {
        return ApiJson.MAPPER.readTree(String.valueOf(row.afterJson()));
    }

    private @Nullable Done stored() {
        return newest(null)
                .map(row -> {
                    JsonNode json = json(row);
                    Instant since = Instant.parse(json.path("started_at").asString());
                    List<String> sentences = json.path("first")
                            .valueStream()
                            .map(JsonNode::asString)
                            .toList();
                    return new Done(since, row.at(), json.path("differences").asLong(), sentences);
                })
                .orElse(null);
    }

    /**
     * Records the result of a check of a day (C37) with its first sentences, which no later check may find again.
     *
     * @param subject the copy that was checked, or the books
     */
    public void record(Instant since, String subject, Found found) {
        store(Actor.SCHEDULE, since, subject, found, WRITTEN_MAX);
        State before = state.get();
        if (!(before instanceof Running)) {
            state.compareAndSet(before, new Done(since, clock.instant(), found.differences(), found.sentences()));
        }
        warn(found);
    }

    private void store(Actor actor, Instant since, String subject, Found found, int written) {
        AdminJson result =
                new AdminJson().number("differences", found.differences()).text("started_at", since.toString());
        if (written > 0 && found.differences() > 0) {
            result.texts("first", found.sentences().stream().limit(written).toList());
        }
        String json = result.end();
        Change[] unseen = found.differences() == 0
                ? new Change[0]
                : new Change[] {new UnseenDifferences(clock.instant(), found.differences(), subject).row()};
        writer.commit(new By(actor, null, null), ACTION, subject, () -> new Deed.Changed(null, json), unseen);
    }

    /** Returns the differences that no operator has marked as seen; null if there are none. */
    public @Nullable UnseenDifferences unseen() {
        return database.read(UnseenDifferences::find);
    }

    /** Marks the differences of a check as seen, unless a later one has found some. Needs a reason. @return whether it did @param endedAt in seconds */
    private boolean seen(By by, long endedAt) {
        by.needReason();
        UnseenDifferences unseen = unseen();
        if (unseen == null || unseen.at().getEpochSecond() > endedAt) {
            return false;
        }
        InstallationValue seen = unseen.seen();
        String json = new AdminJson()
                .number("differences", unseen.count())
                .instant("checked_at", unseen.at())
                .text("checked", unseen.subject())
                .end();
        writer.commit(
                by,
                SEEN.name(),
                "books",
                () -> seen.outcome().isEmpty()
                        ? null
                        : new Deed.Changed(
                                json, new AdminJson().number("differences", 0L).end()),
                seen);
        return !seen.outcome().isEmpty();
    }

    private static void warn(Found found) {
        if (found.differences() > 0) {
            log.error(
                    Event.LEDGER_DIFFERENCE,
                    "the books do not add up: {} differences, the first: {}",
                    found.differences(),
                    found.sentences().getFirst());
        }
    }

    /** Begins a run, unless one is under way. @return how far it is */
    State begin(Actor actor) {
        State before = state.get();
        Running begun = new Running(clock.instant(), "", 0);
        if (!(before instanceof Running) && state.compareAndSet(before, begun)) {
            Thread.ofPlatform().name("verify-books").daemon().start(() -> run(actor, begun.since()));
        }
        return state.get();
    }

    private void run(Actor actor, Instant since) {
        Found.Collector differences = new Found.Collector();
        try {
            new Audit(database, secrets)
                    .run(differences, (subject, rows) -> state.set(new Running(since, subject, rows)));
            Found found = differences.found();
            store(actor, since, "books", found, 0);
            state.set(new Done(since, clock.instant(), found.differences(), found.sentences()));
            warn(found);
        } catch (RuntimeException | Error e) {
            state.set(new Failed(since, clock.instant()));
            Fatal.check(e);
            log.error(Event.STORE_UNAVAILABLE, "the books could not be checked", e);
        }
    }

    /** {@code /admin/books}. */
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/books", request -> json(state()).set("unseen", json(unseen()))),
                CHECK.on(this),
                SEEN.on(this));
    }

    private static @Nullable JsonNode json(@Nullable UnseenDifferences unseen) {
        return unseen == null
                ? null
                : new AdminJson()
                        .number("count", unseen.count())
                        .time("ended_at", unseen.at())
                        .text("subject", unseen.subject())
                        .node();
    }

    private static ObjectNode json(State state) {
        AdminJson json = new AdminJson();
        return switch (state) {
            case Never _ -> json.text("state", "never").time("ended_at", null).node();
            case Running running ->
                json.text("state", "running")
                        .time("started_at", running.since())
                        .text("subject", running.subject())
                        .number("rows", running.rows())
                        .time("ended_at", null)
                        .node();
            case Done done ->
                json.text("state", done.differences() == 0 ? "sound" : "differs")
                        .time("started_at", done.since())
                        .number("count", done.differences())
                        .texts("differences", done.sentences())
                        .time("ended_at", done.at())
                        .node();
            case Damaged damaged ->
                json.text("state", "damaged")
                        .texts("differences", List.of(damaged.sentence()))
                        .time("ended_at", null)
                        .node();
            case Failed failed ->
                json.text("state", "failed")
                        .time("started_at", failed.since())
                        .time("ended_at", failed.at())
                        .node();
        };
    }
}
