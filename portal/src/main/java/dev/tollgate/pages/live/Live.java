package dev.tollgate.pages.live;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import dev.tollgate.http.SseWriter;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.live.LiveStream.LiveView;
import dev.tollgate.pages.live.LiveStreams.LiveReads;
import dev.tollgate.running.CallNow;
import dev.tollgate.running.RunningCalls;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** {@code /dashboard/live}: the stream of a tab. */
public final class Live implements AutoCloseable {

    private static final Duration EACH = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final Vertx vertx;
    private final Map<String, LiveTopic> topics = new ConcurrentHashMap<>();
    private final LiveStreams streams;
    private final AtomicBoolean looking = new AtomicBoolean();
    private final long timer;

    public Live(Vertx vertx, LiveAccounts accounts, People people, RunningCalls running, InstantSource clock) {
        this.vertx = vertx;
        this.streams = new LiveStreams(new StoredLiveReads(accounts, people, running), topics, clock);
        this.timer = vertx.setPeriodic(EACH.toMillis(), fired -> lookAside());
    }

    /** A page asks for it by {@code data-live="/dashboard/live?NAME=ID"}. @param name of letters */
    public void add(String name, LiveTopic topic) {
        topics.put(name, topic);
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.stream(
                "/dashboard/live",
                pages.listeners(Right.USAGE),
                (exchange, visitor) -> open(exchange, view(exchange, visitor, pages))));
    }

    /** Looks on another thread, at most once at a time, however long it takes. */
    private void lookAside() {
        if (streams.size() > 0 && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("live").start(() -> {
                try {
                    streams.look();
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    private void open(Exchange exchange, LiveView view) {
        String shown = exchange.query("shown");
        if (shown != null && !shown.equals(view.accountId())) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, sentence("The session shows another account."))
                    .withStatus(204)
                    .asException();
        }
        SseWriter writer = exchange.stream();
        writer.heartbeatAfter(SILENCE);
        LiveStream[] opened = new LiveStream[1];
        opened[0] = streams.open(view, new LiveStream.Tab() {
            @Override
            public void send(Map<String, Object> figures) {
                byte[] event = ("data: " + ApiJson.MAPPER.writeValueAsString(figures) + "\n\n")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.run(() -> {
                    if (writer.full()) {
                        opened[0].fellBehind();
                    } else {
                        writer.write(event);
                    }
                });
            }

            @Override
            public void end() {
                exchange.run(writer::end);
            }
        });
        exchange.onGone(() -> streams.leave(opened[0]));
    }

    private LiveView view(Exchange exchange, Visitor.Member visitor, Pages pages) {
        LiveStream.Scope scope =
                Objects.requireNonNull(LiveStream.Scope.of(visitor.person()), "the gate admits members");
        String topic = topics.keySet().stream()
                .filter(name -> scope.isWithBalance() && word(exchange, name) != null)
                .findFirst()
                .orElse(null);
        return new LiveView(
                visitor.session().hash(),
                scope,
                visitor.person().preferences().zone(),
                pages.language(exchange, visitor),
                pages.money(visitor),
                number(exchange, "since"),
                word(exchange, "call"),
                topic,
                topic == null ? null : word(exchange, topic));
    }

    private static @Nullable Long number(Exchange exchange, String name) {
        String text = exchange.query(name);
        return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
    }

    private static @Nullable String word(Exchange exchange, String name) {
        String text = exchange.query(name);
        return text != null && text.matches("[A-Za-z0-9_-]{1,100}") ? text : null;
    }

    /** Open streams. */
    public int size() {
        return streams.size();
    }

    /** Ends all streams: a draining server does not wait for pages that only display. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        streams.close();
    }

    /** The live part of a special page for those who see the balance, e.g. of a payment; read when something of the account has changed, and each five seconds. May block. */
    @FunctionalInterface
    public interface LiveTopic {

        /** Finished texts by the names that the page has given them in {@code data-figure}; nothing of another account's. */
        Map<String, String> texts(String accountId, String id, ZoneId zone);
    }

    /** Reads live figures from the database and from this node's running calls. */
    private record StoredLiveReads(LiveAccounts accounts, People people, RunningCalls running) implements LiveReads {

        @Override
        public Map<String, LiveAccounts.Head> heads(List<String> accountIds) {
            Map<String, LiveAccounts.Head> heads = new HashMap<>();
            for (int from = 0; from < accountIds.size(); from += LiveAccounts.ACCOUNTS_MAX) {
                heads.putAll(accounts.heads(
                        accountIds.subList(from, Math.min(accountIds.size(), from + LiveAccounts.ACCOUNTS_MAX))));
            }
            return heads;
        }

        @Override
        public LiveAccounts.@Nullable Now now(String accountId, KeyFilter keys, ZoneId zone, Instant now) {
            return accounts.now(accountId, keys, zone, now);
        }

        @Override
        public int newer(String accountId, KeyFilter keys, long number) {
            return accounts.newer(accountId, keys, number);
        }

        @Override
        public Map<String, LiveStream.Scope> alive(List<String> sessions) {
            Map<String, LiveStream.Scope> alive = new HashMap<>();
            for (int from = 0; from < sessions.size(); from += LiveAccounts.ACCOUNTS_MAX) {
                people.sessions()
                        .alive(sessions.subList(from, Math.min(sessions.size(), from + LiveAccounts.ACCOUNTS_MAX)))
                        .forEach((session, person) -> {
                            LiveStream.Scope scope = LiveStream.Scope.of(person);
                            if (scope != null) {
                                alive.put(session, scope);
                            }
                        });
            }
            return alive;
        }

        @Override
        public Map<String, CallNow> running(Set<String> accountIds) {
            return running.of(accountIds);
        }
    }
}
