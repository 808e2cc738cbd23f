package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.Message;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the assistant's messages in a request beyond what the caller sent back: the signatures that their parts came with, and
 * the upstream's own ids of calls. Each signature is good only for the model and the channel that made it (D50). Immutable once it is in
 * an ask.
 */
public final class Replay {

    public static final Replay NONE = new Replay(null, null, Map.of(), Map.of(), null, 0, false);

    /**
     * @param signature null where the part had none
     * @param channel the name of the channel that made it
     * @param model the upstream's name of the model that made it
     * @param first of a call: whether it was the first of its answer
     * @param upstreamId of a call: the upstream's own id, where it gave one
     * @param before of a call: a JSON array of the upstream's own parts that stood before it; null where there were none
     */
    public record Part(
            @Nullable String signature,
            String channel,
            String model,
            boolean first,
            @Nullable String upstreamId,
            @Nullable String before) {

        public Part(
                @Nullable String signature, String channel, String model, boolean first, @Nullable String upstreamId) {
            this(signature, channel, model, first, upstreamId, null);
        }

        private long length() {
            return (signature == null ? 0 : signature.length()) + (before == null ? 0 : before.length());
        }
    }

    private final @Nullable String channel;
    private final @Nullable String model;
    private final Map<Message.ToolCall, Part> calls;
    private final Map<Message.Assistant, Part> texts;
    private final @Nullable String preferredChannel;
    private final long bytes;
    private final boolean noneIsGood;

    private Replay(
            @Nullable String channel,
            @Nullable String model,
            Map<Message.ToolCall, Part> calls,
            Map<Message.Assistant, Part> texts,
            @Nullable String preferredChannel,
            long bytes,
            boolean noneIsGood) {
        this.channel = channel;
        this.model = model;
        this.calls = calls;
        this.texts = texts;
        this.preferredChannel = preferredChannel;
        this.bytes = bytes;
        this.noneIsGood = noneIsGood;
    }

    /** The same, as far as it is good on this channel for the upstream's model that is asked there. */
    public Replay onChannel(String name, String upstreamModel) {
        return this == NONE ? this : new Replay(name, upstreamModel, calls, texts, preferredChannel, bytes, noneIsGood);
    }

    /** The same where an upstream has refused a signature, whichever it was: none of them is sent, nor what the caller sent. */
    Replay withoutSignatures() {
        return new Replay(channel, model, calls, texts, preferredChannel, bytes, true);
    }

    /** Who made the latest signature that is good for the model, and so should be asked; null where nobody did. */
    public @Nullable String preferredChannel() {
        return preferredChannel;
    }

    /** Of all signatures, for the bound of the prompt (D31). */
    public long bytes() {
        return bytes;
    }

    /**
     * The signature to send with a call. What the caller sent wins, unless it is known to be another model's or channel's. A kept one whose
     * call stood first and has moved behind others is left out: calls behind the first are not signed (G-03).
     *
     * @param first whether the call is the first of its message
     */
    public @Nullable String signature(Message.ToolCall call, boolean first) {
        Part part = calls.get(call);
        boolean moved = part != null && part.first() && !first;
        return chosen(call.thoughtSignature(), part, moved);
    }

    /** The signature to send with a message's text, chosen likewise. */
    public @Nullable String signature(Message.Assistant message) {
        return chosen(message.thoughtSignature(), texts.get(message), false);
    }

    /** As {@link #signature(Message.ToolCall, boolean)}; null unless the channel and model that are asked have made the call. */
    public @Nullable String ownSignature(Message.ToolCall call, boolean first) {
        Part part = calls.get(call);
        return part != null && isGood(part) ? signature(call, first) : null;
    }

    /** As {@link #signature(Message.Assistant)}; null unless the channel and model that are asked have made the text. */
    public @Nullable String ownSignature(Message.Assistant message) {
        Part part = texts.get(message);
        return part != null && isGood(part) ? signature(message) : null;
    }

    /** The signature to send with a file that the model has made: nobody but the caller keeps it. */
    public @Nullable String signature(Message.SentBack file) {
        return noneIsGood ? null : file.thoughtSignature();
    }

    private @Nullable String chosen(@Nullable String given, @Nullable Part part, boolean moved) {
        if (noneIsGood) {
            return null;
        }
        if (part == null) {
            return given;
        }
        boolean good = isGood(part);
        if (given != null) {
            return good || !given.equals(part.signature()) ? given : null;
        }
        return good && !moved ? part.signature() : null;
    }

    private boolean isGood(Part part) {
        return !noneIsGood && part.channel().equals(channel) && part.model().equals(model);
    }

    /** The parts to send before a call, a JSON array; null where there are none, or they are another's. */
    public @Nullable String before(Message.ToolCall call) {
        Part part = calls.get(call);
        return part != null && isGood(part) ? part.before() : null;
    }

    /** Whether the upstream's id of a call is known, or that it has none. */
    public boolean knows(Message.ToolCall call) {
        return calls.containsKey(call);
    }

    /** Whether the channel that is asked now has made a call, as far as that is known. */
    public boolean isOwn(Message.ToolCall call) {
        Part part = calls.get(call);
        return part != null && part.channel().equals(channel);
    }

    /** The upstream's own id of a call that is known; null where it gave none. */
    public @Nullable String upstreamId(Message.ToolCall call) {
        Part part = calls.get(call);
        return part == null ? null : part.upstreamId();
    }

    /** Gathers one, from the end of the conversation to its beginning. Confined to a thread. */
    public static final class Builder {
        private final Map<Message.ToolCall, Part> calls = new IdentityHashMap<>();
        private final Map<Message.Assistant, Part> texts = new IdentityHashMap<>();
        private final Function<String, @Nullable String> modelOn;
        private @Nullable String preferredChannel;
        private long bytes;

        /** @param modelOn the upstream's name of the model that a channel of this name is asked for now; null where there is none */
        public Builder(Function<String, @Nullable String> modelOn) {
            this.modelOn = modelOn;
        }

        public void add(Message.ToolCall call, Part part) {
            calls.put(call, part);
            note(part);
        }

        public void add(Message.Assistant message, Part part) {
            texts.put(message, part);
            note(part);
        }

        private void note(Part part) {
            bytes += part.length();
            if (preferredChannel == null
                    && part.signature() != null
                    && part.model().equals(modelOn.apply(part.channel()))) {
                preferredChannel = Objects.requireNonNull(part.channel());
            }
        }

        public long bytes() {
            return bytes;
        }

        public Replay build() {
            return calls.isEmpty() && texts.isEmpty()
                    ? NONE
                    : new Replay(null, null, calls, texts, preferredChannel, bytes, false);
        }
    }
}
