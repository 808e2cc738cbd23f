package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.WantedMedium;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A translated request, all but its maximum, which is known after the reservation, and media that are downloaded, which have places in it
 * that are filled when it is sent. Immutable.
 */
final class CompatBody {

    private final byte[] whole;
    private final String maxTokensField;
    private final List<String> ignored;
    private final List<ContentPartSlot> slots;
    private final List<ContentPartSlot.Filling> fillings;
    private final @Nullable PromptPrint print;

    /**
     * @param whole a JSON object with at least one member
     * @param slots in its order
     * @param print of the prompt; null if there is none
     */
    CompatBody(
            byte[] whole,
            String maxTokensField,
            List<String> ignored,
            List<ContentPartSlot> slots,
            @Nullable PromptPrint print) {
        this(whole, maxTokensField, ignored, slots, List.of(), print);
    }

    private CompatBody(
            byte[] whole,
            String maxTokensField,
            List<String> ignored,
            List<ContentPartSlot> slots,
            List<ContentPartSlot.Filling> fillings,
            @Nullable PromptPrint print) {
        this.whole = whole;
        this.maxTokensField = maxTokensField;
        this.ignored = List.copyOf(ignored);
        this.slots = List.copyOf(slots);
        this.fillings = List.copyOf(fillings);
        this.print = print;
    }

    @Nullable
    PromptPrint print() {
        return print;
    }

    List<String> ignored() {
        return ignored;
    }

    List<WantedMedium> wanted() {
        return slots.stream().<WantedMedium>map(ContentPartSlot::wanted).toList();
    }

    /**
     * Returns the body with its media in their places.
     *
     * @throws dev.tollgate.base.error.ApiException naming the field of a media file for which the protocol has no content part
     */
    CompatBody loaded(CallMedia media) {
        List<ContentPartSlot.Filling> filled =
                slots.stream().map(slot -> slot.filling(media)).toList();
        Set<String> all = new LinkedHashSet<>(ignored);
        filled.forEach(filling -> all.addAll(filling.ignored()));
        return new CompatBody(whole, maxTokensField, List.copyOf(all), slots, filled, print);
    }

    /** The body of the call, once its media are loaded. @param maxOutputTokens null sends none */
    OutgoingBody body(@Nullable Long maxOutputTokens) {
        if (fillings.size() < slots.size()) {
            throw new IllegalStateException("a medium is sent that was not loaded");
        }
        OutgoingBody.Builder body = new OutgoingBody.Builder();
        int at = 0;
        for (int i = 0; i < slots.size(); i++) {
            body.add(new OutgoingBody.Bytes(whole, at, slots.get(i).from()));
            fillings.get(i).pieces().forEach(body::add);
            at = slots.get(i).to();
        }
        return body.add(new OutgoingBody.Bytes(whole, at, open()))
                .ascii(end(maxOutputTokens))
                .build();
    }

    /** @param maxOutputTokens null sends none */
    String end(@Nullable Long maxOutputTokens) {
        return maxOutputTokens == null ? "}" : ",\"" + maxTokensField + "\":" + maxOutputTokens + "}";
    }

    /**
     * Returns bytes of which the first {@link #open}, followed by {@link #end}, are the whole body if nothing is downloaded for it. They never
     * change.
     */
    byte[] whole() {
        return whole;
    }

    /** Returns the length without the end. */
    int open() {
        return whole.length - 1;
    }
}
