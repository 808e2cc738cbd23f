package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.Message;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stored facts about the assistant's messages in a request: the signatures of their parts and the upstream's own ids of their calls, which
 * the caller need not send back. Each signature is valid only for the model and channel that made it (D50). Immutable once it is in an ask.
 */
public final class Replay {

    public static final Replay NONE = new Replay(null, null, Map.of(), Map.of(), Map.of(), null, 0, false);

    /**
     * @param signature null if the part had none
     * @param channel the name of the channel that made it
     * @param model the upstream's name of the model that made it
     * @param first for a call: whether it was the first of its answer
     * @param upstreamId for a call: the upstream's own id, if it gave one
     * @param before for a call: a JSON array of the upstream's own parts before it; null if there were none
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
    private final Map<Message.SentBack, Part> files;
    private final @Nullable String preferredChannel;
    private final long bytes;
    private final boolean noneIsGood;

    private Replay(
            @Nullable String channel,
            @Nullable String model,
            Map<Message.ToolCall, Part> calls,
            Map<Message.Assistant, Part> texts,
            Map<Message.SentBack, Part> files,
            @Nullable String preferredChannel,
            long bytes,
            boolean noneIsGood) {
        this.channel = channel;
        this.model = model;
        this.calls = calls;
        this.texts = texts;
        this.files = files;
        this.preferredChannel = preferredChannel;
        this.bytes = bytes;
        this.noneIsGood = noneIsGood;
    }

    /** Returns these facts for one channel and the upstream model used there. */
    public Replay onChannel(String name, String upstreamModel) {
        return this == NONE
                ? this
                : new Replay(name, upstreamModel, calls, texts, files, preferredChannel, bytes, noneIsGood);
    }

    /** Returns these facts after an upstream has rejected a signature without naming it: no signature is sent, not even the caller's. */
    Replay withoutSignatures() {
        return new Replay(channel, model, calls, texts, files, preferredChannel, bytes, true);
    }

    /** Returns the channel that made the latest signature valid for the model, which should be asked first; null if there is none. */
    public @Nullable String preferredChannel() {
        return preferredChannel;
    }

    /** Returns the length of all signatures and stored parts, for the bound on the prompt (D31). */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns the signature to send with a call. The caller's own wins unless it is known to be from another model or channel. A stored
     * signature is left out if its call was first and now follows other calls: those are not signed (G-03).
     *
     * @param first whether the call is the first of its message
     */
    public @Nullable String signature(Message.ToolCall call, boolean first) {
        Part part = calls.get(call);
        boolean moved = part != null && part.first() && !first;
        return chosen(call.thoughtSignature(), part, moved);
    }

    /** Returns the signature to send with a message's text, chosen by the same rules. */
    public @Nullable String signature(Message.Assistant message) {
        return chosen(message.thoughtSignature(), texts.get(message), false);
    }

    /** Returns {@link #signature(Message.ToolCall, boolean)} if the current channel and model made the call; otherwise null. */
    public @Nullable String ownSignature(Message.ToolCall call, boolean first) {
        Part part = calls.get(call);
        return part != null && isGood(part) ? signature(call, first) : null;
    }

    /** Returns {@link #signature(Message.Assistant)} if the current channel and model made the text; otherwise null. */
    public @Nullable String ownSignature(Message.Assistant message) {
        Part part = texts.get(message);
        return part != null && isGood(part) ? signature(message) : null;
    }

    /** Returns the signature to send with a file that the model has made, chosen by the same rules. */
    public @Nullable String signature(Message.SentBack file) {
        return chosen(file.thoughtSignature(), files.get(file), false);
    }

    /** Returns the signature that is stored of a call, whichever channel made it; null if there is none. */
    public @Nullable String stored(Message.ToolCall call) {
        Part part = calls.get(call);
        return part == null ? null : part.signature();
    }

    /** Returns the signature that is stored of a file, whichever channel made it; null if there is none. */
    public @Nullable String stored(Message.SentBack file) {
        Part part = files.get(file);
        return part == null ? null : part.signature();
    }

    /** Returns whether an upstream has refused the signatures, or the lack of one. */
    public boolean isRefused() {
        return noneIsGood;
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

    /** Returns the parts to send before a call as a JSON array; null if there are none or another channel or model made them. */
    public @Nullable String before(Message.ToolCall call) {
        Part part = calls.get(call);
        return part != null && isGood(part) ? part.before() : null;
    }

    /** Returns whether this call's part is stored, with or without an upstream id. */
    public boolean knows(Message.ToolCall call) {
        return calls.containsKey(call);
    }

    /** Returns whether the current channel is known to have made the call. */
    public boolean isOwn(Message.ToolCall call) {
        Part part = calls.get(call);
        return part != null && part.channel().equals(channel);
    }

    /** Returns the upstream's own id of a stored call; null if it gave none. */
    public @Nullable String upstreamId(Message.ToolCall call) {
        Part part = calls.get(call);
        return part == null ? null : part.upstreamId();
    }

    /** Collects the facts, from the end of the conversation to its start. Confined to a thread. */
    public static final class Builder {
        private final Map<Message.ToolCall, Part> calls = new IdentityHashMap<>();
        private final Map<Message.Assistant, Part> texts = new IdentityHashMap<>();
        private final Map<Message.SentBack, Part> files = new IdentityHashMap<>();
        private final Function<String, @Nullable String> modelOn;
        private @Nullable String preferredChannel;
        private long bytes;

        /** @param modelOn the upstream's model that the named channel uses now; null if there is no such channel */
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

        public void add(Message.SentBack file, Part part) {
            files.put(file, part);
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
            return calls.isEmpty() && texts.isEmpty() && files.isEmpty()
                    ? NONE
                    : new Replay(null, null, calls, texts, files, preferredChannel, bytes, false);
        }
    }
}
