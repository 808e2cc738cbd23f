package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.ids.Alphanumerics;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The ids of the calls of one response: the upstream's where it is new in the conversation, else one made here (protocol 4.8). Confined to its call. */
public final class ResponseCallIds {

    private static final int MADE_CHARS = 24;

    /** The longest upstream id that is used. Other servers of the protocols, where a caller may continue the conversation, refuse longer ones. */
    private static final int CHARS_MAX = 64;

    private final List<Message> before;
    private final boolean one;
    private final String prefix;
    private final Predicate<String> fits;
    private final RandomGenerator random;
    private @Nullable Set<String> taken;

    /**
     * @param before the conversation until now
     * @param one whether a candidate is shown with one call at most
     * @param prefix begins the ids made here. An upstream's id with this prefix is looked up
     * @param fits whether the protocol can have an upstream's id
     */
    public ResponseCallIds(
            List<Message> before, boolean one, String prefix, Predicate<String> fits, RandomGenerator random) {
        this.before = before;
        this.one = one;
        this.prefix = prefix;
        this.fits = fits;
        this.random = random;
    }

    /** Returns whether a candidate is shown with one call at most. */
    boolean one() {
        return one;
    }

    String prefix() {
        return prefix;
    }

    /** Returns the call with its id. */
    Message.ToolCall call(UpstreamEvent.ToolCall event) {
        String upstreamId = event.upstreamId();
        String callId = upstreamId == null || !isUsable(upstreamId)
                ? Alphanumerics.after(prefix, MADE_CHARS, random)
                : upstreamId;
        taken().add(callId);
        return new Message.ToolCall(callId, event.name(), event.arguments(), event.signature());
    }

    private boolean isUsable(String upstreamId) {
        return !upstreamId.isEmpty()
                && upstreamId.length() <= CHARS_MAX
                && !taken().contains(upstreamId)
                && fits.test(upstreamId);
    }

    /** Returns the ids of the conversation and of the response until now. */
    private Set<String> taken() {
        Set<String> known = taken;
        if (known == null) {
            known = new HashSet<>();
            for (Message message : before) {
                if (message instanceof Message.Assistant assistant) {
                    for (Message.ToolCall call : assistant.toolCalls()) {
                        known.add(call.id() == null ? call.name() : call.id());
                    }
                }
            }
            taken = known;
        }
        return known;
    }
}
