package dev.tollgate.base.conversation;

import org.jspecify.annotations.Nullable;

/**
 * The place of a value in the caller's body. The protocol's reader attaches it to each value, so that later code can name the field as the
 * caller wrote it when it rejects the value or reports it as ignored. Immutable, compared by value; paths are built on demand.
 *
 * @param names of its members
 * @param owner the place that it is a part of; null if the field begins at the body
 * @param field empty for the body itself
 * @param index in the field; negative if the place is the whole field
 */
public record Place(Names names, @Nullable Place owner, String field, int index) {

    private static final Names NO_NAMES = member -> {
        throw new IllegalArgumentException("nothing here is a " + member);
    };

    /** The place of values from no body, such as a tool call that a model has just made. */
    public static final Place NONE = at("");

    /** A protocol's names for the members of a place. */
    public interface Names {

        /**
         * Returns the dotted path of a member from its place; for a member of the place's owner it begins with {@code ../}.
         *
         * @throws IllegalArgumentException if there is no such member
         */
        String of(Member member);

        default Place at(String path) {
            return new Place(this, null, path, -1);
        }

        default Place at(String list, int index) {
            return new Place(this, null, list, index);
        }

        /** Returns these names, except for one member. */
        default Names with(Member renamed, String name) {
            return member -> member == renamed ? name : of(member);
        }
    }

    /** Returns a place without members of its own. */
    public static Place at(String path) {
        return NO_NAMES.at(path);
    }

    /** Returns an element of a list of this place. */
    public Place at(String list, int element) {
        return new Place(names, this, list, element);
    }

    /** Returns the path of this field; empty for the body itself. */
    public String path() {
        String own = index < 0 ? field : field + "." + index;
        return owner == null ? own : owner.path() + "." + own;
    }

    /** Returns the path of a member of this place. */
    public String path(Member member) {
        String path = path();
        String name = names.of(member);
        if (name.startsWith("../")) {
            return path.substring(0, path.lastIndexOf('.')) + "." + name.substring(3);
        }
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Returns the protocol's name for a member of this place. */
    public String name(Member member) {
        String name = names.of(member);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** A part of a body that has a place or that an error can name. */
    public enum Member {
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

        // fields of a message, a call or a file that was sent back
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
}
