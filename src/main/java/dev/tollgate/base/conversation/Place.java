package dev.tollgate.base.conversation;

/**
 * Where something stood in its caller's body. The reader that found it there makes it, so that whoever refuses it later or finds it without
 * effect names the field in the words of the caller's protocol. Immutable, compared by value; paths are written when they are asked for.
 */
public interface Place {

    /** Of what stood in no body, such as a call that a model has just made. */
    Place NONE = new At("");

    /** The path of its field; empty for the body itself. */
    String path();

    /**
     * What the protocol calls something that belongs to it.
     *
     * @throws IllegalArgumentException where it has no such thing
     */
    String name(Member member);

    /** The path of something that belongs to it. */
    default String path(Member member) {
        String owner = path();
        return owner.isEmpty() ? name(member) : owner + "." + name(member);
    }

    /** A place that nothing belongs to but what it holds as a whole. */
    static Place at(String path) {
        return new At(path);
    }

    /** What has a place of its own or can be blamed in one. */
    enum Member {
        // of the body
        MESSAGES,
        CANDIDATES,
        PRESENCE_PENALTY,
        FREQUENCY_PENALTY,
        LOGPROBS,
        SEED,
        TEMPERATURE,
        TOP_P,
        TOP_K,
        TOOLS,
        TOOL_CHOICE,
        WEB_SEARCH,
        RESPONSE_FORMAT,
        SCHEMA,
        SCHEMA_NAME,
        SCHEMA_DESCRIPTION,
        SCHEMA_STRICT,
        REASONING_EFFORT,
        INCLUDE_THOUGHTS,
        /** How much the model is to think, in Google's words, as a whole; what follows belongs to it. */
        THINKING,
        THINKING_BUDGET,
        THINKING_LEVEL,
        THINKING_SHOWN,
        SAFETY,

        // of a message
        CALLS,
        /** What says which call a result belongs to. */
        ANSWERED,

        // of a message, a call or a file that was sent back
        SIGNATURE,
        /** What holds the signature, and nothing else that has an effect. */
        EXTRAS,
        FILES,

        // of a call or a tool
        NAME,
        PARAMETERS,

        // of a medium
        DETAIL,
        FORMAT,
        VIDEO
    }

    /** @param path as the caller's protocol writes it */
    record At(String path) implements Place {

        @Override
        public String name(Member member) {
            throw new IllegalArgumentException("nothing here is a " + member);
        }
    }
}
