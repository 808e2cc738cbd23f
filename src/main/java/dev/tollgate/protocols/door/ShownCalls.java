package dev.tollgate.protocols.door;

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
public final class ShownCalls {

    private static final int MADE_CHARS = 24;

    /** The longest upstream id that is used. Other servers of the protocols, where a caller may continue the conversation, refuse longer ones. */
    private static final int CHARS_MAX = 64;

    private final List<Message> before;
    private final String prefix;
    private final Predicate<String> taken;
    private final RandomGenerator random;
    private @Nullable Set<String> idsBefore;

    /**
     * @param before the conversation until now
     * @param prefix begins the ids made here. An upstream's id with this prefix is looked up
     * @param taken whether the protocol cannot have an upstream's id, e.g. because an earlier call of the response has it
     */
    public ShownCalls(List<Message> before, String prefix, Predicate<String> taken, RandomGenerator random) {
        this.before = before;
        this.prefix = prefix;
        this.taken = taken;
        this.random = random;
    }

    /** Returns the call with its id. */
    public Message.ToolCall call(UpstreamEvent.ToolCall event) {
        String upstreamId = event.upstreamId();
        String callId = upstreamId == null || !isUsable(upstreamId) ? made() : upstreamId;
        return new Message.ToolCall(callId, event.name(), event.arguments(), event.signature());
    }

    private boolean isUsable(String upstreamId) {
        return !upstreamId.isEmpty()
                && upstreamId.length() <= CHARS_MAX
                && !idsBefore().contains(upstreamId)
                && !taken.test(upstreamId);
    }

    private Set<String> idsBefore() {
        Set<String> known = idsBefore;
        if (known == null) {
            known = new HashSet<>();
            for (Message message : before) {
                if (message instanceof Message.Assistant assistant) {
                    for (Message.ToolCall call : assistant.toolCalls()) {
                        known.add(call.id() == null ? call.name() : call.id());
                    }
                }
            }
            idsBefore = known;
        }
        return known;
    }

    private String made() {
        StringBuilder made = new StringBuilder(prefix);
        Alphanumerics.append(made, MADE_CHARS, random);
        return made.toString();
    }
}
