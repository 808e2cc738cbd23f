package dev.tollgate.upstreams.embeddings;

import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Counts the tokens of inputs, free of charge, on the event loop of a call. */
public interface TokenCounter {

    /** Counts nothing, because the protocol cannot. */
    TokenCounter NONE = new TokenCounter() {
        @Override
        public boolean canCount() {
            return false;
        }

        @Override
        public void count(List<EmbedAsk.Input> inputs, Consumer<OptionalLong> then) {
            throw new IllegalStateException("nothing counts here");
        }
    };

    boolean canCount();

    /** @param then called later, once, with the tokens of all inputs together; empty if they could not be counted */
    void count(List<EmbedAsk.Input> inputs, Consumer<OptionalLong> then);
}
