package dev.tollgate.upstreams.embeddings;

import dev.tollgate.models.Count;
import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call for embeddings (E68): counts the inputs that may be too long, sends the requests, four at the same time, and reports all vectors
 * or one failure. The listener gets exactly one end, and nothing after {@link #cancel}. Confined to its event loop.
 */
public final class EmbedCall implements UpstreamCall {

    private static final int AT_ONCE_MAX = 4;

    private final EmbedAsk ask;
    private final List<List<EmbedAsk.Input>> parts;
    private final Requests requests;
    private final TokenCounter counter;
    private final UpstreamListener listener;
    private final Set<UpstreamCall> running = new LinkedHashSet<>();
    private final Received received;
    private int unchecked;
    private boolean done;

    /** Sends the requests of one call. */
    @FunctionalInterface
    public interface Requests {

        /** @param heard receives the vectors of the part, later */
        UpstreamCall send(int part, UpstreamListener heard);
    }

    /** The received part of a response. */
    private static final class Received {
        private final List<@Nullable List<byte[]>> vectors = new ArrayList<>();
        private int partsLeft;
        private long tokens;
        private final List<UpstreamEvent.Cost> costs = new ArrayList<>(0);
        private boolean isReported = true;
        private boolean isCounting;
        private @Nullable OptionalLong counted;
    }

    /** @param parts the inputs of each request, in the ask's order */
    public EmbedCall(
            EmbedAsk ask,
            List<List<EmbedAsk.Input>> parts,
            Requests requests,
            TokenCounter counter,
            UpstreamListener listener) {
        this.ask = ask;
        this.parts = parts;
        this.requests = requests;
        this.counter = counter;
        this.listener = listener;
        this.received = new Received();
        this.received.partsLeft = parts.size();
        parts.forEach(part -> received.vectors.add(null));
    }

    public void begin() {
        long most = ask.limits().inputTokensMax();
        List<EmbedAsk.Input> unsure = counter.canCount()
                ? ask.inputs().stream()
                        .filter(input -> input.utf8Bytes() > most)
                        .toList()
                : List.of();
        unchecked = unsure.size();
        if (unsure.isEmpty()) {
            send();
        }
        for (int row = 0; row < Math.min(unsure.size(), AT_ONCE_MAX); row++) {
            check(unsure, row);
        }
    }

    // ---- no input is cut silently ----

    /** Counts an input, and then every fourth one after it. The requests follow once all are counted. */
    private void check(List<EmbedAsk.Input> unsure, int at) {
        counter.count(List.of(unsure.get(at)), counted -> {
            if (!done) {
                checked(unsure, at, counted);
            }
        });
    }

    private void checked(List<EmbedAsk.Input> unsure, int at, OptionalLong counted) {
        long most = ask.limits().inputTokensMax();
        unchecked--;
        if (counted.isPresent() && counted.getAsLong() > most) {
            ContextOverflow overflow = new ContextOverflow(
                    counted.getAsLong(), most, unsure.get(at).place());
            fail(UpstreamFailure.tooLong(overflow, "an input of " + counted.getAsLong() + " tokens"));
        } else if (unchecked == 0) {
            send();
        } else if (at + AT_ONCE_MAX < unsure.size()) {
            check(unsure, at + AT_ONCE_MAX);
        }
    }

    // ---- the requests ----

    private void send() {
        for (int part = 0; part < Math.min(parts.size(), AT_ONCE_MAX); part++) {
            send(part);
        }
    }

    private void send(int part) {
        Part heard = new Part(part);
        UpstreamCall call = requests.send(part, heard);
        heard.call = call;
        running.add(call);
    }

    private void count() {
        received.isCounting = true;
        counter.count(ask.inputs(), counted -> {
            received.counted = counted;
            finish();
        });
    }

    private void arrived(Part part, List<UpstreamEvent> events) {
        Usage usage = null;
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Embedded embedded -> received.vectors.set(part.index, embedded.vectors());
                case Usage reported -> usage = reported;
                case UpstreamEvent.Cost cost -> received.costs.add(cost);
                default -> throw new IllegalStateException("an event that is none of vectors");
            }
        }
        received.isReported &= usage != null && usage.of(Count.PROMPT) >= 0;
        received.tokens += received.isReported && usage != null ? usage.of(Count.PROMPT) : 0;
    }

    private void ended(Part part) {
        running.remove(part.call);
        received.partsLeft--;
        int next = part.index + AT_ONCE_MAX;
        if (next < parts.size()) {
            send(next);
        }
        finish();
    }

    /** Reports everything, once all vectors are there and their tokens are known as well as they can be. */
    private void finish() {
        if (done || received.partsLeft > 0) {
            return;
        }
        if (!received.isReported && received.counted == null && counter.canCount()) {
            if (!received.isCounting) {
                count();
            }
            return;
        }
        done = true;
        List<UpstreamEvent> events = new ArrayList<>();
        events.add(new UpstreamEvent.Started(null, null));
        if (!received.costs.isEmpty()) {
            events.add(sum(received.costs));
        }
        OptionalLong counted = received.counted;
        if (received.isReported) {
            events.add(VectorReader.tokens(received.tokens));
        } else if (counted != null && counted.isPresent()) {
            events.add(VectorReader.tokens(counted.getAsLong()));
        }
        List<byte[]> vectors = new ArrayList<>();
        received.vectors.forEach(some -> vectors.addAll(some == null ? List.of() : some));
        events.add(new UpstreamEvent.Embedded(List.copyOf(vectors)));
        events.add(new UpstreamEvent.Finish(0, UpstreamEvent.FinishReason.STOP, "STOP"));
        listener.events(events);
        listener.ended();
    }

    private static UpstreamEvent.Cost sum(List<UpstreamEvent.Cost> costs) {
        boolean isOdd = costs.stream().anyMatch(cost -> cost.micros() == UpstreamEvent.Cost.ODD);
        return new UpstreamEvent.Cost(
                isOdd
                        ? UpstreamEvent.Cost.ODD
                        : costs.stream().mapToLong(UpstreamEvent.Cost::micros).sum());
    }

    private void fail(UpstreamFailure failure) {
        if (!done) {
            cancel();
            if (received.tokens > 0) {
                listener.events(
                        List.of(VectorReader.tokens(received.tokens))); // the parts that have arrived are billed
            }
            listener.failed(failure);
        }
    }

    @Override
    public void cancel() {
        done = true;
        received.vectors.clear();
        running.forEach(UpstreamCall::cancel);
        running.clear();
    }

    @Override
    public void pause() {
        running.forEach(UpstreamCall::pause);
    }

    @Override
    public void resume() {
        running.forEach(UpstreamCall::resume);
    }

    private final class Part implements UpstreamListener {

        private final int index;
        private @Nullable UpstreamCall call;

        Part(int index) {
            this.index = index;
        }

        @Override
        public void events(List<UpstreamEvent> events) {
            if (!done) {
                arrived(this, events);
            }
        }

        @Override
        public void ended() {
            if (!done) {
                EmbedCall.this.ended(this);
            }
        }

        @Override
        public void failed(UpstreamFailure failure) {
            fail(failure);
        }

        @Override
        public @Nullable String traceparent() {
            return listener.traceparent();
        }
    }
}
