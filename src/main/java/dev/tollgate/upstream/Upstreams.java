package dev.tollgate.upstream;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks the channel, and asks again while nothing has been answered: at most {@value #RETRIES_MAX} times after failures that may
 * pass, once after an answer that is none (D48). Safe for use by several event loops.
 */
public final class Upstreams {

    static final int RETRIES_MAX = 2;

    private final Vertx vertx;
    private final Channel channel;
    private final RandomGenerator random;

    public Upstreams(Vertx vertx, Channel channel, RandomGenerator random) {
        this.vertx = vertx;
        this.channel = channel;
        this.random = random;
    }

    /**
     * Translates the ask, so that what translation refuses is refused before money moves (D2).
     *
     * @throws dev.tollgate.error.ApiException naming the field
     */
    public Prepared prepare(Ask ask) {
        return new Prepared(channel.prepare(ask));
    }

    /** A translated ask, ready to be sent once. */
    public final class Prepared {

        private final PreparedAsk ask;

        private Prepared(PreparedAsk ask) {
            this.ask = ask;
        }

        /** Fields that translation had to leave out (D5). */
        public List<String> ignored() {
            return ask.ignored();
        }

        /** Counts the prompt's tokens on the current event loop; empty where that fails. */
        public void count(Consumer<OptionalLong> then) {
            ask.count(then);
        }

        /**
         * Sends it on the current event loop.
         *
         * @param maxOutputTokens null sends none
         */
        public Attempts send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            Attempts attempts = new Attempts(vertx, random, channel.name(), ask, maxOutputTokens, listener);
            attempts.begin();
            return attempts;
        }
    }
}
