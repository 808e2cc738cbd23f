package dev.tollgate.base.conversation;

/**
 * The place of a value in the caller's body. The protocol's reader attaches it to each value, so that later code can name the field as the
 * caller wrote it when it rejects the value or reports it as ignored. Immutable, compared by value; paths are built on demand.
 */
public interface Place {

    /** The place of values from no body, such as a tool call that a model has just made. */
    Place NONE = new At("");

    /** Returns the path of this field; empty for the body itself. */
    String path();

    /**
     * Returns the protocol's name for a member of this place.
     *
     * @throws IllegalArgumentException if this place has no such member
     */
    String name(Member member);

    /** Returns the path of a member of this place. */
    default String path(Member member) {
        String owner = path();
        return owner.isEmpty() ? name(member) : owner + "." + name(member);
    }

    /** Returns a place without members of its own. */
    static Place at(String path) {
        return new At(path);
    }

    /** A part of a body that has a place or that an error can name. */
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
        /** The thinking configuration in Google's words, as a whole; the next ones are its parts. */
        THINKING,
        THINKING_BUDGET,
        THINKING_LEVEL,
        THINKING_SHOWN,
        SAFETY,
        SERVICE_TIER,

        // of a message
        CALLS,
        /** The field that says which call a result belongs to. */
        ANSWERED,

        // of a message, a call or a file that was sent back
        SIGNATURE,
        /** The object around the signature; nothing else in it has an effect. */
        EXTRAS,
        FILES,

        // of a call
        ID,

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
