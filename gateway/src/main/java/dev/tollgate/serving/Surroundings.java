package dev.tollgate.serving;

import dev.tollgate.base.words.Language;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.storage.PageReads;
import dev.tollgate.upstreams.gemini.GeminiMedia;
import dev.tollgate.upstreams.media.Resolver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The program's surroundings; tests bring their own.
 *
 * @param random for ids, weights and jitter, from any thread; never for secrets
 * @param environment a variable's value by its name, null where it is not set
 * @param resolver finds the hosts that media are downloaded from
 * @param waits what tests shorten or lengthen
 * @param foreignWrites whether other processes may write to the embedded database, as in tests; otherwise the server stops if one does
 * @param passwordKibibytes how much memory the hash of a password fills, null for what the program uses: tests, which sign up by the hundred, fill less
 * @param uploadedAbove bytes of a Gemini call's body beyond which its media are uploaded: tests, which upload by the dozen, have less
 * @param protocols more than the program brings, by the path of their route
 * @param languages of pages, besides those that the program brings: for tests
 * @param sandboxRequestsMax how many calls the sandbox remembers: for tests, since contents of calls are kept nowhere else (D49)
 */
public record Surroundings(
        InstantSource clock,
        RandomGenerator random,
        UnaryOperator<@Nullable String> environment,
        Resolver resolver,
        boolean foreignWrites,
        int sandboxRequestsMax,
        Waits waits,
        @Nullable Integer passwordKibibytes,
        long uploadedAbove,
        Map<String, Protocol> protocols,
        List<Language> languages) {

    /**
     * @param halfClose how long after a request the end of what its caller sends is no departure; a test that leaves has none
     * @param silence after how much of it a stream begins or has a heartbeat (D35, E21)
     * @param page how long a read of a page may take; tests share the machine with many others, and give it more
     */
    public record Waits(Duration halfClose, Duration silence, Duration page) {

        public Waits withHalfClose(Duration other) {
            return new Waits(other, silence, page);
        }

        public Waits withSilence(Duration other) {
            return new Waits(halfClose, other, page);
        }

        public Waits withPage(Duration other) {
            return new Waits(halfClose, silence, other);
        }
    }

    public static final Surroundings REAL = new Surroundings(
            InstantSource.system(),
            new SharedRandom(),
            Surroundings::variable,
            Resolver.SYSTEM,
            false,
            0,
            new Waits(EdgeLimits.HALF_CLOSE, Duration.ofSeconds(15), PageReads.PATIENCE),
            null,
            GeminiMedia.BODY_BYTES_MAX,
            Map.of(),
            List.of());

    private static @Nullable String variable(@Nullable String name) {
        return name == null ? null : System.getenv(name);
    }

    /** Returns these surroundings with changes, as in {@code with(it -> it.clock = clock)}. */
    public Surroundings with(Consumer<Changes> changes) {
        Changes changed = new Changes(this);
        changes.accept(changed);
        return changed.done();
    }

    /** A mutable copy of the values. */
    public static final class Changes {

        public InstantSource clock;
        public RandomGenerator random;
        public UnaryOperator<@Nullable String> environment;
        public Resolver resolver;
        public boolean foreignWrites;
        public int sandboxRequestsMax;
        public Waits waits;
        public @Nullable Integer passwordKibibytes;
        public long uploadedAbove;
        public Map<String, Protocol> protocols;
        public List<Language> languages;

        private Changes(Surroundings before) {
            this.clock = before.clock;
            this.random = before.random;
            this.environment = before.environment;
            this.resolver = before.resolver;
            this.foreignWrites = before.foreignWrites;
            this.sandboxRequestsMax = before.sandboxRequestsMax;
            this.waits = before.waits;
            this.passwordKibibytes = before.passwordKibibytes;
            this.uploadedAbove = before.uploadedAbove;
            this.protocols = before.protocols;
            this.languages = before.languages;
        }

        private Surroundings done() {
            return new Surroundings(
                    clock,
                    random,
                    environment,
                    resolver,
                    foreignWrites,
                    sandboxRequestsMax,
                    waits,
                    passwordKibibytes,
                    uploadedAbove,
                    protocols,
                    languages);
        }
    }

    private static final class SharedRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
