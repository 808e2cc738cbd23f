package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.ObjectWriter;

/**
 * A translated request without its maximum and its large media. It is kept as bytes that end inside {@code generationConfig}, the last
 * member, so that the maximum can be set after the reservation without another translation. Places in it are filled with media when it is
 * sent. Immutable.
 */
final class GeminiBody {

    private static final String CLOSING = "}}";
    private static final ObjectWriter ASCII = Json.MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);
    private static final int CLOSING_BRACES = CLOSING.length();

    private final byte[] whole;
    private final int length;
    private final List<String> ignored;
    private final List<DataSlot> slots;
    private final @Nullable PromptPrint print;
    private final String closing;

    /**
     * @param whole never changed any more
     * @param length so many bytes of it are a JSON object whose last member is the object {@code generationConfig} without
     *     {@code maxOutputTokens}
     * @param print of the prompt as it is sent; null if there is none
     */
    GeminiBody(byte[] whole, int length, List<String> ignored, List<DataSlot> slots, @Nullable PromptPrint print) {
        if (length < CLOSING_BRACES || whole[length - 1] != '}' || whole[length - 2] != '}') {
            throw new IllegalArgumentException("generationConfig must come last");
        }
        this.whole = whole;
        this.length = length;
        this.ignored = List.copyOf(ignored);
        this.slots = List.copyOf(slots);
        this.print = print;
        this.closing = CLOSING;
    }

    private GeminiBody(GeminiBody of, String closing) {
        this.whole = of.whole;
        this.length = of.length;
        this.ignored = of.ignored;
        this.slots = of.slots;
        this.print = of.print;
        this.closing = closing;
    }

    GeminiBody(byte[] whole, int length, List<String> ignored, List<DataSlot> slots) {
        this(whole, length, ignored, slots, null);
    }

    /**
     * Returns it with members of the call that the count has not.
     *
     * @param store null for none
     * @param continuationToken of the place from which an answer goes on, behind the maximum: what comes before both is the same in each hop (protocol 2.5);
     *     null for none
     */
    GeminiBody with(@Nullable Boolean store, @Nullable String continuationToken) {
        if (store == null && continuationToken == null) {
            return this;
        }
        String token = continuationToken == null
                ? ""
                : ",\"" + NativeAsk.CONTINUATION + "\":" + ASCII.writeValueAsString(continuationToken);
        return new GeminiBody(this, "}" + token + (store == null ? "" : ",\"store\":" + store) + "}");
    }

    @Nullable
    PromptPrint print() {
        return print;
    }

    List<String> ignored() {
        return ignored;
    }

    /** Returns the slots in the order of the body. */
    List<DataSlot> slots() {
        return slots;
    }

    List<WantedMedium> wanted() {
        if (slots.isEmpty()) {
            return List.of();
        }
        return slots.stream()
                .map(DataSlot::content)
                .filter(DataSlot.Loaded.class::isInstance)
                .map(content -> ((DataSlot.Loaded) content).wanted())
                .toList();
    }

    /** Returns the length without the slots' content. */
    int plainLength() {
        return length;
    }

    /**
     * The body of {@code countTokens} for the same ask (protocol 1.10).
     *
     * @param model the upstream's name
     * @param filled what the slots are filled with
     */
    OutgoingBody countBody(String model, List<PlacedMedium> filled) {
        OutgoingBody.Builder body =
                new OutgoingBody.Builder().ascii("{\"generateContentRequest\":{\"model\":\"models/" + model + "\",");
        fill(body, 1, length, filled);
        return body.ascii("}").build();
    }

    /**
     * The body of the call.
     *
     * @param maxOutputTokens null sends none
     * @param filled what the slots are filled with
     */
    OutgoingBody body(@Nullable Long maxOutputTokens, List<PlacedMedium> filled) {
        OutgoingBody.Builder body = new OutgoingBody.Builder();
        fill(body, 0, open(), filled);
        return body.ascii(end(maxOutputTokens)).build();
    }

    private void fill(OutgoingBody.Builder body, int from, int to, List<PlacedMedium> filled) {
        int at = from;
        for (int i = 0; i < slots.size(); i++) {
            body.add(new OutgoingBody.Bytes(whole, at, slots.get(i).from()));
            filled.get(i).addTo(body, slots.get(i).name());
            at = slots.get(i).to();
        }
        body.add(new OutgoingBody.Bytes(whole, at, to));
    }

    /** Returns the length without the end. */
    int open() {
        return length - CLOSING_BRACES;
    }

    /** @param maxOutputTokens null sends none */
    String end(@Nullable Long maxOutputTokens) {
        if (maxOutputTokens == null) {
            return closing;
        }
        String comma = whole[open() - 1] == '{' ? "" : ",";
        return comma + "\"maxOutputTokens\":" + maxOutputTokens + closing;
    }

    /** Returns bytes of which the first {@link #open}, followed by {@link #end}, are the whole body if it has no slots. They never change. */
    byte[] whole() {
        return whole;
    }
}
