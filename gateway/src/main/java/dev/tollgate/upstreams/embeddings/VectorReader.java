package dev.tollgate.upstreams.embeddings;

import dev.tollgate.base.json.Json;
import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.async.ByteArrayFeeder;

/**
 * Reads the vectors of one answer as its bytes arrive, however they were cut. Its events, at the end of a whole answer, are one {@link
 * UpstreamEvent.Embedded}, and a {@link Usage} before it if the answer reports its tokens.
 */
public final class VectorReader implements AnswerReader {

    /** The answer around the vectors, and white space between their numbers. */
    private static final long FRAME_BYTES_MAX = 256 * 1024;

    private static final String OUT_OF_RANGE = "a vector that is longer than requested, or has a number out of range";
    private static final int NUMBER_BYTES_MAX = 64;
    private static final int TOKENS_SCALE_MAX = 20;

    private final ErrorReader errors;
    private final VectorPlaces places;
    private final EmbedAsk ask;
    private final List<EmbedAsk.Input> inputs;
    private final JsonParser parser = Json.FACTORY.createNonBlockingByteArrayParser(ObjectReadContext.empty());
    private final byte[][] vectors;
    private final int[] indexes;

    private final Progress progress = new Progress();

    /** The progress of a response. */
    private static final class Progress {
        private long bytesLeft;
        /** Vectors, or objects that hold one, so far. */
        private int elements;

        private @Nullable VectorWriter current;
        private long tokens = Usage.ABSENT;
        private @Nullable String tokensName;
        private UpstreamEvent.@Nullable Cost cost;
        private boolean isWhole;
        private boolean isTruncated;
        private @Nullable String fault;
    }

    /** @param inputs the inputs of this answer's ask */
    public VectorReader(ErrorReader errors, VectorPlaces places, EmbedAsk ask, List<EmbedAsk.Input> inputs) {
        this.errors = errors;
        this.places = places;
        this.ask = ask;
        this.inputs = inputs;
        this.vectors = new byte[inputs.size()][];
        this.indexes = new int[inputs.size()];
        Arrays.fill(indexes, -1);
        progress.bytesLeft = FRAME_BYTES_MAX;
        inputs.forEach(input -> progress.bytesLeft += (long) NUMBER_BYTES_MAX * (ask.dimensions(input) + 8));
    }

    @Override
    public boolean read(byte[] bytes, int length, List<UpstreamEvent> events) {
        if (progress.isWhole) {
            return true; // what follows a whole answer counts for nothing
        }
        progress.bytesLeft -= length;
        if (progress.bytesLeft < 0) {
            return fails("an answer that is longer than its vectors");
        }
        try {
            ((ByteArrayFeeder) parser.nonBlockingInputFeeder()).feedInput(bytes, 0, length);
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.NOT_AVAILABLE) {
                    return true;
                }
                take(token);
                if (progress.fault != null) {
                    return false;
                }
                if (progress.isWhole) {
                    return true;
                }
            }
            return true;
        } catch (JacksonException | NumberFormatException e) {
            return fails("an answer that is no JSON");
        }
    }

    private boolean fails(String why) {
        progress.fault = why;
        return false;
    }

    private void take(JsonToken token) {
        VectorWriter vector = progress.current;
        if (vector != null) {
            inVector(token, vector);
            return;
        }
        switch (token) {
            case START_OBJECT -> {
                if (!places.elements().isEmpty()
                        && path(parser.streamReadContext().getParent()).equals(places.elements())) {
                    begin();
                }
            }
            case START_ARRAY -> {
                if (places.vectors().contains(path(parser.streamReadContext().getParent()))) {
                    beginVector();
                }
            }
            case VALUE_STRING -> {
                if (places.vectors().contains(path(parser.streamReadContext()))) {
                    packedVector();
                }
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> progress.isTruncated |= "truncated".equals(parser.currentName());
            case END_OBJECT, END_ARRAY ->
                progress.isWhole = parser.streamReadContext().inRoot();
            default -> {
                // says nothing that counts
            }
        }
    }

    private void begin() {
        if (progress.elements++ == inputs.size()) {
            fails("more vectors than inputs");
        }
    }

    private void beginVector() {
        if (places.elements().isEmpty()) {
            begin();
        }
        int at = progress.elements - 1;
        if (progress.fault == null && (at < 0 || vectors[at] != null)) {
            fails("a vector outside of its place");
        }
        if (progress.fault == null) {
            EmbedAsk.Input input = inputs.get(at);
            progress.current = new VectorWriter(ask.form(), ask.dimensions(input), ask.scales(input));
        }
    }

    /** Reads a vector in base64, which some servers send whatever was asked for: float32 in little endian. */
    private void packedVector() {
        beginVector();
        VectorWriter vector = progress.current;
        if (progress.fault != null || vector == null) {
            return;
        }
        byte[] floats;
        try {
            floats = Base64.getDecoder().decode(parser.getString());
        } catch (IllegalArgumentException e) {
            fails("a vector that is no base64");
            return;
        }
        ByteBuffer little = ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN);
        while (little.remaining() >= Float.BYTES && progress.fault == null) {
            float value = little.getFloat();
            if (!Float.isFinite(value) || !vector.add(Float.toString(value))) {
                fails(OUT_OF_RANGE);
            }
        }
        if (little.hasRemaining() && progress.fault == null) {
            fails("a vector in base64 that ends within a number");
        }
        if (progress.fault == null) {
            endVector(vector);
        }
    }

    private void endVector(VectorWriter vector) {
        byte[] whole = vector.end();
        progress.current = null;
        if (whole == null) {
            fails("a vector that is shorter than requested");
        } else {
            vectors[progress.elements - 1] = whole;
        }
    }

    private void inVector(JsonToken token, VectorWriter vector) {
        if (token == JsonToken.END_ARRAY) {
            endVector(vector);
        } else if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            fails("a vector that holds something else than numbers");
        } else if (!vector.add(parser.getString())) {
            fails(OUT_OF_RANGE);
        }
    }

    private void number() {
        String path = path(parser.streamReadContext());
        if (places.tokens().contains(path)) {
            if (progress.tokensName != null && !path.equals(progress.tokensName)) {
                return;
            }
            progress.tokensName = path;
            long more = tokens();
            progress.tokens = progress.tokens == Usage.ABSENT || more < 0 ? more : Math.addExact(progress.tokens, more);
        } else if (places.isCost(path)) {
            progress.cost = cost(new BigDecimal(parser.getString()));
        } else if (places.isIndex(path) && progress.elements > 0) {
            indexes[progress.elements - 1] = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && parser.getString().length() <= 9
                    ? parser.getIntValue()
                    : inputs.size();
        }
    }

    /** A fraction is rounded up; a number out of range counts as not reported. */
    private long tokens() {
        BigDecimal count = new BigDecimal(parser.getString());
        boolean isCount = Math.abs((long) count.scale()) <= TOKENS_SCALE_MAX && count.precision() <= TOKENS_SCALE_MAX;
        if (!isCount || count.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
            return Usage.ABSENT;
        }
        return count.setScale(0, RoundingMode.CEILING).longValueExact();
    }

    private static UpstreamEvent.Cost cost(BigDecimal dollars) {
        return Math.abs((long) dollars.scale()) <= TOKENS_SCALE_MAX && dollars.precision() <= 2 * TOKENS_SCALE_MAX
                ? UpstreamEvent.Cost.ofDollars(dollars)
                : new UpstreamEvent.Cost(UpstreamEvent.Cost.ODD);
    }

    private static String path(@Nullable TokenStreamContext from) {
        StringBuilder path = new StringBuilder();
        for (TokenStreamContext at = from; at != null; at = at.getParent()) {
            if (at.inObject() && at.currentName() != null) {
                path.insert(0, path.isEmpty() ? "" : ".").insert(0, at.currentName());
            }
        }
        return path.toString();
    }

    @Override
    public @Nullable UpstreamFailure end(List<UpstreamEvent> events) {
        if (progress.fault != null) {
            return errors.of(Kind.BROKEN, progress.fault);
        }
        if (!progress.isWhole) {
            return errors.of(Kind.UNAVAILABLE, "an answer that ends too early");
        }
        if (progress.isTruncated) { // a vector of a part would be sold as one of the whole
            return UpstreamFailure.tooLong(ContextOverflow.UNTOLD, "an input was truncated");
        }
        byte[][] ordered = ordered();
        if (ordered == null) {
            return errors.of(Kind.BROKEN, progress.elements + " vectors for " + inputs.size() + " inputs");
        }
        if (progress.tokens != Usage.ABSENT) {
            events.add(tokens(progress.tokens));
        }
        if (progress.cost != null) {
            events.add(progress.cost);
        }
        events.add(new UpstreamEvent.Embedded(List.of(ordered)));
        return null;
    }

    /** Returns the vectors in the order of their inputs; null if one is missing, or two have one place. */
    private byte @Nullable [][] ordered() {
        byte[][] ordered = new byte[vectors.length][];
        for (int i = 0; i < vectors.length; i++) {
            int at = indexes[i] < 0 ? i : indexes[i];
            if (vectors[i] == null || at >= ordered.length || ordered[at] != null) {
                return null;
            }
            ordered[at] = vectors[i];
        }
        return ordered;
    }

    /** Returns a report of input tokens alone. */
    static Usage tokens(long count) {
        return new Usage(Usage.ABSENT, Modalities.NONE, Modalities.NONE, count);
    }

    /** Nothing of an answer has been shown, so a lost connection is worth a retry. */
    @Override
    public @Nullable UpstreamFailure cut(String why, List<UpstreamEvent> events) {
        return progress.isWhole || progress.fault != null ? end(events) : errors.of(Kind.UNAVAILABLE, why);
    }

    @Override
    public boolean isWhole() {
        return progress.isWhole;
    }
}
